internal import AirlockCore

/// Dates and times as data carries them, as seconds since 1970-01-01T00:00:00Z.
///
/// A time without an offset is read as UTC: both sources answer in UTC unless a query asks otherwise.
enum TimeText {
    /// Reads `2024-05-01`, `2024-05`, `2024-05-01 12:30`, `2024-05-01T12:30:15.250Z`, `…+02:00`.
    static func seconds(_ text: String) -> Double? {
        var scanner = DigitScanner(text)
        guard text.utf8.count <= 40, let year = scanner.digits(4), scanner.take(0x2D), let month = scanner.digits(2),
            (1...12).contains(month)
        else { return nil }
        guard !scanner.isAtEnd else { return Double(days(year: year, month: month, day: 1)) * 86400 }
        guard scanner.take(0x2D), let day = scanner.digits(2), (1...daysIn(month: month, year: year)).contains(day)
        else { return nil }
        let date = Double(days(year: year, month: month, day: day)) * 86400
        if scanner.isAtEnd { return date }
        guard scanner.take(0x54) || scanner.take(0x20), let time = scanner.timeOfDay() else { return nil }
        return scanner.isAtEnd ? date + time : nil
    }

    /// Days from 1970-01-01.
    static func days(year: Int, month: Int, day: Int) -> Int {
        Int(CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)).days)
    }

    /// The date of a day counted from 1970-01-01; the inverse of ``days(year:month:day:)``.
    static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let date = CivilDate(days: Int64(days))
        return (Int(date.year), Int(date.month), Int(date.day))
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        Int(CivilDate.length(ofMonth: Int64(month), year: Int64(year)))
    }

    /// `2024-05-01`
    static func dateText(_ seconds: Double) -> String {
        let (year, month, day) = date(days: Int((seconds / 86400).rounded(.down)))
        return "\(padded(year, 4))-\(padded(month))-\(padded(day))"
    }

    /// `12:30`, or `12:30:15` where the seconds matter.
    static func clockText(_ seconds: Double, withSeconds: Bool) -> String {
        let whole = Int((seconds - (seconds / 86400).rounded(.down) * 86400).rounded(.down))
        let clock = "\(padded(whole / 3600)):\(padded(whole / 60 % 60))"
        return withSeconds ? clock + ":" + padded(whole % 60) : clock
    }

    static func padded(_ value: Int, _ width: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}

/// Reads fixed runs of ASCII digits.
private struct DigitScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { index == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int? {
        guard index + count <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[index..<index + count] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        index += count
        return value
    }

    /// `HH:MM[:SS[.f…]][Z|±HH[:]MM]` in seconds, the offset taken off.
    mutating func timeOfDay() -> Double? {
        guard let hour = digits(2), hour < 24, take(0x3A), let minute = digits(2), minute < 60 else { return nil }
        var seconds = Double(hour * 3600 + minute * 60)
        if take(0x3A) {
            guard let second = digits(2), second <= 60 else { return nil }
            seconds += Double(second)
            if take(0x2E) {
                var unit = 0.1
                while let digit = digits(1) {
                    seconds += Double(digit) * unit
                    unit /= 10
                }
            }
        }
        if isAtEnd || take(0x5A) { return seconds }
        let sign: Double = take(0x2B) ? 1 : take(0x2D) ? -1 : 0
        guard sign != 0, let hours = digits(2) else { return nil }
        _ = take(0x3A)
        guard isAtEnd || hours <= 14 else { return nil }
        let minutes = isAtEnd ? 0 : digits(2)
        guard let minutes else { return nil }
        return seconds - sign * Double(hours * 3600 + minutes * 60)
    }
}
