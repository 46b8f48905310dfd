import AirlockCore
import Testing

@Suite struct CivilDateTests {
    @Test(
        arguments: [
            (0, 1970, 1, 1), (-1, 1969, 12, 31), (11_016, 2000, 2, 29), (19_782, 2024, 2, 29), (47_482, 2100, 1, 1),
            (-719_468, 0, 3, 1), (-719_528, 0, 1, 1), (2_932_896, 9999, 12, 31),
        ] as [(Int64, Int64, Int64, Int64)])
    func knownDays(days: Int64, year: Int64, month: Int64, day: Int64) {
        #expect(CivilDate(days: days) == CivilDate(year: year, month: month, day: day))
        #expect(CivilDate(year: year, month: month, day: day).days == days)
    }

    /// Each day follows the one before, in months of their length.
    @Test func daysFollowEachOther() {
        var date = CivilDate(days: -800_000)
        for days in Int64(-799_999)...800_000 {
            date.day += 1
            if date.day > CivilDate.length(ofMonth: date.month, year: date.year) {
                (date.day, date.month) = (1, date.month + 1)
            }
            if date.month > 12 { (date.month, date.year) = (1, date.year + 1) }
            guard CivilDate(days: days) == date, date.days == days else {
                Issue.record("\(days): \(CivilDate(days: days)) and \(date)")
                return
            }
        }
    }

    @Test func whatIsNoDay() {
        #expect(
            CivilDate(validYear: 2023, month: 2, day: 29) == nil && CivilDate(validYear: 1900, month: 2, day: 29) == nil
        )
        #expect(
            CivilDate(validYear: 2024, month: 13, day: 1) == nil && CivilDate(validYear: 2024, month: 4, day: 31) == nil
        )
        #expect(CivilDate(validYear: 2000, month: 2, day: 29)?.days == 11_016)
        // Days that no clock can say are cut, not trapped on.
        #expect(CivilDate(days: .max).year > 500_000 && CivilDate(days: .min).year < -500_000)
    }
}
