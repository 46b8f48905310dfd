import AirlockCore
import Testing

@testable import LocalWarehouse

@Suite struct ColumnMapTests {
    @Test func reads() throws {
        let map = try ColumnMap([
            "timestamp=date", "distinct_id = customer id ", "event='purchase'", "properties.total=sum", "person.mail=e",
            "$session_id=visit", "group_0=firm", "uuid=\"x=1\"",
        ])
        #expect(
            map.entries == [
                .init(.timestamp, .column("date")), .init(.distinctID, .column("customer id")),
                .init(.event, .constant("purchase")), .init(.property("total"), .column("sum")),
                .init(.personProperty("mail"), .column("e")), .init(.sessionID, .column("visit")),
                .init(.group(0), .column("firm")), .init(.uuid, .constant("x=1")),
            ])
    }

    @Test func namesTheNearestTargetAndEveryFault() {
        #expect {
            _ = try ColumnMap(["timestmp=date", "event", "event='a'", "event='b'", "="])
        } throws: {
            guard let error = $0 as? AirlockError else { return false }
            return error.problems.map(\.code) == ["unknown_target", "syntax", "duplicate_target", "syntax"]
                && error.problems[0].suggested == "timestamp"
        }
    }

    static let samples: [(String, JSONValue)] = [
        ("1", .int(1)), ("-3.25", .double(-3.25)), ("1.50", "1.50"), ("007", "007"), ("1e5", "1e5"), ("", ""),
        ("true", true), ("True", "True"),
        ("12345678901234567890", .number(JSONNumber(UInt64(12_345_678_901_234_567_890)))),
        ("1,000", "1,000"), ("+1", "+1"), (".5", ".5"), ("NaN", "NaN"), ("-0", "-0"), ("1.", "1."),
    ]

    @Test(arguments: samples)
    func cells(text: String, value: JSONValue) {
        #expect(CSVCell.value(text) == value)
        if let number = CSVCell.value(text).numberValue { #expect(number.text == text) }
    }

    static let columns: [([String], PropertyType)] = [
        (["1", "2.50", "-3"], .numeric), (["1", "x"], .string), (["true", "false"], .boolean),
        (["2026-01-01", "2026-01-02 10:00"], .dateTime), (["2026-01-01", "soon"], .string),
        (["01234", "99999"], .string),
    ]

    @Test(arguments: columns)
    func wholeColumnsDecide(cells: [String], type: PropertyType) {
        var kind = ColumnKind()
        for cell in cells { kind.observe(cell) }
        #expect(kind.type(of: "x") == type)
    }
}
