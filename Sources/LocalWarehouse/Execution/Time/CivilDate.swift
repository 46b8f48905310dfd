/// A day of the proleptic Gregorian calendar.
struct CivilDate: Sendable, Hashable {
    var year: Int64
    /// 1 to 12.
    var month: Int64
    /// 1 to 31.
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// - Parameter days: since 1970-01-01. The arithmetic is Howard Hinnant's `civil_from_days`.
    init(days: Int64) {
        // Years beyond what a timestamp in microseconds can reach are not representable anyway.
        let z = min(max(days, -200_000_000), 200_000_000) + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Since 1970-01-01; `days_from_civil` of the same source.
    var days: Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    var dayOfYear: Int64 { days - CivilDate(year: year, month: 1, day: 1).days + 1 }

    static func length(ofMonth month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// - Returns: `nil` for a day the calendar does not have.
    init?(validYear year: Int64, month: Int64, day: Int64) {
        guard year >= 0, year <= 9999, month >= 1, month <= 12, day >= 1,
            day <= CivilDate.length(ofMonth: month, year: year)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The same day `months` later, or the last of the month when it is shorter: 2024-01-31 and a month is 2024-02-29.
    func adding(months: Int64) -> CivilDate {
        let bounded = min(max(months, -1_200_000), 1_200_000)
        let total = year * 12 + (month - 1) + bounded
        let newYear = floorDivide(total, 12)
        let newMonth = total - newYear * 12 + 1
        return CivilDate(
            year: newYear, month: newMonth, day: min(day, CivilDate.length(ofMonth: newMonth, year: newYear)))
    }

    /// Monday 1 to Sunday 7.
    static func weekday(days: Int64) -> Int64 { floorModulo(days &+ 3, 7) + 1 }

    /// The ISO 8601 week of the day and the year that week belongs to.
    static func isoWeek(days: Int64) -> (year: Int64, week: Int64) {
        // A week belongs to the year of its Thursday.
        let days = ProjectCalendar.bounded(days: days)
        let thursday = days - (weekday(days: days) - 1) + 3
        let year = CivilDate(days: thursday).year
        return (year, (thursday - CivilDate(year: year, month: 1, day: 1).days) / 7 + 1)
    }

    /// `2024-01-31`
    var text: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
}

/// Division that rounds down, for a divisor above zero.
func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}

func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
    let rest = value % divisor
    return rest < 0 ? rest + divisor : rest
}

/// Decimal digits, filled with zeros on the left.
func padded(_ value: Int64, _ width: Int, _ fill: Character = "0") -> String {
    let digits = String(value.magnitude)
    let zeros = String(repeating: fill, count: max(0, width - digits.utf8.count))
    return (value < 0 ? "-" : "") + zeros + digits
}
