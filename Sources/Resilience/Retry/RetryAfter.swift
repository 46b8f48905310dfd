/// The header field `Retry-After` (RFC 9110 §10.2.3).
public enum RetryAfter {
    /// What is longer counts as this long: a day.
    public static let longest = Duration.seconds(86400)

    /// How long to wait, by the field's value: whole seconds, or an HTTP date in any of its three forms.
    ///
    /// - Parameters:
    ///   - text: the field's value.
    ///   - unixTime: the present time since 1970-01-01T00:00:00Z, which a date is held against.
    /// - Returns: from zero, for a date that has passed, to ``longest``; `nil` for what is neither form, a negative
    ///   number among it.
    public static func parse(_ text: String, unixTime: Duration) -> Duration? {
        let value = text.utf8.trimmingSpace
        guard let first = value.first, value.count <= 64 else { return nil }
        if (0x30...0x39).contains(first) { return seconds(value) }
        guard let date = HTTPDate.parse(value, presentYear: year(of: unixTime)) else { return nil }
        return min(max(.seconds(date) - unixTime, .zero), longest)
    }

    /// The moment that a date in a header stands for, since 1970; `nil` for anything that is no date (RFC 9110 §5.6.7).
    ///
    /// - Parameter unixTime: the present, which a year of two digits is held against.
    public static func moment(of date: String, unixTime: Duration) -> Duration? {
        let value = date.utf8.trimmingSpace
        guard value.count <= 64 else { return nil }
        return HTTPDate.parse(value, presentYear: year(of: unixTime)).map { .seconds($0) }
    }

    /// The year, to within a day of its ends: enough to choose a century by.
    private static func year(of unixTime: Duration) -> Int {
        1970 + Int(unixTime.components.seconds.clamped(to: 0...253_402_300_799) / 31_556_952)
    }

    private static func seconds(_ digits: some Sequence<UInt8>) -> Duration? {
        var total = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            // Beyond the longest time the value no longer matters, only that all of it is digits.
            if total <= 86400 { total = total * 10 + Int(digit - 0x30) }
        }
        return min(.seconds(total), longest)
    }
}

extension Int64 {
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}

extension String.UTF8View {
    /// Without the spaces and tabs at both ends (RFC 9110 §5.6.3).
    fileprivate var trimmingSpace: [UInt8] {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        return Array(Array(drop(while: isSpace)).reversed().drop(while: isSpace).reversed())
    }
}
