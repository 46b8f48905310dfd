import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

/// What only PostHog's own layer over ClickHouse decides, and so no recording shows: cohorts, definitions, names.
@Suite struct RelationMeaningTests {
    private static let ann = "00000000-0000-0000-0000-00000000000a"

    private static func warehouse() throws -> DatabaseQueue {
        try ExecutionWarehouse.queue { database in
            try database.execute(
                sql: """
                    INSERT INTO events (uuid, event, timestamp, distinct_id, person_id, properties, created_at, session_id)
                        VALUES ('01', 'a', 1704067200000000, 'd1', '\(ann)', '{"amount": 10, "plan": "pro"}', 0, 's1'),
                               ('02', 'b', 1704067260000000, 'd2', 'other', '{"amount": 9}', 0, NULL);
                    INSERT INTO persons VALUES ('\(ann)', 1704067200000000, '{"name": "Ann", "age": 30}', 1);
                    INSERT INTO person_distinct_ids VALUES ('d1', '\(ann)'), ('d2', 'other');
                    INSERT INTO cohort_people VALUES ('\(ann)', 5);
                    """)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let query: String
        let rows: [[JSONValue]]

        var testDescription: String { query }
    }

    static let cases: [Case] = [
        .init(query: "SELECT event FROM events WHERE person_id IN COHORT 'Pilots'", rows: [["a"]]),
        .init(query: "SELECT event FROM events WHERE person_id NOT IN COHORT 'Pilots'", rows: [["b"]]),
        .init(query: "SELECT person.properties.name FROM cohort_people WHERE cohort_id = 5", rows: [["Ann"]]),
        .init(query: "SELECT properties.amount FROM events ORDER BY uuid", rows: [[10.0], [9.0]]),
        // Through a subquery a property is text, whatever its definition says.
        .init(
            query: "SELECT properties.amount FROM (SELECT * FROM events) ORDER BY properties.amount",
            rows: [["10"], ["9"]]),
        .init(
            query: "WITH e AS (SELECT properties AS p, person.properties AS pp FROM events) "
                + "SELECT p.plan, pp.age FROM e ORDER BY 1", rows: [["pro", "30"], [nil, nil]]),
        .init(
            query: "SELECT e.properties.plan FROM (SELECT properties FROM events UNION ALL SELECT '{}') e ORDER BY 1",
            rows: [["pro"], [nil], [nil]]),
        .init(query: "SELECT e.person.properties.age FROM events AS e ORDER BY e.uuid", rows: [[30.0], [nil]]),
        .init(query: "SELECT events.person.properties.age FROM events ORDER BY uuid", rows: [[30.0], [nil]]),
        .init(query: "SELECT pdi.person.properties.name FROM events ORDER BY uuid", rows: [["Ann"], [nil]]),
        .init(query: "SELECT events.event FROM events ORDER BY events.uuid", rows: [["a"], ["b"]]),
        // A LIMIT inside belongs to the subquery.
        .init(query: "SELECT count() FROM (SELECT event FROM events LIMIT 1)", rows: [[1]]),
        .init(query: "SELECT 1 AS n UNION ALL SELECT number FROM numbers(5) LIMIT 2", rows: [[1], [0], [1]]),
        .init(query: "(SELECT 7 AS n UNION ALL SELECT number FROM numbers(5)) LIMIT 2", rows: [[7], [0]]),
    ]

    @Test(arguments: cases)
    func answers(_ test: Case) throws {
        var schema = ExecutionWarehouse.schema
        schema.cohorts = ["Pilots": 5]
        let reply = try ExecutionWarehouse.answer(test.query, schema: schema, in: try Self.warehouse())
        #expect(reply.table.rows == test.rows)
    }

    @Test func unknownCohortsNameTheNearest() throws {
        var schema = ExecutionWarehouse.schema
        schema.cohorts = ["Pilots": 5]
        let error = try #require(throws: AirlockError.self) {
            _ = try QueryEngine.prepare(
                text: "SELECT 1 FROM events WHERE person_id IN COHORT 'Pilot'", values: [:], schema: schema)
        }
        #expect(error.hint?.contains("Pilots") ?? false)
    }

    @Test func aSecondRowOfAScalarSubqueryFails() throws {
        let error = try #require(throws: AirlockError.self) {
            _ = try ExecutionWarehouse.answer("SELECT (SELECT event FROM events)", in: try Self.warehouse())
        }
        #expect(error.message.contains("more than one row"))
    }
}
