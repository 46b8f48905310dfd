import AirlockCore
import HogQL
import Testing

@Suite("Errors")
struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var query: String
        var column: Int
        var message: String
        var hint: String
        var line = 1
        var testDescription: String { query }
    }

    /// What PostHog reads in a way that nobody means.
    static let refusals = [
        Case(query: "select a limit 10 order by x", column: 19, message: "drops an ORDER BY", hint: "before LIMIT"),
        Case(query: "select a from b order by a nulls first", column: 28, message: "NULLS FIRST", hint: "isNull(x)"),
        Case(
            query: "select sum(x) filter (where y) over w from b", column: 15, message: "FILTER on a window",
            hint: "sumIf"),
        Case(query: "select x isnull from b", column: 10, message: "alias", hint: "IS NULL"),
        Case(query: "select 1 /* x", column: 10, message: "never closed", hint: "*/"),
        Case(query: "select 1_000", column: 9, message: "1 AS _000", hint: "separators"),
        Case(
            query: "select a from b settings max_threads=1", column: 17, message: "SETTINGS",
            hint: "Take the clause out"),
        Case(query: "select top 5 a from b", column: 8, message: "TOP", hint: "LIMIT"),
        Case(query: "select date '2024-01-01'", column: 8, message: "DATE '…'", hint: "toDate"),
        Case(query: "select timestamp '2024-01-01'", column: 8, message: "TIMESTAMP", hint: "toDateTime"),
        Case(
            query: "select substring(a from 2)", column: 20, message: "SUBSTRING(a FROM b)", hint: "substring(a, start"),
        Case(query: "select a from b group by a with totals", column: 28, message: "WITH TOTALS", hint: "ROLLUP"),
        Case(query: "select a from b c d", column: 19, message: "two aliases", hint: "Keep one"),
        Case(query: "select any(x) ignore nulls from b", column: 15, message: "IGNORE NULLS", hint: "If"),
        Case(query: "select distinct on (a) b from c", column: 8, message: "DISTINCT ON", hint: "LIMIT 1 BY"),
        Case(query: "select a from b natural join c", column: 17, message: "NATURAL", hint: "USING"),
        Case(query: "(select 1 limit 2) limit 3", column: 26, message: "second LIMIT", hint: "SELECT * FROM"),
        Case(query: "select a from b where x sample 0.1", column: 25, message: "SAMPLE", hint: "behind the table"),
        Case(
            query: "select a union all select b limit 5 offset 3", column: 20, message: "OFFSET to the whole set",
            hint: "parentheses"),
    ]

    @Test("surprising readings are refused with a remedy", arguments: refusals)
    func refused(_ wanted: Case) throws {
        let error = try #require(throws: AirlockError.self) { try parseSelect(wanted.query) }
        #expect(error.code == .unsupportedQuery)
        #expect(error.location == .query(line: wanted.line, column: wanted.column))
        #expect(error.message.contains(wanted.message), "\(error.message)")
        #expect(error.hint?.contains(wanted.hint) == true, "\(error.hint ?? "no hint")")
    }

    static let mistakes = [
        Case(query: "", column: 1, message: "empty", hint: "SELECT"),
        Case(query: "select a from", column: 14, message: "the end of the query", hint: ""),
        Case(query: "select from events", column: 8, message: "select list is empty", hint: "*"),
        Case(query: "select a from b where", column: 22, message: "expected an expression, found the end", hint: ""),
        Case(query: "select (1, 2", column: 8, message: "never closed", hint: "closing bracket"),
        Case(query: "select 'abc", column: 8, message: "never closed", hint: "\\'"),
        Case(query: "select '\\q'", column: 9, message: "unknown escape '\\q'", hint: "\\\\"),
        Case(query: "select a && b", column: 10, message: "unexpected character '&'", hint: "AND"),
        Case(query: "select !a", column: 8, message: "unexpected character '!'", hint: "NOT"),
        Case(query: "select é", column: 8, message: "unexpected character 'é'", hint: "backticks"),
        Case(query: "select a xor b", column: 10, message: "alias", hint: "xor(a, b)"),
        Case(query: "select a from b where a regexp 'x'", column: 25, message: "'regexp'", hint: "match("),
        Case(query: "select a\nfrom b\nwhere c = \n", column: 1, message: "found the end", hint: "", line: 4),
        Case(query: "select a\nfrom b where c group by a order d", column: 27, message: "'order'", hint: "", line: 2),
        Case(query: "insert into t values (1)", column: 1, message: "'insert'", hint: "Only SELECT"),
        Case(query: "select 1; select 2", column: 11, message: "one query", hint: ""),
        Case(query: "select case when a then b", column: 26, message: "END", hint: "CASE WHEN"),
        Case(query: "select interval 7 days", column: 19, message: "unit of time, found 'days'", hint: "singular"),
        Case(query: "select a between 1 or 2", column: 20, message: "AND and the upper bound", hint: ""),
        Case(query: "select a from 'events'", column: 15, message: "single quotes", hint: "backticks"),
        Case(query: "select a from b where c = ?", column: 27, message: "found '?'", hint: "{name}"),
        Case(query: "select a from b order by a where c", column: 28, message: "'where'", hint: "order SELECT, FROM"),
        Case(query: "select 'a\\0b'", column: 10, message: "\\0", hint: "NUL"),
    ]

    @Test("a mistake is named with its place and the likely remedy", arguments: mistakes)
    func mistaken(_ wanted: Case) throws {
        let error = try #require(throws: AirlockError.self) { try parseSelect(wanted.query) }
        #expect(error.location == .query(line: wanted.line, column: wanted.column))
        #expect(error.message.contains(wanted.message), "\(error.message)")
        if !wanted.hint.isEmpty { #expect(error.hint?.contains(wanted.hint) == true, "\(error.hint ?? "no hint")") }
    }

    @Test("lines end as editors end them, and columns count characters")
    func place() throws {
        let query = "SELECT 'é'\r\nFROM events\rWHERE '🇫🇷' >> 1"
        let error = try #require(throws: AirlockError.self) { try parseSelect(query) }
        #expect(error.location == .query(line: 3, column: 12), "\(String(describing: error.location))")
    }

    @Test("hostile sizes end in an error")
    func bounds() {
        let hostile = [
            "select " + String(repeating: "(", count: 100_000),
            "select " + String(repeating: "[", count: 65) + String(repeating: "]", count: 65),
            "select " + String(repeating: "not ", count: 50_000) + "1",
            "select " + String(repeating: "-", count: 3) + String(repeating: " -", count: 50_000) + "a",
            "select 1" + String(repeating: " + 1", count: 50_000),
            "select a" + String(repeating: ".1", count: 50_000),
            "select a" + String(repeating: "::int", count: 40_000),
            "select " + String(repeating: "a ? b : ", count: 30_000) + "c",
            "select " + String(repeating: "x -> ", count: 50_000) + "1",
            "select " + String(repeating: "case when ", count: 20_000) + "1",
            "select cast(1 as " + String(repeating: "Array(", count: 20_000),
            "select " + String(repeating: "a", count: Int(300 << 10)),
            "select 1" + String(repeating: "1", count: 5000),
        ]
        for query in hostile { #expect(throws: AirlockError.self) { try parseSelect(query) } }
    }

    @Test("wide queries are read")
    func wide() throws {
        let list = (0..<20_000).map(String.init).joined(separator: ", ")
        _ = try parseSelect("select a from b where c in (\(list))")
        let conditions = (0..<5_000).map { "a = \($0)" }.joined(separator: " or ")
        _ = try parseSelect("select a from b where \(conditions)")
        let nested = String(repeating: "(", count: 60) + "1" + String(repeating: ")", count: 60)
        _ = try parseSelect("select \(nested)")
    }

    @Test("deep queries within the bounds are read, printed and analysed")
    func deep() throws {
        let operators =
            "select " + String(repeating: "not a or a and a ?? a = a + a * (", count: 20) + "1"
            + String(repeating: ")", count: 20)
        let subqueries =
            String(repeating: "select * from (", count: 60) + "select a from events" + String(repeating: ")", count: 60)
        let sum = "select a" + String(repeating: " + a", count: 250)
        for query in [operators, subqueries, sum] {
            let statement = try parseSelect(query)
            let printed = QueryPrinter.text(of: statement)
            #expect(QueryPrinter.text(of: try parseSelect(printed)) == printed)
            _ = Analysis(statement)
            _ = try statement.substituting([:])
        }
    }
}
