import AirlockCore
import DriverKit
import Foundation
import GRDB
import Testing

@testable import LocalWarehouse

/// Joins, sets, groupings, windows and arrays beside the answers of a real ClickHouse. Most of the queries are random;
/// `Recording/relations.jsonl` holds them with what ClickHouse answered.
@Suite struct RecordedRelationTests {
    struct Recorded: Sendable, CustomTestStringConvertible {
        let query: String
        let isOrdered: Bool
        let rows: [JSONValue]

        var testDescription: String { query }
    }

    private static func recorded() throws -> [Recorded] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let text = try String(contentsOf: folder.appending(path: "Recording/relations.jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let json = try JSONValue(json: String(line))
            return Recorded(
                query: try #require(json["query"]?.stringValue), isOrdered: json["ordered"]?.boolValue ?? false,
                rows: try #require(json["rows"]?.arrayValue))
        }
    }

    @Test func agreeWithClickHouse() throws {
        let queue = try ExecutionWarehouse.recorded()
        let all = try Self.recorded()
        #expect(all.count >= 250)
        for recorded in all {
            let reply = try ExecutionWarehouse.answer(
                recorded.query, options: QueryOptions(maxRows: 5000), in: queue)
            var (found, expected) = (
                reply.table.rows.map { Self.row($0) }, recorded.rows.map { Self.row($0.arrayValue ?? []) }
            )
            if !recorded.isOrdered {
                found.sort { $0.description < $1.description }
                expected.sort { $0.description < $1.description }
            }
            #expect(found == expected, "\(recorded.query)")
        }
    }

    /// Values as texts, floats to the tenth digit: sums depend on the order of what is added.
    private static func row(_ values: [JSONValue]) -> [String] {
        values.map { value in
            guard let number = value.doubleValue else { return value.json }
            return number == number.rounded() && abs(number) < 1e15
                ? String(Int64(number)) : String(format: "%.10g", number)
        }
    }
}
