import AirlockCore
import DriverKit
import Foundation
import GRDB
import Testing

@testable import LocalWarehouse

/// The engine's answers beside those of a real ClickHouse.
@Suite struct RecordedAnswerTests {
    struct Recorded: Sendable, CustomTestStringConvertible {
        let query: String
        let types: [String]
        let rows: [JSONValue]

        var testDescription: String { query }

        static let queries = read("answers.jsonl")
        static let functions = read("functions.jsonl")

        private static func read(_ name: String) -> [Recorded] {
            ((try? ExecutionWarehouse.recordedLines(name)) ?? []).compactMap { json in
                guard let query = json["query"]?.stringValue else { return nil }
                return Recorded(
                    query: query, types: (json["types"]?.arrayValue ?? []).compactMap(\.stringValue),
                    rows: json["rows"]?.arrayValue ?? [])
            }
        }
    }

    private static let queue = Result { try ExecutionWarehouse.recorded() }

    @Test func allLinesAreRead() {
        #expect(Recorded.queries.count >= 110)
        #expect(Recorded.functions.count >= 600)
    }

    @Test(arguments: Recorded.queries)
    func agreesWithClickHouse(_ recorded: Recorded) throws { try check(recorded) }

    /// Some 3,000 calls of functions and aggregates, with the values at their edges.
    @Test func functionsAgreeWithClickHouse() throws {
        for recorded in Recorded.functions { try check(recorded) }
    }

    private func check(_ recorded: Recorded) throws {
        let reply = try ExecutionWarehouse.answer(
            recorded.query, options: QueryOptions(maxRows: 1000), in: try Self.queue.get())
        #expect(reply.table.types.map(Self.inUTC) == recorded.types.map(Self.inUTC), "\(recorded.query)")
        var (found, expected) = (reply.table.rows.map(JSONValue.array), recorded.rows)
        if !recorded.query.contains("ORDER BY"), found.count > 1 {
            found.sort { $0.json < $1.json }
            expected.sort { $0.json < $1.json }
        }
        #expect(found.count == expected.count, "\(recorded.query)")
        for (own, theirs) in zip(found, expected) where !Self.agree(own, theirs) {
            Issue.record("\(recorded.query): \(own.json) is not \(theirs.json)")
        }
    }

    /// A time without a zone and one in UTC are the same here: ClickHouse ran without a project's zone.
    private static func inUTC(_ type: String) -> String {
        type.replacingOccurrences(of: "('UTC')", with: "").replacingOccurrences(of: ", 'UTC'", with: "")
    }

    /// Equal, floats to the twelfth digit: sums depend on the order of what is added.
    private static func agree(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if left == right { return true }
        switch (left, right) {
        case (.array(let a), .array(let b)): return a.count == b.count && zip(a, b).allSatisfy(agree)
        case (.object(let a), .object(let b)):
            return a.keys.sorted() == b.keys.sorted() && a.keys.allSatisfy { agree(a[$0] ?? .null, b[$0] ?? .null) }
        case (.number(let a), .number(let b)):
            guard !a.isInteger || !b.isInteger, let x = a.double, let y = b.double else { return false }
            return abs(x - y) <= 1e-12 * max(abs(x), abs(y))
        default: return false
        }
    }
}
