import AirlockCore
import Testing

@testable import Reporting

@Suite struct TerminalTableTests {
    private func text(
        _ table: Table, title: String? = nil, width: Int? = nil, maxRows: Int = 100, cut: String? = nil,
        unicode: Bool = true
    ) -> String {
        TerminalTable(
            title: title, table: table, maxRows: maxRows, cutReason: cut,
            style: TerminalStyle(width: width, usesUnicode: unicode)
        ).lines().joined(separator: "\n")
    }

    private let events = Table(
        columns: ["event", "n", "share", "user_id"],
        rows: [
            ["$pageview", 123_456, 0.51234567, 10_001], ["日本語", 999, 0.25, 2],
            ["\u{1B}[31m\u{202E}x\ny", 5, 0.00000123, 3], [nil, nil, nil, nil],
        ])

    @Test func alignment() {
        #expect(
            text(events, title: "Top") == """
                Top
                event                         n     share  user_id
                ──────────────────────  ───────  ────────  ───────
                $pageview               123,456    0.5123    10001
                日本語                      999    0.2500        2
                \\u{1b}[31m\\u{202e}x\\ny        5  1.23e-06        3
                null                       null      null     null
                """)
    }

    @Test func asciiOnly() {
        #expect(
            text(Table(columns: ["é", "n"], rows: [["日", 1]]), unicode: false) == """
                \\u{e9}    n
                --------  -
                \\u{65e5}  1
                """)
    }

    @Test func longCellsAreShortenedAndNumbersAreNot() {
        let table = Table(
            columns: ["name", "text", "count"],
            rows: [["abcdefghijklmnop", "the quick brown fox jumps over the lazy dog", 1_234_567_890]])
        let shown = text(table, width: 40)
        #expect(
            shown == """
                name         text                  count
                ───────────  ────────────  ─────────────
                abcdefghij…  the quick b…  1,234,567,890
                """)
        #expect(shown.split(separator: "\n").allSatisfy { DisplayWidth.of(String($0)) <= 40 })
    }

    @Test func columnsThatDoNotFitAreNamed() {
        let names = (1...8).map { "column_\($0)" }
        let table = Table(columns: names, rows: [names.map { .string($0 + " value") }])
        let shown = text(table, width: 30)
        #expect(shown.hasSuffix("columns that do not fit: column_5, column_6, column_7, column_8"))
    }

    @Test func footers() {
        let rows = (1...150).map { [JSONValue.int($0)] }
        let table = Table(columns: ["n"], rows: rows)
        #expect(text(table).hasSuffix("first 100 of 150 rows; --format csv or json gives all"))
        #expect(text(table, cut: "default limit").hasSuffix("first 100 of at least 150 rows (default limit)"))
        #expect(text(table, maxRows: 150).hasSuffix("\n150"))
        #expect(text(Table(columns: ["n"])).hasSuffix("(no rows)"))
        #expect(text(Table(columns: [])) == "(no columns)")
    }

    @Test func raggedRowsAndOddValues() {
        let table = Table(columns: ["a", "b"], rows: [[1], [2, "x", 3], [true, ["k": [1, nil]]]])
        #expect(
            text(table) == """
                a     b
                ────  ──────────────
                1     null
                2     x
                true  {"k":[1,null]}
                """)
    }

    @Test func yearsAreNotGrouped() {
        #expect(text(Table(columns: ["year"], rows: [[2023], [2024]])).hasSuffix("2023\n2024"))
        #expect(text(Table(columns: ["n"], rows: [[2023], [20_240]])).hasSuffix(" 2,023\n20,240"))
    }
}
