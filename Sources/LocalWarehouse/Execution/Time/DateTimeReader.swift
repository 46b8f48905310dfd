internal import AirlockCore

/// Reads dates and times from text the way ClickHouse's best-effort parser does, for the forms that occur in data:
/// ISO 8601 and its relatives, Unix times in seconds, milliseconds or microseconds, month names, and `dd/mm/yyyy`.
struct DateTimeReader {
    private let bytes: [UInt8]
    private var index = 0
    let calendar: ProjectCalendar

    init(_ text: String, calendar: ProjectCalendar) {
        bytes = Array(text.utf8)
        self.calendar = calendar
    }

    /// Microseconds since 1970 UTC; `nil` for what is no time. Text without an offset is in the calendar's zone.
    static func bestEffort(_ text: String, calendar: ProjectCalendar) -> Int64? {
        var reader = DateTimeReader(text, calendar: calendar)
        return reader.bestEffort()
    }

    /// The stricter reading of `toDate` and of comparisons with a `Date`: `2024-01-31` at the start of the text.
    static func date(_ text: String, allowRest: Bool) -> Int64? {
        var reader = DateTimeReader(text, calendar: .utc)
        guard let date = reader.isoDate(lenient: true) else { return nil }
        guard allowRest || reader.index == reader.bytes.count else { return nil }
        if reader.index < reader.bytes.count {
            guard reader.bytes[reader.index] == 0x20 || reader.bytes[reader.index] == 0x54 else { return nil }
        }
        return date.days
    }

    private mutating func bestEffort() -> Int64? {
        guard !bytes.isEmpty else { return nil }
        if let unix = unixTime() { return unix }
        index = 0
        guard let date = isoDate() ?? compactDate() ?? dayFirstDate() ?? namedDate() else { return nil }
        var local = date.days * ProjectCalendar.day
        if index == bytes.count { return calendar.moment(local: local) }
        guard take(0x54) || take(0x74) || take(0x20) || take(0x2C) else { return nil }
        while take(0x20) {}
        guard let clock = clock() else { return nil }
        local += clock
        while take(0x20) {}
        if index == bytes.count { return calendar.moment(local: local) }
        guard let offset = zoneOffset(), index == bytes.count else { return nil }
        return local - offset * ProjectCalendar.second
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    /// Between `least` and `most` digits, not followed by a further one.
    private mutating func digits(_ least: Int, _ most: Int) -> Int64? {
        let start = index
        var value: Int64 = 0
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
            guard index - start < most else {
                index = start
                return nil
            }
            value = value * 10 + Int64(bytes[index] - 0x30)
            index += 1
        }
        guard index - start >= least else {
            index = start
            return nil
        }
        return value
    }

    private mutating func unixTime() -> Int64? {
        let start = index
        guard let whole = digits(9, 16) else { return nil }
        let count = index - start
        if index == bytes.count {
            switch count {
            case 9, 10: return whole * 1_000_000
            case 13: return whole * 1000
            case 16: return whole
            default: return nil
            }
        }
        guard count <= 10, take(0x2E), let fraction = fraction(), index == bytes.count else { return nil }
        return whole * 1_000_000 + fraction
    }

    /// The digits behind a point, as microseconds; more than six are cut.
    private mutating func fraction() -> Int64? {
        var (value, count): (Int64, Int) = (0, 0)
        while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
            if count < 6 { value = value * 10 + Int64(bytes[index] - 0x30) }
            count += 1
            index += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<max(0, 6 - count) { value *= 10 }
        return value
    }

    /// - Parameter lenient: whether 2024-02-30 is the first of March, as for ClickHouse's `toDate`.
    private mutating func isoDate(lenient: Bool = false) -> CivilDate? {
        let start = index
        if let year = digits(4, 4), take(0x2D) || take(0x2F) || take(0x2E), let month = digits(1, 2),
            take(0x2D) || take(0x2F) || take(0x2E), let day = digits(1, 2),
            let first = CivilDate(validYear: year, month: month, day: lenient && day <= 31 ? min(day, 28) : day)
        {
            return CivilDate(days: first.days + (lenient && day > 28 ? day - 28 : 0))
        }
        index = start
        if !lenient, let year = digits(4, 4), take(0x2D), let month = digits(2, 2), index == bytes.count,
            let date = CivilDate(validYear: year, month: month, day: 1)
        {
            return date
        }
        index = start
        return nil
    }

    private mutating func compactDate() -> CivilDate? {
        let start = index
        if let number = digits(8, 8),
            let date = CivilDate(validYear: number / 10_000, month: number / 100 % 100, day: number % 100)
        {
            return date
        }
        index = start
        return nil
    }

    private mutating func dayFirstDate() -> CivilDate? {
        let start = index
        if let day = digits(1, 2), take(0x2F) || take(0x2E) || take(0x2D), let month = digits(1, 2),
            take(0x2F) || take(0x2E) || take(0x2D), let year = digits(4, 4),
            let date = CivilDate(validYear: year, month: month, day: day)
        {
            return date
        }
        index = start
        return nil
    }

    /// `Jan 31 2024`, `31 January 2024`
    private mutating func namedDate() -> CivilDate? {
        let start = index
        let leading = digits(1, 2)
        while take(0x20) || take(0x2D) {}
        if let month = monthName() {
            while take(0x20) || take(0x2D) || take(0x2C) {}
            if let leading, let year = digits(4, 4) {
                if let date = CivilDate(validYear: year, month: month, day: leading) { return date }
            } else if leading == nil, let day = digits(1, 2) {
                while take(0x20) || take(0x2D) || take(0x2C) {}
                if let year = digits(4, 4), let date = CivilDate(validYear: year, month: month, day: day) {
                    return date
                }
            }
        }
        index = start
        return nil
    }

    private mutating func monthName() -> Int64? {
        let start = index
        while index < bytes.count, bytes[index] | 0x20 >= 0x61, bytes[index] | 0x20 <= 0x7A { index += 1 }
        let word = String(decoding: bytes[start..<index], as: UTF8.self).lowercased()
        for (number, name) in DateTimeFormat.monthNames.enumerated() {
            let lowered = name.lowercased()
            if word == lowered || word == lowered.prefix(3) { return Int64(number + 1) }
        }
        index = start
        return nil
    }

    private mutating func clock() -> Int64? {
        guard let hour = digits(1, 2), hour < 24, take(0x3A), let minute = digits(2, 2), minute < 60 else { return nil }
        var time = (hour * 60 + minute) * 60 * ProjectCalendar.second
        if take(0x3A) {
            guard let second = digits(2, 2), second < 60 else { return nil }
            time += second * ProjectCalendar.second
            if take(0x2E) || take(0x2C) {
                guard let fraction = fraction() else { return nil }
                time += fraction
            }
        }
        return time
    }

    /// `Z`, `UTC`, `+02:00`, `-0530`, `+02`, in seconds.
    private mutating func zoneOffset() -> Int64? {
        if take(0x5A) || take(0x7A) { return 0 }
        let rest = String(decoding: bytes[index...], as: UTF8.self)
        if rest == "UTC" || rest == "GMT" {
            index = bytes.count
            return 0
        }
        let negative = index < bytes.count && bytes[index] == 0x2D
        guard take(0x2B) || take(0x2D) else { return nil }
        let seconds: Int64
        if let four = digits(4, 4) {
            seconds = (four / 100 * 60 + four % 100) * 60
        } else if let hours = digits(2, 2) {
            guard take(0x3A) else { return (negative ? -1 : 1) * hours * 3600 }
            guard let minutes = digits(2, 2) else { return nil }
            seconds = (hours * 60 + minutes) * 60
        } else {
            return nil
        }
        return negative ? -seconds : seconds
    }
}
