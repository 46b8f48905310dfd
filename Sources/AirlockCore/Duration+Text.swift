extension Duration {
    /// Reads `500ms`, `20s`, `1.5m`, `2h`, `1d`; a bare number is seconds.
    ///
    /// - Returns: `nil` for anything else, for a negative time, and for more than 10,000 days.
    public init?(text: String) {
        let units: [(String, Double)] = [("ms", 1e-3), ("us", 1e-6), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]
        let lowered = text.lowercased().filter { $0 != " " }
        let unit = units.first { lowered.hasSuffix($0.0) } ?? ("", 1)
        let digits = lowered.dropLast(unit.0.count)
        guard digits.isPlainDecimal, let value = Double(digits), value * unit.1 <= 864_000_000
        else { return nil }
        self = .nanoseconds(Int64((value * unit.1 * 1e9).rounded()))
    }

    /// The whole span in seconds.
    public var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    public var inMilliseconds: Double { inSeconds * 1000 }

    /// `850 µs`, `12.3 ms`, `4.2 s`, `3 min 5 s`, `1 h`.
    public var shortText: String {
        func rounded(_ value: Double) -> String {
            let tenths = (value * 10).rounded() / 10
            return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
        }
        // Some thirty million years, either way: more is not worth a digit, and would not fit an Int.
        let seconds = min(max(inSeconds, -1e15), 1e15)
        switch seconds {
        case ..<0.001: return "\(rounded(seconds * 1e6)) µs"
        case ..<1: return "\(rounded(seconds * 1e3)) ms"
        case ..<60: return "\(rounded(seconds)) s"
        default:
            let whole = Int(seconds)
            let parts = [(whole / 3600, "h"), (whole / 60 % 60, "min"), (whole % 60, "s")]
            return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: " ")
        }
    }
}
