import AirlockCore
import DriverKit
import GRDB
import Testing

@testable import LocalWarehouse

/// Answers worked out by hand, over what a recorded ClickHouse cannot show: joins by name, placeholders, time zones.
@Suite struct QueryMeaningTests {
    private static let ann = "00000000-0000-0000-0000-00000000000a"
    private static let bob = "00000000-0000-0000-0000-00000000000b"

    private static func warehouse() throws -> DatabaseQueue {
        try ExecutionWarehouse.queue { database in
            let noon: Int64 = 1_706_702_400_000_000  // 2024-01-31 12:00:00 UTC
            let rows: [(String, String, Int64, String, String?)] = [
                ("01", "signup", 0, ann, "s1"), ("02", "activate", 60, ann, "s1"), ("03", "purchase", 7200, ann, nil),
                ("04", "signup", 0, bob, "s2"), ("05", "purchase", 30, bob, "s2"),
            ]
            for (id, event, seconds, person, session) in rows {
                try database.execute(
                    sql: """
                        INSERT INTO events (uuid, event, timestamp, distinct_id, person_id, properties, created_at,
                            session_id, group_0) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        "000000\(id)-0000-0000-0000-000000000000", event, noon + seconds * 1_000_000, "d", person,
                        #"{"plan": "pro", "amount": 10}"#, noon, session, person == ann ? "acme" : nil,
                    ])
            }
            try database.execute(
                sql: """
                    INSERT INTO persons VALUES ('\(ann)', \(noon), '{"age": 30, "name": "Ann"}', 1);
                    INSERT INTO sessions (session_id, distinct_id, person_id, start_timestamp, end_timestamp, duration,
                        pageview_count, autocapture_count, screen_count, entry_pathname, is_bounce)
                        VALUES ('s1', 'd', '\(ann)', \(noon), \(noon), 60, 3, 0, 0, '/home', 0);
                    INSERT INTO groups VALUES (0, 'acme', \(noon), \(noon), '{"seats": 12}');
                    INSERT INTO groups VALUES (1, 'acme', \(noon), \(noon), '{"seats": 99}');
                    INSERT INTO cohort_people VALUES ('\(ann)', 5);
                    """)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let query: String
        var values: JSONObject = [:]
        var zone = "UTC"
        let rows: [[JSONValue]]

        var testDescription: String { query }
    }

    static let cases: [Case] = [
        // Relations join by themselves, and what they do not find has the type's default.
        .init(
            query: "SELECT person.properties.name, count() FROM events GROUP BY 1 ORDER BY 1",
            rows: [["Ann", 3], [nil, 2]]),
        .init(query: "SELECT DISTINCT person.is_identified FROM events ORDER BY 1", rows: [[false], [true]]),
        .init(
            query: "SELECT session.$session_duration AS d, session.$entry_pathname AS p, count() FROM events "
                + "GROUP BY d, p ORDER BY d, p",
            rows: [[0, nil, 3], [60, "/home", 2]]),
        .init(query: "SELECT sum(group_0.properties.seats) FROM events", rows: [[36.0]]),
        .init(query: "SELECT count() FROM events WHERE person_id IN COHORT 5", rows: [[3]]),
        .init(query: "SELECT count() FROM events WHERE person_id NOT IN COHORT 5", rows: [[2]]),
        .init(
            query: "SELECT $session_id, count() FROM events GROUP BY 1 ORDER BY 1",
            rows: [["", 1], ["s1", 2], ["s2", 2]]),
        // Placeholders are constants of their JSON type.
        .init(
            query: "SELECT count() FROM events WHERE event = {e} AND properties.amount >= {low}",
            values: ["e": "purchase", "low": 9.5], rows: [[2]]),
        .init(
            query: "SELECT count() FROM events WHERE event IN {names}", values: ["names": ["signup", "x' OR 1 --"]],
            rows: [[2]]),
        .init(
            query: "SELECT {n} IS NULL, {t}, {list}", values: ["n": nil, "t": true, "list": [1, 2]],
            rows: [[1, true, [1, 2]]]),
        .init(
            query: "SELECT count() FROM events WHERE timestamp >= now() - toIntervalDay({days})", values: ["days": 1],
            rows: [[5]]),
        // A funnel: Ann takes all three steps within three hours, Bob skips the second.
        .init(
            query: """
                SELECT level, count() AS people FROM (
                    SELECT person_id, windowFunnel({window})(toDateTime(timestamp), event = 'signup',
                        event = 'activate', event = 'purchase') AS level
                    FROM events GROUP BY person_id)
                GROUP BY level ORDER BY level
                """, values: ["window": 10_800], rows: [[1, 1], [3, 1]]),
        .init(
            query: "SELECT windowFunnel(3600)(toDateTime(timestamp), event = 'signup', event = 'activate', "
                + "event = 'purchase') FROM events WHERE person_id = '\(ann)'", rows: [[2]]),
        // Days are the project's: noon UTC is the next day in Auckland (UTC+13).
        .init(query: "SELECT toStartOfDay(min(timestamp)) FROM events", rows: [["2024-01-31T00:00:00Z"]]),
        .init(
            query: "SELECT toStartOfDay(min(timestamp)), toDate(min(timestamp)), toHour(min(timestamp)) FROM events",
            zone: "Pacific/Auckland", rows: [["2024-02-01T00:00:00+13:00", "2024-02-01", 1]]),
        .init(
            query: "SELECT count() FROM events WHERE timestamp < '2024-02-01 01:00:10'", zone: "Pacific/Auckland",
            rows: [[2]]),
        .init(
            query: "SELECT now(), today(), yesterday()", rows: [["2024-02-01T00:00:00Z", "2024-02-01", "2024-01-31"]]),
        // An alias hides the column everywhere but in its own definition.
        .init(query: "SELECT upper(event) AS event FROM events WHERE event = 'SIGNUP' LIMIT 1", rows: [["SIGNUP"]]),
        // NaN is shown as null and is not a NULL.
        .init(query: "SELECT 0 / 0, isNaN(0 / 0), isNull(0 / 0), 1 / 0 > 5", rows: [[nil, 1, 0, 1]]),
        .init(query: "SELECT avg(number), isNaN(avg(number)) FROM numbers(0)", rows: [[nil, 1]]),
        .init(query: "SELECT count(), sum(x) FROM (SELECT 0 / number AS x FROM numbers(3))", rows: [[3, nil]]),
        .init(query: "SELECT count() FROM numbers(3) WHERE 0 / number != 0 / number", rows: [[1]]),
    ]

    @Test(arguments: cases)
    func answers(_ test: Case) throws {
        var schema = ExecutionWarehouse.schema
        schema.timeZone = test.zone
        let reply = try ExecutionWarehouse.answer(
            test.query, values: test.values, schema: schema, in: try Self.warehouse())
        #expect(reply.table.rows == test.rows)
    }

    @Test func weeksStartAsTheProjectHasIt() throws {
        var schema = ExecutionWarehouse.schema
        for (start, day) in [(QuerySchema.WeekStart.sunday, "2024-01-28"), (.monday, "2024-01-29")] {
            schema.weekStart = start
            let reply = try ExecutionWarehouse.answer(
                "SELECT toStartOfWeek(min(timestamp)) FROM events", schema: schema, in: try Self.warehouse())
            #expect(reply.table.rows == [[.string(day)]])
        }
    }

    @Test func columnsAreNamedAsPostHogNamesThem() throws {
        let reply = try ExecutionWarehouse.answer(
            "SELECT event, properties.plan, person.properties.name, count() AS n, uniq(person_id) FROM events "
                + "GROUP BY 1, 2, 3", in: try Self.warehouse())
        #expect(reply.table.columns == ["event", "plan", "name", "n", "uniq(person_id)"])
    }

    @Test func everyColumnOfEventsCanBeRead() throws {
        let reply = try ExecutionWarehouse.answer(
            "SELECT * FROM events ORDER BY uuid LIMIT 1", in: try Self.warehouse())
        #expect(reply.table.columns.prefix(5) == ["uuid", "event", "properties", "timestamp", "distinct_id"])
        #expect(reply.table.rows.first?[3] == "2024-01-31T12:00:00Z")
    }
}
