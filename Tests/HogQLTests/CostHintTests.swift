import AirlockCore
import HogQL
import Testing

@Suite("Cost hints")
struct CostHintTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var query: String
        /// Each hint's kind, and the text it points at.
        var hints: [String]
        var testDescription: String { query }
    }

    static let cases = [
        Case(query: "select event from events where timestamp > now() limit 5000", hints: []),
        Case(query: "select event, count() from events group by event limit 5", hints: ["no_time_range events"]),
        Case(query: "select count() from events e", hints: ["no_time_range events e"]),
        Case(query: "select count() from events where timestamp < now()", hints: ["no_time_range events"]),
        Case(query: "select count() from events where event = 'a' and toDate(timestamp) = today()", hints: []),
        Case(query: "select count() from events where now() - interval 7 day <= timestamp", hints: []),
        Case(query: "select count() from events e where e.timestamp between 'a' and 'b'", hints: []),
        Case(
            query: "select count() from events where timestamp > now() or event = 'a'", hints: ["no_time_range events"]),
        Case(query: "select count() from events where {filters}", hints: []),
        Case(query: "select count() from events prewhere timestamp > now()", hints: []),
        Case(query: "select event from events limit 10", hints: []),
        Case(query: "select event from events order by timestamp limit 10", hints: ["no_time_range events"]),
        Case(query: "select count() from sessions where $start_timestamp > now()", hints: []),
        Case(query: "select count() from persons", hints: []),
        Case(query: "with events as (select 1 as a) select a from events", hints: []),
        Case(query: "select id from persons", hints: ["no_limit select id from persons"]),
        Case(query: "select round(sum(a) / count() * 100, 2), 1 from persons", hints: []),
        Case(query: "select max(a), b from persons", hints: ["no_limit select max(a), b from persons"]),
        Case(query: "select uniqExactIf(a, b), quantilesTiming(0.5)(a), sumMerge(c) from persons", hints: []),
        Case(query: "select id from persons limit 10 offset 20000", hints: ["large_offset 20000"]),
        Case(query: "select id from persons limit 10 offset 100", hints: []),
        Case(query: "select * from persons limit 10", hints: ["select_all *"]),
        Case(query: "select p.* from persons p limit 10", hints: ["select_all p.*"]),
        Case(query: "select * from (select id from persons limit 1) limit 10", hints: []),
        Case(query: "select distinct * from persons limit 1", hints: ["distinct_over_all *"]),
        Case(query: "select distinct properties from persons limit 1", hints: ["distinct_over_all properties"]),
        Case(query: "select distinct id from persons limit 1", hints: []),
        Case(
            query: "select a from persons cross join cohort_people limit 1",
            hints: ["cross_join cross join cohort_people"]),
        Case(query: "select a from persons p, cohort_people c limit 1", hints: ["cross_join , cohort_people c"]),
        Case(query: "select a from persons, (select count() from cohort_people) limit 1", hints: []),
        Case(query: "select a from persons join cohort_people limit 1", hints: ["unbounded_join join cohort_people"]),
        Case(
            query: "select a from persons p join groups g on p.a > g.b limit 1",
            hints: ["unbounded_join join groups g on p.a > g.b"]),
        Case(query: "select a from persons p join groups g on p.a = g.b and p.c > 1 limit 1", hints: []),
        Case(query: "select a from persons p join groups g using (a) limit 1", hints: []),
        Case(
            query: "select count() from persons where properties.a =~ 'x' and match(lower(properties.b), 'y')",
            hints: ["regular_expression properties.a =~ 'x'", "regular_expression match(lower(properties.b), 'y')"]),
        Case(query: "select count() from persons where id =~ 'x' and match('a', 'b')", hints: []),
        Case(
            query: "select count() from persons where properties.a ilike '%x' or properties.b like 'x%'",
            hints: ["leading_wildcard properties.a ilike '%x'"]),
        Case(query: "select count() from (select a from persons order by a)", hints: ["order_in_subquery a"]),
        Case(query: "select count() from (select a from persons order by a limit 1)", hints: []),
        Case(
            query: "select id from persons limit 1 union all (select * from groups limit 2) ", hints: ["select_all *"]),
    ]

    @Test("each kind is found where it stands, and not where it does not", arguments: cases)
    func hints(_ wanted: Case) throws {
        let bytes = Array(wanted.query.utf8)
        let found = Analysis(try parseSelect(wanted.query)).costHints.map { hint in
            "\(hint.kind.rawValue) \(String(decoding: bytes[hint.range.lower..<hint.range.upper], as: UTF8.self))"
        }
        #expect(found == wanted.hints)
    }

    @Test("every kind occurs above, and says what to do in one sentence")
    func kinds() {
        for kind in CostHint.Kind.allCases {
            #expect(Self.cases.contains { $0.hints.contains { $0.hasPrefix("\(kind.rawValue) ") } }, "\(kind)")
            #expect(kind.advice.hasSuffix("."))
            #expect(kind.advice.count { $0 == "." && kind.advice.count > 20 } >= 1)
        }
    }
}
