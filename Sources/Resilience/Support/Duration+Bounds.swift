extension Duration {
    /// The longest time that means anything here: about ten years. Sums of a few of these cannot overflow.
    static let longest = Duration.seconds(315_360_000)

    /// The time, from zero to ``longest``: what may be added and multiplied without a thought of overflow.
    var bounded: Duration { Swift.min(Swift.max(self, .zero), .longest) }

    /// This long, or ten years of it: `count` times, from none.
    func times(_ count: Int) -> Duration {
        guard count > 0, self > .zero else { return .zero }
        let (product, overflow) = bounded.nanoseconds.multipliedReportingOverflow(by: Int64(count))
        return overflow ? .longest : Duration.nanoseconds(product).bounded
    }

    /// The time in whole nanoseconds, from none to ten years of them.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = bounded.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// A share of the time; a share outside of 0 … 1, and NaN, counts as the nearest of the two.
    func share(_ fraction: Double) -> Duration {
        guard fraction > 0 else { return .zero }
        return fraction < 1 ? bounded * fraction : bounded
    }
}
