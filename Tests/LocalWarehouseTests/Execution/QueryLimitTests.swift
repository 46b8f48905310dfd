import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

/// Rows are cut only where the reply says so.
@Suite struct QueryLimitTests {
    struct Cut: Sendable, CustomTestStringConvertible {
        let query: String
        var maxRows = 50_000
        let rows: Int
        let cutBy: CutBy?

        var testDescription: String { "\(query) within \(maxRows)" }
    }

    static let cuts: [Cut] = [
        .init(query: "SELECT number FROM numbers(99)", rows: 99, cutBy: nil),
        .init(query: "SELECT number FROM numbers(100)", rows: 100, cutBy: nil),
        .init(query: "SELECT number FROM numbers(101)", rows: 100, cutBy: .defaultLimit),
        .init(query: "SELECT number FROM numbers(500) LIMIT 300", rows: 300, cutBy: nil),
        .init(query: "SELECT number FROM numbers(500) LIMIT {n}", rows: 7, cutBy: nil),
        .init(query: "SELECT number FROM numbers(50) LIMIT 60000", rows: 50, cutBy: nil),
        .init(query: "SELECT number FROM numbers(60000) LIMIT 60000", rows: 50_000, cutBy: .upstream),
        .init(query: "SELECT number FROM numbers(500) LIMIT 300", maxRows: 20, rows: 20, cutBy: .quota),
        .init(query: "SELECT number FROM numbers(500)", maxRows: 20, rows: 20, cutBy: .quota),
        .init(query: "SELECT number FROM numbers(20)", maxRows: 20, rows: 20, cutBy: nil),
        .init(query: "SELECT number FROM numbers(9) LIMIT 5, 6", rows: 3, cutBy: nil),
        .init(query: "SELECT 1 UNION ALL SELECT number FROM numbers(500)", rows: 100, cutBy: .defaultLimit),
    ]

    @Test(arguments: cuts)
    func cutsAndSaysSo(_ cut: Cut) throws {
        let reply = try ExecutionWarehouse.answer(
            cut.query, values: ["n": 7], options: QueryOptions(maxRows: cut.maxRows),
            in: try ExecutionWarehouse.queue())
        #expect(reply.table.rows.count == cut.rows)
        #expect(reply.cutBy == cut.cutBy)
    }

    @Test func timeIsBounded() throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try ExecutionWarehouse.answer(
                "SELECT count() FROM numbers(100000) a CROSS JOIN numbers(100000) b",
                options: QueryOptions(timeout: .milliseconds(50)), in: try ExecutionWarehouse.queue())
        }
        #expect(error.code == .timedOut)
    }

    @Test func analysisComesWithTheQuery() throws {
        let query = try QueryEngine.prepare(
            text: "SELECT event, person.properties.age FROM events WHERE properties.plan = {plan} LIMIT 5",
            values: ["plan": "pro"], schema: ExecutionWarehouse.schema)
        #expect(query.analysis.tables.contains("events"))
        #expect(query.analysis.tables.contains("persons"))
        #expect(query.analysis.placeholders == ["plan"])
        #expect(query.analysis.limit == 5)
        // A value never stands in the SQL.
        #expect(!query.sql.contains("pro'"))
    }
}
