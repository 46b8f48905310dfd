import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

/// What is wrong or cannot be answered is said before anything runs.
@Suite struct QueryRefusalTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let query: String
        let code: AirlockError.Code
        /// A part of the message or the hint.
        let says: String

        var testDescription: String { query }
    }

    static let refused: [Refused] = [
        .init(query: "SELECT evnt FROM events", code: .invalidQuery, says: "event"),
        .init(query: "SELECT event FROM evnts", code: .invalidQuery, says: "events"),
        .init(query: "SELECT e.evnt FROM events e", code: .invalidQuery, says: "event"),
        .init(query: "SELECT lenght(event) FROM events", code: .invalidQuery, says: "length"),
        .init(query: "SELECT matchesAction(1) FROM events", code: .unsupportedQuery, says: "matchesAction"),
        .init(query: "SELECT elements_chain FROM events", code: .unsupportedQuery, says: "elements_chain"),
        .init(query: "SELECT * FROM session_replay_events", code: .unsupportedQuery, says: "session_replay_events"),
        .init(query: "SELECT event FROM events SAMPLE 0.1", code: .unsupportedQuery, says: "SAMPLE"),
        .init(query: "SELECT event, timestamp FROM events GROUP BY event", code: .invalidQuery, says: "GROUP BY"),
        .init(query: "SELECT count() FROM events WHERE count() > 1", code: .invalidQuery, says: "HAVING"),
        .init(query: "SELECT sum(count()) FROM events", code: .invalidQuery, says: "subquery"),
        .init(query: "SELECT count() FROM events WHERE event", code: .invalidQuery, says: "condition"),
        .init(query: "SELECT event + 1 FROM events", code: .invalidQuery, says: "toFloat"),
        .init(query: "SELECT count() FROM events WHERE properties.plan = 5 + 0", code: .invalidQuery, says: "toFloat"),
        .init(query: "SELECT sum(properties.plan) FROM events", code: .invalidQuery, says: "Numeric"),
        .init(query: "SELECT if(1, 'a', 2)", code: .invalidQuery, says: "common type"),
        .init(query: "SELECT count() FROM events WHERE timestamp > 'soon'", code: .invalidQuery, says: "DateTime64"),
        .init(query: "SELECT {missing}", code: .invalidQuery, says: "missing"),
        .init(query: "SELECT {object}", code: .invalidQuery, says: "object"),
        .init(
            query: "SELECT windowFunnel(10)(timestamp, event = 'a') FROM events", code: .invalidQuery,
            says: "toDateTime(timestamp)"),
        .init(query: "SELECT quantil(0.5)(1) OVER () FROM events", code: .invalidQuery, says: "quantile"),
        .init(query: "SELECT row_number() FROM events", code: .invalidQuery, says: "OVER"),
        .init(query: "SELECT match(event, '(a')", code: .invalidQuery, says: "event"),
        .init(query: "SELECT match('a', '(a')", code: .invalidQuery, says: "pattern"),
        .init(query: "SELECT event FROM events ANY LEFT JOIN persons p ON 1", code: .invalidQuery, says: "equality"),
        .init(
            query: "SELECT 1 FROM numbers(2) a ANY FULL JOIN numbers(2) b ON a.number = b.number", code: .invalidQuery,
            says: "no ANY FULL JOIN"),
        .init(
            query: "SELECT 1 FROM numbers(2) a LEFT JOIN numbers(2) b ON a.number > b.number", code: .invalidQuery,
            says: "equality"),
        .init(
            query: "SELECT 1 FROM numbers(2) a ASOF JOIN numbers(2) b ON a.number = b.number", code: .invalidQuery,
            says: "inequality"),
        .init(
            query: "SELECT DISTINCT event FROM events ORDER BY timestamp", code: .unsupportedQuery, says: "DISTINCT"),
        .init(query: "SELECT count() FROM events WHERE person_id IN COHORT 'x'", code: .invalidQuery, says: "number"),
        .init(
            query: "SELECT sum(number) OVER (ORDER BY number ROWS BETWEEN 1 FOLLOWING AND 1 PRECEDING) FROM numbers(3)",
            code: .invalidQuery, says: "frame"),
        .init(query: "SELECT * EXCLUDE (evnt) FROM events", code: .invalidQuery, says: "event"),
        .init(query: "SELECT COLUMNS('^zzz') FROM events", code: .invalidQuery, says: "matches"),
        .init(query: "SELECT 1 UNION ALL SELECT 1, 2", code: .invalidQuery, says: "columns"),
        .init(query: "SELECT event FROM events ORDER BY 2", code: .invalidQuery, says: "column 2"),
        .init(query: "SELECT id FROM persons p JOIN persons q ON p.id = q.id", code: .invalidQuery, says: "ambiguous"),
        .init(query: "SELECT arrayMap((x, y) -> x, [1])", code: .invalidQuery, says: "parameters"),
        .init(query: "WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a", code: .unsupportedQuery, says: "RECURSIVE"),
    ]

    @Test(arguments: refused)
    func isRefused(_ refused: Refused) throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(
                text: refused.query, values: ["object": ["a": 1]], schema: ExecutionWarehouse.schema)
        }
        #expect(error.code == refused.code)
        #expect("\(error)".contains(refused.says), "\(error)")
    }

    @Test func errorsNameTheirPlace() throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(
                text: "SELECT event,\n  evnt\nFROM events", values: [:], schema: ExecutionWarehouse.schema)
        }
        #expect(error.location == .query(line: 2, column: 3))
    }

    /// Sixty doublings would be 2^60 nodes; the query is refused while it is still small.
    @Test func aliasesThatDoubleAreRefused() throws {
        var columns = ["timestamp AS t", "toHour(t) AS a0"]
        for index in 1...60 { columns.append("a\(index - 1) + a\(index - 1) AS a\(index)") }
        let text = "SELECT " + columns.joined(separator: ", ")
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(text: text + " FROM events", values: [:], schema: ExecutionWarehouse.schema)
        }
        #expect(error.message.contains("too large"))
    }

    static let failures = [
        "SELECT 5 % (number - 1) FROM numbers(3)", "SELECT intDiv(1, number) FROM numbers(3)",
        "SELECT sum(9223372036854775807) FROM numbers(3)", "SELECT 9223372036854775807 + number FROM numbers(3)",
        "SELECT ifNull(toNullable(0.0) / number, 1) FROM numbers(1)",
    ]

    /// What only the data can show fails instead of giving a wrong number.
    @Test(arguments: failures)
    func failsOnARow(_ text: String) throws {
        let queue = try ExecutionWarehouse.queue()
        let error = try #require(throws: AirlockError.self) { _ = try ExecutionWarehouse.answer(text, in: queue) }
        #expect(error.code == .invalidQuery)
        // The connection is as good as before.
        #expect(try ExecutionWarehouse.answer("SELECT 1", in: queue).table.rows == [[1]])
    }
}
