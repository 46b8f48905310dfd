internal import Glibc

/// Counts of values in buckets, twice over: in few for Prometheus, and in many of which quantiles are told.
///
/// The many are as wide as each other on a logarithmic scale, eight for each doubling, from a microsecond to some 18
/// minutes. A quantile is the middle of its bucket, so it lies within 4.5 % of the value that has that rank; values
/// outside of the range count as its ends. Memory is the same whatever comes in: 260 counts.
struct LatencyHistogram: Sendable {
    /// Upper bounds for Prometheus, in seconds. 0.5 is among them, which the alert on latency asks about.
    static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
    /// Of a quantile: the ninth part of a doubling, less than 4.5 %.
    static let relativeError = 0.045
    private static let perDoubling = 8.0
    private static let fineBuckets = 240

    /// By bound; the last one is for what lies beyond all.
    private(set) var counts = [UInt64](repeating: 0, count: LatencyHistogram.bounds.count + 1)
    private var fine = [UInt64](repeating: 0, count: LatencyHistogram.fineBuckets)
    private(set) var count: UInt64 = 0
    private(set) var sum = 0.0

    /// Takes in a value in seconds; one that is no number, or negative, is dropped.
    mutating func record(_ seconds: Double) {
        guard seconds >= 0, seconds.isFinite else { return }
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        fine[Self.place(of: seconds)] += 1
        count += 1
        sum += seconds
    }

    /// The value that a share of all values does not exceed; `nil` without any.
    func quantile(_ share: Double) -> Double? {
        guard count > 0 else { return nil }
        let rank = min(max((share * Double(count)).rounded(.up), 1), Double(count))
        var seen = 0.0
        for (place, count) in fine.enumerated() {
            seen += Double(count)
            if seen >= rank { return Self.middle(of: place) }
        }
        return nil
    }

    private static func place(of seconds: Double) -> Int {
        guard seconds > 1e-6 else { return 0 }
        return Int(min(log2(seconds * 1e6) * perDoubling, Double(fineBuckets - 1)))
    }

    private static func middle(of place: Int) -> Double { 1e-6 * exp2((Double(place) + 0.5) / perDoubling) }
}
