import AirlockCore
import HogQL
import Testing

@Suite("Query builder")
struct BuilderTests {
    @Test("a query with every clause is printed as one would write it")
    func whole() throws {
        let recent = SelectBuilder(from: "events", alias: "e")
            .columns(.field("person_id"), .call("min", .field("timestamp")).named("joined"))
            .where(.field("event") == "signup")
            .group(by: .field("person_id"))
        let query = SelectBuilder(from: "events", alias: "e")
            .with("first", as: recent)
            .distinct()
            .columns(.field("e", "event"), .count.named("n"))
            .columns(.call("quantile", parameters: [0.9], .field("e", "properties").property("took ms")).named("p90"))
            .join(.left, "first", alias: "f", on: .field("f", "person_id") == .field("e", "person_id"))
            .where(.field("timestamp") >= .call("now") - .interval(7, .day), .field("event").isIn(["a", "it's"]))
            .where(.field("a") == 1 || .field("b").isNull)
            .group(by: .field("e", "event"))
            .having(.field("n") > 10)
            .order(by: .field("n"), descending: true)
            .order(by: .field("event"))
            .limit(10, offset: 5)
        let text = try query.text()
        #expect(
            text == "WITH first AS (SELECT person_id, min(timestamp) AS joined FROM events AS e "
                + "WHERE event = 'signup' GROUP BY person_id) "
                + "SELECT DISTINCT e.event, count() AS n, quantile(0.9)(e.properties['took ms']) AS p90 "
                + "FROM events AS e LEFT JOIN first AS f ON f.person_id = e.person_id "
                + "WHERE timestamp >= now() - INTERVAL 7 DAY AND event IN ('a', 'it\\'s') AND (a = 1 OR b IS NULL) "
                + "GROUP BY e.event HAVING n > 10 ORDER BY n DESC, event LIMIT 10 OFFSET 5")
        #expect(QueryPrinter.text(of: try parseSelect(text)) == text)
    }

    static let terms: [(Term, String)] = [
        (.field("a b", "c`d"), "`a b`.`c``d`"),
        (.field("properties").property("50%.x'y"), "properties['50%.x\\'y']"),
        (.value([nil, true, 1.5, "x"]), "[NULL, true, 1.5, 'x']"),
        (.field("a").contains("50%_\\"), "a LIKE '%50\\\\%\\\\_\\\\\\\\%'"),
        (.field("a").hasPrefix("x'"), "a LIKE 'x\\'%'"),
        (.field("a").isIn([]), "a IN []"),
        (.field("a").isIn(.placeholder("list")), "a IN {list}"),
        (.field("a").isIn(.query(SelectBuilder(from: "t").columns(.field("b")))), "a IN (SELECT b FROM t)"),
        (.field("a").isBetween(1, 2), "a BETWEEN 1 AND 2"),
        (.field("a").isNotNull, "a IS NOT NULL"),
        (!(.field("a") == 1 || .field("b") == 2), "not(a = 1 OR b = 2)"),
        ((.field("a") || .field("b")) && .field("c"), "(a OR b) AND c"),
        (.field("a") - (.field("b") - -1), "a - (b - -1)"),
        ((.field("a") + 1) * 2 / .field("b"), "(a + 1) * 2 / b"),
        (.date(year: 2024, month: 2, day: 29), "toDate('2024-02-29')"),
        (.dateTime(year: 2024, month: 5, day: 1, hour: 13), "toDateTime('2024-05-01 13:00:00.000000')"),
        (.moment(microsecondsSince1970: -1), "fromUnixTimestamp64Micro(-1)"),
        (.tuple([1, "b"]), "(1, 'b')"),
        (.call("count", .all), "count(*)"),
        (.call("order by", .field("x")), "`order by`(x)"),
    ]

    @Test("terms are printed as HogQL, and read back as the same", arguments: terms.indices)
    func term(_ index: Int) throws {
        let (term, wanted) = Self.terms[index]
        let text = try SelectBuilder(from: "t").columns(term).text()
        #expect(text == "SELECT \(wanted) FROM t")
        #expect(QueryPrinter.text(of: try parseSelect(text)) == text)
    }

    @Test("no name and no value gets out of its place")
    func hostile() throws {
        var random = SplitMix(seed: 11)
        let alphabet = Array("'\\\"`nrtx0AbN%_{}$/*-fe\n\té 👍".unicodeScalars)
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<1 + random.below(12) { text.unicodeScalars.append(alphabet[random.below(alphabet.count)]) }
            let name = text.filter { $0 != "%" } + "x"
            let query = SelectBuilder(from: name, alias: name)
                .columns(.field(name).named(name), .call(name, .value(.string(text))))
                .where(.field("a").contains(text) && .field("p").property(text) == .value(.string(text)))
            let built = try query.statement()
            let read = try parseSelect(try query.text())
            guard case .select(let select) = read, select.columns.count == 2,
                case .and(let operands)? = select.filter?.kind
            else {
                Issue.record("\(try query.text())")
                continue
            }
            #expect(operands.count == 2)
            #expect(QueryPrinter.text(of: read) == QueryPrinter.text(of: built))
            #expect(Analysis(read).tables == [name])
        }
    }

    static let faults: [(SelectBuilder, String)] = [
        (SelectBuilder(from: "t"), "no columns"),
        (SelectBuilder(from: "t%").columns(.all), "'%'"),
        (SelectBuilder(from: "t", alias: "").columns(.all), "empty"),
        (SelectBuilder(from: "t").columns(.field("a\u{0}")), "NUL"),
        (SelectBuilder(from: "t").columns(.field()), "no name"),
        (SelectBuilder(from: "t").columns(.call("")), "empty"),
        (SelectBuilder(from: "t").columns(.all).where(.field("a") == .value(.string("\u{0}"))), "NUL"),
        (SelectBuilder(from: "t").columns(.all).where(.field("a") == .value(["k": 1])), "object"),
        (SelectBuilder(from: "t").columns(.all).where(.field("a").isIn(["x", "\u{0}"])), "NUL"),
        (SelectBuilder(from: "t").columns(.all).where(!(.field("a").property("\u{0}").isNull)), "NUL"),
        (SelectBuilder(from: "t").columns(.date(year: 2023, month: 2, day: 29)), "date is out of range"),
        (SelectBuilder(from: "t").columns(.dateTime(year: 2023, month: 2, day: 1, hour: 24)), "time is out of range"),
        (SelectBuilder(from: "t").columns(.all).limit(-1), "negative"),
        (SelectBuilder(from: SelectBuilder(from: "%").columns(.all)).columns(.all), "'%'"),
        (SelectBuilder(from: "t").columns(.all).order(by: .field("%")).limit(1), "'%'"),
    ]

    @Test("what cannot stand in a query is thrown when the query is made", arguments: faults.indices)
    func fault(_ index: Int) throws {
        let (query, message) = Self.faults[index]
        let error = try #require(throws: AirlockError.self) { try query.text() }
        #expect(error.code == .invalidQuery)
        #expect(error.message.contains(message), "\(error.message)")
    }
}
