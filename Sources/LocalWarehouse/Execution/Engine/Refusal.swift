/// A construct of HogQL that is refused as a whole, by name and before anything runs.
struct Refusal: Sendable {
    let name: String
    /// What it is refused for.
    let reason: String
    let remedy: String
    /// A query that is refused so.
    let example: String

    var message: String { "the local warehouse does not support \(name): \(reason)" }

    static let sample = Refusal(
        name: "SAMPLE", reason: "which rows it takes depends on ClickHouse's storage, so no answer could be checked",
        remedy: "Take the clause out; local data is small enough to read whole.",
        example: "SELECT count() FROM events SAMPLE 0.1")
    static let final = Refusal(
        name: "FINAL", reason: "PostHog refuses it too", remedy: "Take the word out.",
        example: "SELECT count() FROM events FINAL")
    static let values = Refusal(
        name: "VALUES", reason: "PostHog refuses it over ClickHouse",
        remedy: "Write SELECT 1 AS a UNION ALL SELECT 2, or ARRAY JOIN over a list.",
        example: "SELECT a FROM (VALUES (1), (2)) AS t(a)")
    static let pivot = Refusal(
        name: "PIVOT", reason: "ClickHouse has none", remedy: "Write a column for each value: countIf(x = 'a') AS a.",
        example: "SELECT * FROM events PIVOT (count(uuid) FOR event IN ('a', 'b'))")
    static let unpivot = Refusal(
        name: "UNPIVOT", reason: "ClickHouse has none",
        remedy: "Write ARRAY JOIN over the columns: ARRAY JOIN [('a', a), ('b', b)] AS pair.",
        example: "SELECT * FROM events UNPIVOT (value FOR name IN (event, distinct_id))")
    static let lateral = Refusal(
        name: "LATERAL joins", reason: "ClickHouse has none", remedy: "Join a subquery and filter it with ON.",
        example: "SELECT 1 FROM numbers(2) a JOIN LATERAL (SELECT 2) b ON 1")
    static let natural = Refusal(
        name: "NATURAL JOIN", reason: "PostHog drops the word", remedy: "Name the columns: JOIN t USING (column).",
        example: "SELECT 1 FROM numbers(2) a NATURAL JOIN numbers(3) b")
    static let positional = Refusal(
        name: "POSITIONAL JOIN", reason: "ClickHouse has none",
        remedy: "Number the rows with row_number() OVER () in two subqueries and join by the number.",
        example: "SELECT 1 FROM numbers(2) a POSITIONAL JOIN numbers(2) b")
    static let recursive = Refusal(
        name: "WITH RECURSIVE",
        reason: "the types of its columns, and so its numbers, differ between ClickHouse versions",
        remedy: "Use numbers(n) for a series, or compute it in the script.",
        example: "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n FROM t")
    static let correlated = Refusal(
        name: "subqueries that read columns of the query around them", reason: "PostHog does not resolve them",
        remedy: "Join the subquery, or use IN (SELECT …).",
        example: "SELECT event FROM events e WHERE EXISTS (SELECT 1 FROM persons p WHERE p.id = e.person_id)")
    static let outerEvents = Refusal(
        name: "RIGHT and FULL joins that leave the table events without a row",
        reason: "PostHog filters events by project behind the join, which drops those rows",
        remedy: "Join (SELECT … FROM events) AS e instead of the table.",
        example: "SELECT count() FROM events e RIGHT JOIN persons p ON p.id = e.person_id")
    static let withFill = Refusal(
        name: "WITH FILL", reason: "it adds no rows that the data does not hold",
        remedy:
            "Fill the gaps in the script, or join a series: (SELECT toDate('2024-01-01') + number AS day FROM numbers(30)).",
        example: "SELECT number FROM numbers(3) ORDER BY number WITH FILL STEP 1")
    static let limitPercent = Refusal(
        name: "LIMIT by percent", reason: "only the newest ClickHouse has it",
        remedy: "Count the rows first, or use quantile.", example: "SELECT event FROM events LIMIT 10 %")
    static let dictionary = Refusal(
        name: "dictionaries", reason: "PostHog makes tagged tuples of them for its own interface",
        remedy: "Use a tuple or two arrays.", example: "SELECT {'a': 1}")
    static let callValue = Refusal(
        name: "calling a value", reason: "ClickHouse calls functions by name only",
        remedy: "Write the expression out, or use arrayMap.", example: "SELECT (x -> x + 1)(2)")
    static let aggregateOrder = Refusal(
        name: "ORDER BY inside an aggregate", reason: "the ClickHouse of PostHog does not have it",
        remedy: "Sort afterwards: arraySort(groupArray((timestamp, x))).",
        example: "SELECT groupArray(event ORDER BY timestamp) FROM events")

    static let all: [Refusal] = [
        sample, final, values, pivot, unpivot, lateral, natural, positional, recursive, correlated, outerEvents,
        withFill, limitPercent, dictionary, callValue, aggregateOrder,
    ]
}
