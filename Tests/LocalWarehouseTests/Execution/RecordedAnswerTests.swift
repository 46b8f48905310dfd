import AirlockCore
import DriverKit
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

        static let all: [Recorded] = recordedAnswers.split(separator: "\n").compactMap { line in
            guard let json = try? JSONValue(json: String(line)), let query = json["query"]?.stringValue else {
                return nil
            }
            return Recorded(
                query: query, types: (json["types"]?.arrayValue ?? []).compactMap(\.stringValue),
                rows: json["rows"]?.arrayValue ?? [])
        }
    }

    private static let queue = Result { try ExecutionWarehouse.recorded() }

    @Test func allLinesAreRead() {
        #expect(Recorded.all.count >= 110)
    }

    @Test(arguments: Recorded.all)
    func agreesWithClickHouse(_ recorded: Recorded) throws {
        let reply = try ExecutionWarehouse.answer(
            recorded.query, options: QueryOptions(maxRows: 1000), in: try Self.queue.get())
        #expect(reply.table.types == recorded.types)
        var (found, expected) = (reply.table.rows.map(JSONValue.array), recorded.rows)
        if !recorded.query.contains("ORDER BY") {
            found.sort { $0.json < $1.json }
            expected.sort { $0.json < $1.json }
        }
        #expect(found.count == expected.count)
        for (own, theirs) in zip(found, expected) where !Self.agree(own, theirs) {
            Issue.record("\(own.json) is not \(theirs.json)")
        }
    }

    /// Equal, floats to the twelfth digit: sums depend on the order of what is added.
    private static func agree(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if left == right { return true }
        switch (left, right) {
        case (.array(let a), .array(let b)): return a.count == b.count && zip(a, b).allSatisfy(agree)
        case (.number(let a), .number(let b)):
            guard !a.isInteger || !b.isInteger, let x = a.double, let y = b.double else { return false }
            return abs(x - y) <= 1e-12 * max(abs(x), abs(y))
        default: return false
        }
    }
}
