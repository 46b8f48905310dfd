internal import AirlockCore

extension CivilDate {
    var dayOfYear: Int64 { days - CivilDate(year: year, month: 1, day: 1).days + 1 }

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
