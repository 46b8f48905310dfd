internal import AirlockCore

/// Reads the times that stand in event files: strict, without a time zone database, and without allocation.
///
/// Read are ISO 8601 (`2026-01-31`, `20260131`, `2026-01-31T12:30`, `…:15`, `…:15.123456`, each with `T` or a space, and
/// with `Z`, ` UTC`, `±hh`, `±hhmm`, `±hh:mm` or nothing, which means UTC), and Unix times of nine digits or more, with a
/// fraction or without, in seconds, milliseconds or microseconds by their size. Digits below the microsecond are cut.
struct TimestampReader {
    static let expected =
        "a time such as 2026-01-31T12:30:15.123Z or 2026-01-31 12:30:15, or a Unix time, from 1900 to 2299"

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    /// - Returns: microseconds since the epoch, or `nil` for anything else and for what lies outside of 1900 to 2299.
    static func read(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { read($0) }
    }

    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var calendar = TimestampReader(bytes: bytes)
        var unix = TimestampReader(bytes: bytes)
        guard let instant = calendar.calendarTime() ?? unix.unixTime(), Instant.range.contains(instant) else {
            return nil
        }
        return instant
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var isAtEnd: Bool { index == bytes.count }

    private mutating func calendarTime() -> Int64? {
        guard let year = digits(4) else { return nil }
        let dashed = take("-")
        guard let month = digits(2), !dashed || take("-"), let day = digits(2),
            let date = CivilDate(validYear: year, month: month, day: day)
        else { return nil }
        var instant = date.days * Instant.perDay
        if isAtEnd { return instant }
        guard take("T") || take("t") || take(" "), let time = timeOfDay() else { return nil }
        instant += time
        guard let offset = offset(), isAtEnd else { return nil }
        return instant - offset
    }

    private mutating func timeOfDay() -> Int64? {
        guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return nil }
        var seconds = hour * 3600 + minute * 60
        guard take(":") else { return seconds * Instant.perSecond }
        guard let second = digits(2), second < 60 else { return nil }
        seconds += second
        guard take(".") else { return seconds * Instant.perSecond }
        guard let fraction = fraction(of: Instant.perSecond) else { return nil }
        return seconds * Instant.perSecond + fraction
    }

    /// The offset from UTC; zero when none is written.
    private mutating func offset() -> Int64? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        if take(" ") {
            if take("U") { return take("T") && take("C") ? 0 : nil }
        }
        let negative = take("-")
        guard negative || take("+"), let hours = digits(2), hours < 24 else { return nil }
        var minutes: Int64 = 0
        if take(":") || !isAtEnd {
            guard let written = digits(2), written < 60 else { return nil }
            minutes = written
        }
        let offset = (hours * 3600 + minutes * 60) * Instant.perSecond
        return negative ? -offset : offset
    }

    private mutating func unixTime() -> Int64? {
        let negative = take("-")
        let start = index
        var whole: Int64 = 0
        while index < bytes.count, let digit = digit(at: index) {
            guard index - start < 17 else { return nil }
            whole = whole * 10 + digit
            index += 1
        }
        guard index - start >= 9 else { return nil }
        // 10^11 seconds is the year 5138, 10^11 milliseconds is 1973.
        let unit: Int64 = whole < 100_000_000_000 ? 1_000_000 : whole < 100_000_000_000_000 ? 1000 : 1
        var instant = whole * unit
        if take(".") {
            guard let fraction = fraction(of: unit) else { return nil }
            instant += fraction
        }
        guard isAtEnd else { return nil }
        return negative ? -instant : instant
    }

    /// At least one digit after a point, as a part of `unit`.
    private mutating func fraction(of unit: Int64) -> Int64? {
        var (value, place, count) = (Int64(0), unit, 0)
        while index < bytes.count, let digit = digit(at: index) {
            place /= 10
            value += digit * place
            index += 1
            count += 1
        }
        return count > 0 ? value : nil
    }

    private func digit(at place: Int) -> Int64? {
        let byte = bytes[place]
        return byte >= 0x30 && byte <= 0x39 ? Int64(byte - 0x30) : nil
    }

    private mutating func digits(_ count: Int) -> Int64? {
        guard bytes.count - index >= count else { return nil }
        var value: Int64 = 0
        for place in index..<index + count {
            guard let digit = digit(at: place) else { return nil }
            value = value * 10 + digit
        }
        index += count
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}
