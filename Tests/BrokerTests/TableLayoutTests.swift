import AirlockCore
import DriverKit
import Testing

@testable import Broker

/// A table in columns says what the same table in rows says.
@Suite struct TableLayoutTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var columns: [String]
        var rows: [[JSONValue]]
        /// Which columns are written as their different values.
        var short: [Int] = []
        var testDescription: String { name }
    }

    private static func made(_ count: Int, _ row: (Int) -> [JSONValue]) -> [[JSONValue]] { (0..<count).map(row) }

    static let cases: [Case] = [
        Case(name: "no rows", columns: ["a", "b"], rows: []),
        Case(name: "no columns", columns: [], rows: [[], []]),
        Case(name: "few rows", columns: ["a"], rows: made(255) { _ in ["x"] }),
        Case(name: "one text", columns: ["a"], rows: made(256) { _ in ["x"] }, short: [0]),
        Case(
            name: "texts, nulls and others", columns: ["text", "null", "number", "mixed", "list", "empty"],
            rows: made(1000) {
                [
                    .string("e\($0 % 97)\u{1F600}\""), $0 % 3 == 0 ? .null : "", .int($0),
                    $0 == 999 ? 1 : "x", [.int($0), "x"], .null,
                ]
            }, short: [0, 1, 5]),
        Case(name: "256 texts", columns: ["a"], rows: made(1000) { [.string("\($0 % 256)")] }, short: [0]),
        Case(name: "257 texts", columns: ["a"], rows: made(1000) { [.string("\($0 % 257)")] }),
        Case(
            name: "256 texts and null", columns: ["a"],
            rows: made(1000) { [$0 % 257 == 256 ? .null : .string("\($0 % 257)")] }),
        Case(
            name: "texts that differ by code points", columns: ["a"],
            rows: made(300) { [$0 % 2 == 0 ? "é" : "e\u{301}"] }, short: [0]),
        Case(
            name: "exact numbers", columns: ["a"],
            rows: [[.number(JSONNumber(Int64.max))], [.number(JSONNumber(Int64.min))]]),
    ]

    private func reply(_ test: Case, _ layout: TableLayout, rows: Int, maxBytes: Int = .max) -> [UInt8]? {
        ReplyEncoder.table(
            .integer(1), QueryReply(table: Table(columns: test.columns, rows: test.rows)), rows: rows, layout: layout,
            cutBy: nil, maxBytes: maxBytes)
    }

    /// The rows of a reply in columns, read as `docs/broker.md` says.
    private func rows(_ result: JSONValue?) -> [[JSONValue]] {
        let columns = (result?["data"]?.arrayValue ?? []).map { column -> [JSONValue] in
            guard let values = column["values"]?.arrayValue else { return column.arrayValue ?? [] }
            return (column["at"]?.arrayValue ?? []).compactMap { $0.intValue.map { values[$0] } }
        }
        return (0..<(result?["count"]?.intValue ?? -1)).map { row in columns.map { $0[row] } }
    }

    @Test(arguments: cases) func columnsHoldTheSame(test: Case) throws {
        let result = try messages(#require(reply(test, .columns, rows: .max)))[0]["result"]
        #expect(rows(result) == test.rows)
        #expect(result?["columns"]?.arrayValue == test.columns.map { .string($0) })
        #expect(result?["rows"] == nil && result?["complete"] == true)
        let short = (result?["data"]?.arrayValue ?? []).enumerated().filter { $1["values"] != nil }.map(\.offset)
        #expect(short == test.short)
    }

    @Test(arguments: TableLayout.allCases) func noMoreRowsOrBytesThanAllowed(layout: TableLayout) throws {
        let test = Self.cases[4]
        let frame = try #require(reply(test, layout, rows: 300))
        let result = try messages(frame)[0]["result"]
        #expect((layout == .rows ? result?["rows"]?.arrayValue?.count : result?["count"]?.intValue) == 300)
        #expect(reply(test, layout, rows: 300, maxBytes: frame.count) == frame)
        for bytes in [0, 10, 100, 1000, frame.count - 1] {
            #expect(reply(test, layout, rows: 300, maxBytes: bytes) == nil)
        }
    }

    @Test func aRowThatIsTooShortIsFilled() throws {
        let test = Case(name: "", columns: ["a", "b"], rows: [["x"], ["y", "z"]])
        #expect(
            rows(try messages(#require(reply(test, .columns, rows: 2)))[0]["result"]) == [["x", nil], ["y", "z"]])
    }

    @Test func theLayoutIsTheCallersChoiceAndNoPartOfWhatItAsks() throws {
        var state = BrokerState()
        var digests: Set<String> = []
        let layouts: [JSONValue?] = [nil, "rows", "columns"]
        for (id, layout) in layouts.enumerated() {
            var params: JSONObject = ["query": "q"]
            params["layout"] = layout
            let call = try #require(state.feed(request(id, "query", params)).calls.first)
            #expect(call.layout == (layout == "columns" ? .columns : .rows))
            digests.formUnion(state.openCalls.map(\.record.valuesDigest))
        }
        #expect(digests.count == 1)
        state = BrokerState()
        let refused = state.feed(request(9, "query", ["query": "q", "layout": "cells"]))
        #expect(refused.errorCodes == ["invalid_argument"])
    }
}
