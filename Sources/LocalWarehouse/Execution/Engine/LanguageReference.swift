/// What the local warehouse does with HogQL: the source of the tables in the documentation.
package enum LanguageReference {
    /// A construct of the language.
    package struct Construct: Sendable, Hashable {
        package enum Status: String, Sendable, Hashable, CaseIterable {
            /// The answer is ClickHouse's.
            case supported
            /// Refused before anything runs.
            case refused
            /// Answered, but not quite as PostHog does; the note says how.
            case different
        }

        package let name: String
        /// A query that shows it.
        package let example: String
        package let status: Status
        /// For what is refused, why and what to write instead.
        package let note: String
    }

    /// Every construct that is more than a function, in the order of a query's clauses.
    package static var constructs: [Construct] { supported + different + refused }

    private static let supported: [Construct] = [
        (
            "SELECT, aliases", "SELECT event AS name, upper(name) FROM events",
            "An alias hides the column of its name. A column without one is called what PostHog calls it: "
                + "`divide(1, 0)` for 1/0, `a__b` for properties.a.b."
        ),
        ("*, t.*, * EXCLUDE", "SELECT * EXCLUDE (properties) FROM events", "Without joined tables and virtual fields."),
        ("COLUMNS", "SELECT COLUMNS('^ev') FROM events", "By a pattern, or a list: COLUMNS(a, b)."),
        ("Properties", "SELECT properties.plan, properties['a b'], properties.a.b FROM events", "Typed by definition."),
        (
            "Joins by name",
            "SELECT person.properties.name, session.$session_duration, group_0.properties.x, pdi.person_id FROM events",
            "Also through an alias, as e.person.properties.name."
        ),
        (
            "Properties of subqueries", "SELECT properties.plan FROM (SELECT * FROM events)",
            "Always text: definitions count only where the table itself is read, as in PostHog."
        ),
        ("DISTINCT", "SELECT DISTINCT event FROM events ORDER BY event", ""),
        ("WITH, a subquery", "WITH e AS (SELECT event FROM events) SELECT count() FROM e", ""),
        ("WITH, an expression", "WITH 7 AS days SELECT days * 2", ""),
        (
            "INNER, LEFT JOIN", "SELECT p.id FROM events e LEFT JOIN persons p ON p.id = e.person_id",
            "Rows without a partner have the type's default."
        ),
        (
            "RIGHT, FULL JOIN",
            "SELECT a.number, b.number FROM numbers(3) a FULL JOIN numbers(4) b ON a.number = b.number",
            "Not where it would leave the table events without a row."
        ),
        ("CROSS JOIN, comma", "SELECT count() FROM numbers(2) a, numbers(3) b", ""),
        ("USING", "SELECT number FROM numbers(3) a FULL JOIN numbers(5) b USING (number)", ""),
        (
            "ANY JOIN", "SELECT count() FROM events e ANY LEFT JOIN persons p ON p.id = e.person_id",
            "By equalities; which of several partners is taken is open, as in ClickHouse."
        ),
        ("SEMI, ANTI JOIN", "SELECT count() FROM events e LEFT ANTI JOIN persons p ON p.id = e.person_id", ""),
        (
            "ASOF JOIN",
            "SELECT count() FROM events e ASOF LEFT JOIN (SELECT person_id, timestamp FROM events) s "
                + "ON e.person_id = s.person_id AND e.timestamp >= s.timestamp",
            "Equalities and one inequality, in ON."
        ),
        ("ARRAY JOIN", "SELECT x FROM numbers(1) LEFT ARRAY JOIN [1, 2] AS x", ""),
        (
            "arrayJoin", "SELECT arrayJoin(groupUniqArray(event)), count() FROM events",
            "Before WHERE and GROUP BY where they need it, else last."
        ),
        ("PREWHERE, WHERE", "SELECT event FROM events PREWHERE event = 'a' WHERE timestamp > '2024-01-01'", ""),
        (
            "Comparisons", "SELECT properties.plan = 'a', properties.plan != 'a' FROM events",
            "In two values: NULL = 'a' is false, NULL != 'a' true."
        ),
        ("IN with a list", "SELECT event IN ('a', 'b') FROM events", ""),
        (
            "IN with a subquery", "SELECT event FROM events WHERE (person_id, event) IN (SELECT id, 'a' FROM persons)",
            ""
        ),
        (
            "IN COHORT", "SELECT event FROM events WHERE person_id IN COHORT 5",
            "By number, or by a name the warehouse knows."
        ),
        ("EXISTS", "SELECT 1 WHERE EXISTS (SELECT 1 FROM events)", ""),
        (
            "Scalar subqueries", "SELECT count() / (SELECT count() FROM persons) FROM events",
            "NULL without a row; a second row is an error."
        ),
        (
            "GROUP BY, GROUP BY ALL", "SELECT event, count() FROM events GROUP BY ALL",
            "NULL is a group. Numbers are positions."
        ),
        (
            "ROLLUP, CUBE, GROUPING SETS", "SELECT event, count(), grouping(event) FROM events GROUP BY ROLLUP(event)",
            "Keys that are left out have the type's default."
        ),
        ("HAVING", "SELECT event FROM events GROUP BY event HAVING count() > 1", ""),
        (
            "Aggregates with FILTER, -If, DISTINCT",
            "SELECT count(DISTINCT event), countIf(event = 'a'), count() FILTER (WHERE event = 'a') FROM events", ""
        ),
        (
            "Window functions", "SELECT row_number() OVER (PARTITION BY person_id ORDER BY timestamp) FROM events",
            "Every aggregate, and row_number, rank, dense_rank, percent_rank, cume_dist, ntile, nth_value, first_value, last_value, lag, lead, lagInFrame, leadInFrame."
        ),
        (
            "Frames",
            "SELECT sum(number) OVER (ORDER BY number ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) FROM numbers(9)",
            "ROWS and RANGE; an offset of RANGE counts numbers, days of a Date, seconds of a DateTime."
        ),
        ("WINDOW", "SELECT count() OVER w FROM events WINDOW w AS (PARTITION BY event)", ""),
        (
            "QUALIFY", "SELECT event FROM events QUALIFY row_number() OVER (PARTITION BY event ORDER BY timestamp) = 1",
            ""
        ),
        (
            "ORDER BY", "SELECT event FROM events ORDER BY event DESC, 1",
            "NULLs come last both ways. Numbers are positions."
        ),
        ("LIMIT BY", "SELECT event FROM events ORDER BY timestamp LIMIT 2 OFFSET 1 BY event", ""),
        (
            "LIMIT, OFFSET, WITH TIES", "SELECT event FROM events ORDER BY event LIMIT 5 WITH TIES",
            "LIMIT 5, 10 is limit 5, offset 10. Without LIMIT 100 rows come back; never more than 50,000."
        ),
        ("UNION ALL, UNION DISTINCT", "SELECT 1 AS n UNION ALL SELECT 2.5", "Columns take a type that holds both."),
        (
            "INTERSECT, EXCEPT", "SELECT event FROM events EXCEPT SELECT 'a'",
            "By default ALL, as in ClickHouse; INTERSECT binds tighter."
        ),
        (
            "CASE, ?:, ??, BETWEEN, LIKE, ~",
            "SELECT CASE WHEN event LIKE 'a%' THEN 1 ELSE 0 END, event ?? 'x' FROM events", ""
        ),
        ("Arrays, tuples, lambdas", "SELECT arrayMap(x -> x + 1, [1, 2]), (1, 'a').2, [1, 2, 3][1:2]", ""),
        ("CAST, ::, INTERVAL", "SELECT '5'::Int64 + CAST('6' AS Int64), now() - INTERVAL 7 DAY", ""),
        ("f-strings", "SELECT f'{event}!' FROM events", ""),
        (
            "Placeholders", "SELECT event FROM events WHERE event = {name}",
            "Values of the query: numbers, text, truth values, null, lists."
        ),
        ("numbers", "SELECT number FROM numbers(5)", ""),
    ].map { .init(name: $0.0, example: $0.1, status: .supported, note: $0.2) }

    private static let different: [Construct] = [
        .init(
            name: "uniq and other estimates", example: "SELECT uniq(person_id) FROM events", status: .different,
            note: "Exact here; ClickHouse estimates above some 65,000 values."),
        .init(
            name: "Integers beyond 64 bits", example: "SELECT sum(number) FROM numbers(3)", status: .different,
            note: "An overflow is an error here; ClickHouse goes around."),
        .init(
            name: "Clocks put back by half an hour",
            example: "SELECT toStartOfHour(timestamp, 'Australia/Lord_Howe') FROM events", status: .different,
            note: "On the day of the change an hour may begin half an hour from where ClickHouse has it."),
    ]

    private static var refused: [Construct] {
        Refusal.all.map {
            .init(name: $0.name, example: $0.example, status: .refused, note: "\($0.reason). \($0.remedy)")
        }
            + [
                .init(
                    name: "DISTINCT ON", example: "SELECT DISTINCT ON (event) event, timestamp FROM events",
                    status: .refused,
                    note: "PostHog reads it as a function. Write LIMIT 1 BY …, or argMax(value, order) with GROUP BY."),
                .init(
                    name: "WITH TOTALS", example: "SELECT event, count() FROM events GROUP BY event WITH TOTALS",
                    status: .refused, note: "PostHog drops the words. Write GROUP BY ROLLUP(…)."),
                .init(
                    name: "* REPLACE", example: "SELECT * REPLACE (upper(event) AS event) FROM events",
                    status: .refused,
                    note: "Not in PostHog. Write the expression AS the column's name."),
                .init(
                    name: "NULLS FIRST", example: "SELECT event FROM events ORDER BY event NULLS FIRST",
                    status: .refused, note: "PostHog drops the words. Order by isNull(x) DESC first."),
                .init(
                    name: "ORDER BY behind a set",
                    example: "SELECT 1 AS n UNION ALL SELECT 2 ORDER BY 1 LIMIT 1 ORDER BY 1",
                    status: .refused, note: "PostHog drops it. Write SELECT * FROM (…) ORDER BY …."),
            ]
    }
}
