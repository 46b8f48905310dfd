import AirlockCore
import HogQL
import Testing

@Suite("Placeholders")
struct SubstitutionTests {
    @Test(
        "a value becomes nodes of the tree",
        arguments: [
            ("select {x}", ["x": 5], "SELECT 5"), ("select {x}", ["x": "it's"], #"SELECT 'it\'s'"#),
            ("select {x}", ["x": "1); drop table t --"], "SELECT '1); drop table t --'"),
            ("select {x}", ["x": nil], "SELECT NULL"), ("select {x}", ["x": true], "SELECT true"),
            ("select {x}", ["x": [1, "a"]], "SELECT [1, 'a']"),
            ("select a in {x}", ["x": [1, 2]], "SELECT a IN (1, 2)"),
            ("select a not in {x}", ["x": [1]], "SELECT a NOT IN (1,)"),
            ("select a in {x}", ["x": []], "SELECT a IN []"),
            ("select {v.a}", ["v.a": 1], "SELECT 1"), ("select 1 limit {n}", ["n": 3], "SELECT 1 LIMIT 3"),
            ("select interval {n} day", ["n": 3], "SELECT INTERVAL 3 DAY"),
            ("select toIntervalDay({n}) from (select {n})", ["n": -3], "SELECT toIntervalDay(-3) FROM (SELECT -3)"),
            (
                "with {n} as k, z as (select {n}) select f'a{{n}}'", ["n": 2],
                "WITH 2 AS k, z AS (SELECT 2) SELECT f'a{2}'"
            ),
        ] as [(String, JSONObject, String)])
    func substituted(_ query: String, _ values: JSONObject, _ wanted: String) throws {
        #expect(QueryPrinter.text(of: try parseSelect(query).substituting(values)) == wanted)
    }

    @Test("a value nobody names is no error")
    func unused() throws {
        _ = try parseSelect("select 1").substituting(["x": 1])
    }

    @Test("a placeholder without a value names the nearest")
    func missing() throws {
        let statement = try parseSelect("select 1 limit {limt}")
        let error = try #require(throws: AirlockError.self) { try statement.substituting(["limit": 1, "days": 7]) }
        #expect(error.message == "the placeholder {limt} has no value")
        #expect(error.hint == "Did you mean {limit}?")
    }

    @Test(
        "what cannot be a value is refused",
        arguments: [
            ("select {x}", ["x": ["a": 1]]), ("select {x}", ["x": "a\u{0}"]), ("select 1 from {x}", ["x": "events"]),
            ("{x}", ["x": "select 1"]), ("select {x + 1}", ["x": 1]),
        ] as [(String, JSONObject)])
    func refused(_ query: String, _ values: JSONObject) throws {
        let statement = try parseSelect(query)
        #expect(throws: AirlockError.self) { try statement.substituting(values) }
    }

    @Test("analysis after substitution has no placeholders and knows the limit")
    func analysed() throws {
        let statement = try parseSelect("select event from events where a = {x} limit {n}").substituting([
            "x": 1, "n": 7,
        ])
        let analysis = Analysis(statement)
        #expect(analysis.placeholders.isEmpty)
        #expect(analysis.limit == 7)
    }
}
