import Testing

@testable import Reporting

@Suite struct NumberTextTests {
    @Test(arguments: [
        ("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1000", "-1,000"), ("1234567", "1,234,567"),
        ("-123", "-123"), ("123456789012345678901234", "123,456,789,012,345,678,901,234"), ("1e5", "1e5"),
        ("1.5", "1.5"),
    ])
    func grouped(digits: String, text: String) {
        #expect(NumberText.grouped(digits) == text)
    }

    @Test(arguments: [
        (1.0, 2, "1.00"), (0.125, 2, "0.13"), (-0.125, 2, "-0.13"), (0.005, 1, "0.0"), (-0.004, 2, "0.00"),
        (123.456, 0, "123"), (1e20, 2, "1e+20"), (0.1, 3, "0.100"), (-1.5, 1, "-1.5"),
    ])
    func fixed(value: Double, decimals: Int, text: String) {
        #expect(NumberText.fixed(value, decimals: decimals) == text)
    }

    @Test(arguments: [
        (0.0, "0"), (7.0, "7"), (950.0, "950"), (1234.0, "1234"), (12_345.0, "12.3k"), (1_250_000.0, "1.25M"),
        (-45_000.0, "-45k"), (3e9, "3G"), (0.1667, "0.1667"), (0.00001, "1e-05"), (1e18, "1e+18"), (12.34, "12.3"),
    ])
    func compact(value: Double, text: String) {
        #expect(NumberText.compact(value) == text)
    }
}

@Suite struct TimeTextTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("2024-02-29", 1_709_164_800), ("2024-05", 1_714_521_600),
        ("2024-05-01 12:30", 1_714_566_600), ("2024-05-01T12:30:15.250Z", 1_714_566_615.25),
        ("2024-05-01T12:30:00+02:00", 1_714_559_400), ("2024-05-01T12:30:00-0530", 1_714_586_400),
        ("1969-12-31", -86_400),
    ])
    func reads(text: String, seconds: Double) {
        #expect(TimeText.seconds(text) == seconds)
    }

    @Test(arguments: [
        "", "2024", "2023-02-29", "2024-13-01", "2024-00-01", "24-01-01", "2024-01-01x", "2024-01-01 25:00",
        "2024-01-01 10", "2024-01-01 10:00:", "2024-01-01 10:00+99:00", "20240101", "٢٠٢٤-01-01",
    ])
    func refuses(text: String) {
        #expect(TimeText.seconds(text) == nil)
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in stride(from: -100_000, through: 50_000, by: 17) {
            let (year, month, date) = TimeText.date(days: day)
            #expect(TimeText.days(year: year, month: month, day: date) == day)
        }
    }
}

@Suite struct TicksTests {
    @Test(arguments: [
        (0.0, 10.0, ["0", "2", "4", "6", "8", "10"]), (0, 1, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-5, 5, ["-6", "-4", "-2", "0", "2", "4", "6"]), (0, 98_000, ["0", "20k", "40k", "60k", "80k", "100k"]),
        (3, 3, ["1", "2", "3", "4", "5"]), (0, 0, ["-1.0", "-0.5", "0", "0.5", "1.0"]),
    ])
    func numbers(low: Double, high: Double, labels: [String]) {
        let ticks = Ticks.numbers(from: low, to: high, wanted: 5)
        #expect(ticks.lower <= low && ticks.upper >= high)
        #expect(ticks.ticks.map(\.label) == labels)
    }

    @Test(arguments: [(0.0, 1e299), (-1e299, 1e299), (1e-300, 2e-300), (1.0, 1.0 + 1e-15), (0.0, 1e-290)])
    func extremesStayBounded(low: Double, high: Double) {
        let ticks = Ticks.numbers(from: low, to: high, wanted: 5)
        #expect((1...66).contains(ticks.ticks.count))
        #expect(ticks.upper > ticks.lower)
    }

    @Test(arguments: [
        ("2024-05-01", "2024-05-04", 3, ["2024-05-01", "2024-05-02", "2024-05-03", "2024-05-04"]),
        ("2024-01-15", "2024-06-15", 5, ["2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]),
        ("2019-06-01", "2024-06-01", 5, ["2020", "2022", "2024"]),
        ("2024-05-01 00:00", "2024-05-01 03:00", 3, ["2024-05-01", "01:00", "02:00", "03:00"]),
    ])
    func times(from: String, to: String, wanted: Int, labels: [String]) throws {
        let (low, high) = (try #require(TimeText.seconds(from)), try #require(TimeText.seconds(to)))
        #expect(Ticks.times(from: low, to: high, wanted: wanted).ticks.map(\.label) == labels)
    }
}
