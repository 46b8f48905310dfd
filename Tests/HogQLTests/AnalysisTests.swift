import AirlockCore
import HogQL
import Testing

@Suite("Analysis")
struct AnalysisTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var query: String
        var tables: [String]
        var columns: [String] = []
        var properties: [String] = []
        var testDescription: String { query }
    }

    static let cases = [
        Case(
            query: "select event, count() as n from events where timestamp > now() group by event order by n",
            tables: ["events"], columns: ["events.event", "events.timestamp"]),
        Case(query: "select e.event from events e", tables: ["events"], columns: ["events.event"]),
        Case(query: "select events.event from events", tables: ["events"], columns: ["events.event"]),
        Case(
            query: "select * from events", tables: ["events"], columns: ["events.*"],
            properties: ["events.properties.*"]),
        Case(query: "select count(*) from events", tables: ["events"]),
        Case(
            query: "select properties.$browser, properties['a b'], properties.`x.y` from events", tables: ["events"],
            columns: [],
            properties: ["events.properties.$browser", "events.properties.a b", "events.properties.x.y"]),
        Case(
            query: "select properties from events", tables: ["events"], columns: ["events.properties"],
            properties: ["events.properties.*"]),
        Case(
            query: "select properties[concat('a', event)] from events", tables: ["events"],
            columns: ["events.event", "events.properties"], properties: ["events.properties.*"]),
        Case(
            query: "select JSONExtractString(properties, 'k') from events", tables: ["events"],
            columns: [], properties: ["events.properties.k"]),
        Case(
            query: "select JSONExtractString(properties, event) from events", tables: ["events"],
            columns: ["events.event", "events.properties"], properties: ["events.properties.*"]),
        // Lazy joins.
        Case(
            query: "select person.properties.email from events", tables: ["events", "persons"],
            columns: ["events.person"], properties: ["persons.properties.email"]),
        Case(
            query: "select e.person.properties['email'] from events as e", tables: ["events", "persons"],
            columns: ["events.person"], properties: ["persons.properties.email"]),
        Case(
            query: "select person from events", tables: ["events", "persons"], columns: ["events.person", "persons.*"],
            properties: ["persons.properties.*"]),
        Case(
            query: "select session.$channel_type from events", tables: ["events", "sessions"],
            columns: ["events.session", "sessions.$channel_type"]),
        Case(
            query: "select poe.properties.x, pdi.person_id, group_0.properties.name, goe_1.key, $group_0 from events",
            tables: ["events", "persons", "person_distinct_ids", "groups"],
            columns: [
                "events.$group_0", "events.goe_1", "events.group_0", "events.pdi", "events.poe", "groups.key",
                "person_distinct_ids.person_id",
            ], properties: ["groups.properties.name", "persons.properties.x"]),
        Case(
            query: "select pdi.person.properties.email from events",
            tables: ["events", "person_distinct_ids", "persons"],
            columns: ["events.pdi", "person_distinct_ids.person"],
            properties: ["persons.properties.email"]),
        // CTEs, subqueries, sets.
        Case(
            query: "with x as (select event from events) select event from x", tables: ["events"],
            columns: ["events.event"]),
        Case(
            query: "with persons as (select * from persons) select * from persons", tables: ["persons"],
            columns: ["persons.*"], properties: ["persons.properties.*"]),
        Case(
            query: "with x as (select 1) select * from X", tables: ["X"], columns: ["X.*"],
            properties: ["X.properties.*"]),
        Case(
            query: "select a from (select event as a from events where timestamp > 1) where a = 1", tables: ["events"],
            columns: ["events.event", "events.timestamp"]),
        Case(
            query: "with z as (select event from events) select 1 from z union all select 2 from z", tables: ["events"],
            columns: ["events.event"]),
        Case(
            query: "select 1 from events union all select id from persons", tables: ["events", "persons"],
            columns: ["persons.id"]),
        Case(
            query: "select (select count() from persons where is_identified) from events",
            tables: ["events", "persons"],
            columns: ["persons.is_identified"]),
        Case(
            query: "select 1 from events where person_id in (select id from persons)", tables: ["events", "persons"],
            columns: ["events.person_id", "persons.id"]),
        Case(query: "with timestamp as t select t from events", tables: ["events"], columns: ["events.timestamp"]),
        // Attribution with several tables: to the one that has the column, else to all that may.
        Case(
            query: "select event, is_identified, created_at from events e join persons p on e.person_id = p.id",
            tables: ["events", "persons"],
            columns: [
                "events.created_at", "events.event", "events.person_id", "persons.created_at", "persons.id",
                "persons.is_identified",
            ]),
        Case(
            query: "select secret from events, warehouse_orders", tables: ["events", "warehouse_orders"],
            columns: ["warehouse_orders.secret"]),
        Case(
            query: "select secret from orders, customers", tables: ["orders", "customers"],
            columns: ["customers.secret", "orders.secret"]),
        Case(
            query: "select nosuch from events", tables: ["events"], columns: ["events.nosuch"]),
        // Names are not hidden by aliases of real columns.
        Case(
            query: "select toDate(timestamp) as timestamp from events where timestamp > 1", tables: ["events"],
            columns: ["events.timestamp"]),
        Case(
            query: "select properties.email from events join sessions as properties using (session_id)",
            tables: ["events", "sessions"],
            columns: ["sessions.email", "sessions.session_id"],
            properties: ["events.properties.email"]),
        Case(
            query: "select arrayMap(x -> x + timestamp, [1]) from events", tables: ["events"],
            columns: ["events.timestamp"]),
        Case(query: "select p.x from persons p array join [1] as el", tables: ["persons"], columns: ["persons.x"]),
        Case(query: "select 1 from EVENTS", tables: ["EVENTS"]),
        Case(query: "select 1 from `events`", tables: ["events"]),
        Case(query: "select 1 from system.information_schema.tables", tables: ["system.information_schema.tables"]),
        Case(query: "select number from numbers(10)", tables: []),
        Case(
            query: "select 1 from events where person_id in cohort 5", tables: ["events", "cohort_people"],
            columns: ["cohort_people.cohort_id", "events.person_id"]),
        Case(
            query: "select row_number() over (partition by distinct_id order by timestamp) from events",
            tables: ["events"], columns: ["events.distinct_id", "events.timestamp"]),
        Case(
            query: "select a from events pivot (sum(timestamp) for event in ('x', 'y'))", tables: ["events"],
            columns: ["events.a", "events.event", "events.timestamp"]),
        Case(
            query: "select f'{event}' from events qualify timestamp", tables: ["events"],
            columns: ["events.event", "events.timestamp"]),
    ]

    @Test("tables, columns and properties", arguments: cases)
    func reads(_ wanted: Case) throws {
        let analysis = Analysis(try parseSelect(wanted.query))
        #expect(analysis.tables == wanted.tables)
        #expect(analysis.columns.map { "\($0.table).\($0.column)" }.sorted() == wanted.columns)
        #expect(analysis.properties.sorted() == wanted.properties.sorted())
    }

    @Test(
        "the outermost LIMIT and any OFFSET",
        arguments: [
            ("select 1", nil, false), ("select 1 limit 5", 5, false), ("select 1 limit 5, 10", 5, true),
            ("select 1 limit 5 offset 0", 5, true), ("select * from (select 1 limit 3)", nil, false),
            ("select * from (select 1 limit 3 offset 1) limit 2", 2, true), ("select 1 limit 1 + 1", nil, false),
            ("select a limit 1 offset 2 by a limit 7", 7, true), ("select 1 limit 5 %", nil, false),
            ("(select 1 limit 3) union all (select 2) limit 9", 9, false), ("select 1 limit {n}", nil, false),
        ] as [(String, Int?, Bool)])
    func limits(_ query: String, _ limit: Int?, _ usesOffset: Bool) throws {
        let analysis = Analysis(try parseSelect(query))
        #expect(analysis.limit == limit)
        #expect(analysis.usesOffset == usesOffset)
    }

    @Test("functions and placeholders, each once")
    func names() throws {
        let query =
            "select count(), sum(x), count(), lag(y) over w from t where {filters} and a = {x} or b = {x} and c = {v.d}"
        let analysis = Analysis(try parseSelect(query))
        #expect(analysis.functions == ["count", "sum", "lag"])
        #expect(analysis.placeholders == ["filters", "x", "v.d"])
    }
}
