import AirlockCore
import HogQL
import Testing

/// Keywords that are names, where only the rest of the query tells.
@Suite("Readings")
struct ReadingTests {
    @Test(
        "a keyword is a name where the query fits no other way",
        arguments: [
            ("select a, order % b from c", "SELECT a, `order` % b FROM c"),
            ("select a, order by b", "SELECT a ORDER BY b"),
            ("select a from b order by case desc", "SELECT a FROM b ORDER BY `case` DESC"),
            ("select case when when 1 then 2 end", "SELECT CASE `when` WHEN 1 THEN 2 END"),
            ("select not and", "SELECT NOT `and`"),
            ("select not in (1)", "SELECT NOT in(1)"),
            ("select a where not order by b", "SELECT a WHERE `not` ORDER BY b"),
            ("select a, from from t", "SELECT a FROM `from` AS t"),
            ("select interval limit day", "SELECT INTERVAL `limit` DAY"),
            ("select 1.from t", "SELECT 1.0 FROM t"),
            ("select a limit 5 % union (select 1)", "SELECT a LIMIT 5 % `union`((SELECT 1))"),
            ("select a limit 5 % union select 1", "SELECT a LIMIT 5 % UNION DISTINCT SELECT 1"),
            ("select 1 from t join u on a, v w", "SELECT 1 FROM t JOIN u ON a CROSS JOIN v AS w"),
            ("select 1 from t join u on a, v", nil),
            ("select distinct from t", nil),
            ("select a <=> b is distinct from c", "SELECT a IS NOT DISTINCT FROM (b IS DISTINCT FROM c)"),
        ] as [(String, String?)])
    func names(_ query: String, _ printed: String?) {
        let statement = try? parseSelect(query)
        #expect(statement.map { QueryPrinter.text(of: $0) } == printed)
    }

    @Test("what fails in every reading is reported as the first one failed")
    func reported() throws {
        let error = try #require(throws: AirlockError.self) { try parseSelect("select a from b where case x") }
        #expect(error.location == .query(line: 1, column: 29))
        #expect(error.message.contains("WHEN"), "\(error.message)")
    }

    @Test("a '<' right before a name is a tag to PostHog, whatever was meant")
    func tags() throws {
        let error = try #require(throws: AirlockError.self) { try parseSelect("select a from t where b<c and d") }
        #expect(error.code == .unsupportedQuery)
        #expect(error.location == .query(line: 1, column: 24))
        #expect(error.hint?.contains("a < b") == true)
        for fine in ["b < c and d", "b<c", "b<c.x and d", "b<f(c) and d", "b<1 and d"] {
            #expect(throws: Never.self) { try parseSelect("select a from t where \(fine)") }
        }
    }
}
