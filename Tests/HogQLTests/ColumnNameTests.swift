import HogQL
import Testing

/// What columns without an alias are called: as PostHog prints them.
@Suite struct ColumnNameTests {
    static let names: [(expression: String, name: String)] = [
        ("event AS e", "e"), ("event", "event"), ("e.event", "event"), ("`two words`", "two words"),
        ("properties.$browser", "$browser"), ("e.properties['any name']", "any name"), ("properties.a.b", "a__b"),
        ("properties.items.0.sku", "items__0__sku"), ("person.properties.plan", "plan"), ("person.id", "id"),
        ("properties", "properties"), ("1", "1"), ("1.50", "1.5"), ("1e3", "1000.0"), ("-5", "-5"),
        ("-x", "minus(0, x)"),
        ("'it''s'", #"'it\'s'"#), ("true", "true"), ("null", "NULL"), ("inf", "Inf"), ("nan", "NaN"),
        ("1/0", "divide(1, 0)"), ("1 / 0", "divide(1, 0)"), ("( 1 )/0", "divide(1, 0)"),
        ("a+b-c", "minus(plus(a, b), c)"),
        ("a*b%c", "modulo(multiply(a, b), c)"), ("count()", "count()"), ("COUNT( * )", "COUNT(*)"),
        ("count(distinct event)", "count(DISTINCT event)"),
        ("uniq(person.properties['plan'])", "uniq(person.properties.plan)"),
        ("quantile(0.90)(x)", "quantile(0.9)(x)"), ("a = b", "equals(a, b)"), ("a <> b", "notEquals(a, b)"),
        ("a<b", "less(a, b)"), ("a<=b", "lessOrEquals(a, b)"), ("a>b", "greater(a, b)"),
        ("a>=b", "greaterOrEquals(a, b)"),
        ("a like 'x'", "like(a, 'x')"), ("a not ilike 'x'", "notILike(a, 'x')"), ("a ~ 'x'", "match(a, 'x')"),
        ("a !~* 'x'", "not(match(a, concat('(?i)', 'x')))"), ("a in (1,2)", "in(a, tuple(1, 2))"),
        ("a not in [1]", "notIn(a, [1])"), ("person_id in cohort 5", "person_id IN COHORT 5"),
        ("a is null", "equals(a, NULL)"), ("a is not null", "notEquals(a, NULL)"),
        ("a is distinct from b", "a IS DISTINCT FROM b"), ("a and (b and c)", "and(a, b, c)"),
        ("a or b and c", "or(a, and(b, c))"),
        ("not a", "not(a)"), ("not (a = 1)", "not(equals(a, 1))"), ("a between 1 and 2", "a BETWEEN 1 AND 2"),
        ("a ?? b", "ifNull(a, b)"), ("a ? b : c", "if(a, b, c)"), ("case when a then 1 else 2 end", "if(a, 1, 2)"),
        ("case when a then 1 when b then 2 end", "multiIf(a, 1, b, 2, NULL)"),
        ("case x when 1 then 'a' end", "_caseWithExpression(x, 1, 'a', NULL)"),
        ("now() - interval 7 day", "minus(now(), toIntervalDay(7))"),
        ("x::Int64", "CAST(x AS Int64)"), ("try_cast(x as Int64)", "TRY_CAST(x AS Int64)"),
        ("(1, 'a')", "tuple(1, 'a')"),
        ("(1,'a').2", "tuple(1, 'a').2"), ("[1,2][1]", "[1, 2][1]"), ("[1,2,3][1:2]", "[1, 2, 3][1:2]"),
        ("a || 'x' || b", "concat(a, 'x', b)"), ("f'{event}!'", "concat(event, '!')"),
        ("arrayMap(x->x+1,[1])", "arrayMap(x -> plus(x, 1), [1])"),
        ("arrayMap((x, y) -> x, a, b)", "arrayMap((x, y) -> x, a, b)"),
        (
            "row_number() over (partition by a order by b desc, c)",
            "row_number() OVER (PARTITION BY a ORDER BY b DESC, c ASC)"
        ),
        ("(select count() / 2 from events)", "(SELECT divide(count(), 2) FROM events)"),
        ("{'a': 1}", "tuple('__hx_tag', '__hx_obj', 'a', 1)"),
    ]

    @Test(arguments: names) func isWhatPostHogPrints(expression: String, name: String) throws {
        #expect(try parseExpression(expression).columnName == name)
    }

    /// The driver sends what it printed: the columns' names must not depend on how the query was spelled.
    @Test func isTheSameForAQueryThatWasPrinted() throws {
        var seen = 0
        for line in AcceptedCorpus.text.split(separator: "\n") {
            guard let arrow = line.firstRange(of: " ⇒ ") else { continue }
            let text = String(line[..<arrow.lowerBound])
            guard let statement = try? parseSelect(text), case .select(let query) = statement else { continue }
            guard case .select(let printed) = try parseSelect(QueryPrinter.text(of: statement)) else {
                Issue.record("\(text)")
                continue
            }
            #expect(query.columns.map(\.columnName) == printed.columns.map(\.columnName), "\(text)")
            seen += 1
        }
        #expect(seen > 50)
    }
}
