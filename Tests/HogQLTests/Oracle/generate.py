"""Queries for the comparison with PostHog's parser: random ones from a small grammar, keywords in every position, and
mutations of both. The same seed gives the same queries."""

import random
import re

NAMES = ["a", "b", "event", "timestamp", "properties", "e", "person", "x1", "$os"]
ODD_NAMES = NAMES + (
    "`a b`|\"q r\"|id|day|left|date|order|f|key|team|first|group|select|from|not|case|interval|any|end|values|in"
).split("|")
FIELDS = ["a", "b", "event", "timestamp", "e.a", "properties.$browser", "person.properties.email", "t.`a b`"]
CONSTANTS = (
    "1|0|-5|1.5|.5|2.|1e3|0x1F|0b11|017|inf|nan|null|true|false|'x'|'it''s'|'a\\'b'|'a\\\\b'|'\\n'|''|'%x_'|'{a}'|'é'"
).split("|")
COMPARISONS = (
    "=|==|!=|<>|<|<=|>|>=|<=>|like|not like|ilike|not ilike|in|not in|~|=~|!~|~*|=~*|!~*|IN COHORT|not in cohort"
).split("|")
CALLS = "count|sum|if|toDate|arrayMap|f|multiIf|not|any|left|quantile(0.5)".split("|")
TABLES = (
    "events|persons|sessions|events e|persons as p|numbers(10)|a.b.c|`x y` z|events final|events sample 0.1|"
    "events e sample 1/10 offset 0.5|{tbl}|t as u(c, d)|(values (1,2),(3,4)) v"
).split("|")
JOINS = (
    "join|left join|inner join|right join|full outer join|any left join|left any join|asof join|cross join|,|"
    "left outer join|semi join|anti left join|all inner join"
).split("|")

KEYWORDS = (
    "all and anti any array as asc ascending asof between both by case cast catch cohort collate columns cross cube "
    "current date day desc descending distinct else end except exclude extract final fill filter finally first fn "
    "following for from full fun group grouping having hour id if ilike ignore include in inf infinity inner intersect "
    "interpolate interval is join key lambda last leading left let like limit materialized minute month name natural "
    "nan not null nulls offset on or order outer over partition pivot positional preceding prewhere qualify quarter "
    "range recursive replace return right rollup row rows sample second select semi sets settings step substring then "
    "throw ties timestamp time local zone to top totals trailing trim truncate try try_cast unbounded union unpivot "
    "using values week when where while window with within year true false lateral exists global xor team_id"
).split()
# A keyword in the place of %s.
POSITIONS = """select %s, b|select %s(1)|select a.%s, b|select 1 as %s, 2|select 1 %s, 2|select 1 from %s|select 1 from t %s
select 1 from t as %s|with %s as (select 1) select 1|select %s -> 1|select f() over %s, 2|select {a: %s}|select a, %s
select 1 where %s|select cast(x as %s)|select x::%s|select %s|select %s from t|select %s.b from t|select %s as b from t
select 1 where %s = 1|select 1 where 1 = %s and a|select 1 where a and %s|select %s + 1|select %s - 1|select %s * 2
select 2 * %s|select a in %s|select %s in (1, 2)|select %s is null|select %s between 1 and 2|select a between %s and 2
select not %s|select not %s (a)|select -%s|select (%s)|select (%s, 1)|select [1, %s]|select a[%s]|select %s[1]
select f(1, %s)|select f(distinct %s)|select %s ? 1 : 2|select a ? %s : 2|select a ?? %s|select %s || 1
select 1 from t group by a, %s|select 1 from t order by %s|select 1 from t order by %s desc|select 1 from t limit %s
select 1 from t limit 1 by %s|select 1 from t join %s on 1|select 1 from t join u on %s|select 1 from t join u using %s
with 1 as %s select 2|with %s as x select 2|select f(%s -> 1)|select f((a, %s) -> 1)|select case %s when 1 then 2 end
select case when 1 then %s end|select {%s}|select %s.*|select * exclude (%s) from t|select * from (select %s)
select %s union all select 2|select cast(%s as Int64)|select %s like 'x'|select a %s from t|select 1 from %s where a
select 1 from a.%s|select f() over (order by %s rows 1 preceding)|select interval %s day|select a, %s from t
select a from t where %s group by b|select a from t where %s order by b|select a from t group by %s having b
select 1 from t array join %s as x|select 1 from t sample %s|select 1 limit %s with ties|select %s is distinct from 1
select a, %s, from t|select f'a{%s}'|select f(a).%s|select a?.%s""".replace("\n", "|").split("|")

# What PostHog reads, and drops or takes for something else: all of it is refused here.
SURPRISES = r"""select a from b limit 10 order by x
(select 1 union all select 2) order by 1
select a union all select b order by a limit 3
select a from b order by a nulls first
select a from b order by a desc nulls last, b
select groupArray(a order by b nulls first) from c
select sum(x) filter (where y) over w from b
select sum(x) filter (where y > 1) over (partition by z) from b
select f(distinct x) over (order by y) from b
select any(x) ignore nulls from b
select a from b order by a collate 'de'
select a from b group by a with totals
select a from b group by a with rollup
select a from b group by a with cube
select a from b natural join c
select a from b sample 10%
select a from b c d
select a b c from d
select x isnull from b
select x notnull from b
select a xor b
select a regexp from b
select 1_000
select 5e from b
(select 1 limit 2) limit 3
select a union all select b limit 5 offset 3
select 1 /* x
select a, b /* never closed
select a, x, y -> x + y
select distinct on (a) b from c
select `` from b
select "" from b
select a<b c
select <a/>
<a href='x'/>
select #0
select 017.5
select 'a\0b'
select f(a := 1)
select * columns('x') from b
select * replace (a as b) from c
select a from b order by a with fill interpolate (c)
select 1 union all by name select 2
select a from b left join lateral (select 1) c on 1
select * (select b)""".split("\n")

TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|`[^`]*`|"[^"]*"|[A-Za-z_$][\w$]*|\d+\.?\d*|\s+|->|::|<=>|\|\||[<>=!~?]+|.""", re.S)
PIECES = KEYWORDS + ", ( ) [ ] { } . + - * / = < > ? : ; :: -> || ' # ?. ?? 1 x 's' within day".split()


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, choices):
        return self.random.choice(choices)

    def chance(self, share):
        return self.random.random() < share

    def name(self):
        return self.pick(NAMES if self.chance(0.85) else ODD_NAMES)

    def expression(self, depth):
        if depth <= 0:
            return self.pick([self.pick(FIELDS), self.pick(CONSTANTS), self.name()])

        def inner():
            return self.expression(depth - 1 - self.random.randrange(2))

        def binary(operators):
            return f"{inner()} {self.pick(operators)} {inner()}"

        def arguments():
            return self.pick(["", "", "", "distinct "]) + ", ".join(inner() for _ in range(self.random.randrange(4)))

        def call():
            behind = ["", "", "", " over w", " over (partition by a order by b)", " filter (where x)"]
            return f"{self.pick(CALLS)}({arguments()}){self.pick(behind)}"

        def access():
            return inner() + self.pick(
                "::int|::string|.1|.x|?.y|[1]|['k']|[1:2]|[:2]|(1)|.0.sku|?.[1]".split("|"))

        def case():
            return (f"case {self.pick(['', inner() + ' '])}when {inner()} then {inner()}"
                    f"{self.pick([' else ' + inner(), ''])} end")

        forms = [
            (5, lambda: self.pick(FIELDS)), (3, lambda: self.pick(CONSTANTS)),
            (3, lambda: binary(["+", "-", "*", "/", "%", "||"])), (4, lambda: binary(COMPARISONS)),
            (3, lambda: binary(["and", "or", "AND", "OR"])), (1, lambda: "not " + inner()),
            (1, lambda: inner() + self.pick([" is null", " is not null"])),
            (1, lambda: binary(["is distinct from", "is not distinct from"])),
            (1, lambda: f"{inner()}{self.pick([' between ', ' not between '])}{inner()} and {inner()}"),
            (1, lambda: binary(["??"])), (1, lambda: f"{inner()} ? {inner()} : {inner()}"),
            (1, lambda: f"({inner()})"), (1, lambda: f"({inner()}, {inner()}{self.pick(['', ','])})"),
            (1, lambda: "[" + ", ".join(inner() for _ in range(self.random.randrange(3))) + "]"), (4, call),
            (1, lambda: self.pick(["x -> ", "(x, y) -> ", "() -> ", "x, y -> ", "lambda x: "]) + inner()), (1, case),
            (1, lambda: "interval " + self.pick(["7 day", "'3 month'", inner() + " hour", "'2' week"])),
            (1, lambda: "-" + inner()),
            (1, lambda: self.pick(["cast(", "try_cast("]) + inner() + " as " + self.pick(
                ["Int64", "Nullable(String)", "Array(Float64)", "DateTime64(3)", "Decimal(10, 2)"]) + ")"),
            (2, access), (1, lambda: f"({self.query(depth - 2)})"),
            (1, lambda: "{" + self.pick(["x", "filters", "variables.a", "q"]) + "}"),
            (1, lambda: self.pick([f"f'a{{{self.name()}}}b'", "{'a': " + inner() + "}", "#1", "columns('x')"])),
            (1, lambda: f"({inner()} as {self.pick(['k', '`l m`'])})"),
        ]
        return self.random.choices([form for _, form in forms], [weight for weight, _ in forms])[0]()

    def column(self, depth):
        text = self.expression(depth)
        if self.chance(0.15):
            return f"{text} as {self.name()}"
        return text + (" " + self.pick(["n", "total", "`x y`", "final", "date"]) if self.chance(0.06) else "")

    def table(self, depth):
        if self.chance(0.25):
            return f"({self.query(depth - 1)})" + self.pick([" s", " as s", ""])
        return self.pick(TABLES)

    def tables(self, depth):
        text = self.table(depth)
        while self.chance(0.3):
            join = self.pick(JOINS)
            text += ("" if join == "," else " ") + join + " " + self.table(depth)
            if join not in ("cross join", ","):
                text += self.pick([" on " + self.expression(2), " using (id)", " using id, k", ""])
        return text

    def query(self, depth):
        if depth <= 0:
            return "select " + self.expression(0)
        text = ""
        if self.chance(0.12):
            text = "with " + self.pick([
                f"z as ({self.query(depth - 2)})", "1 as one", "z as (select 1), 5 as y",
                "recursive z(n) as (select 1 union all select 2)", self.expression(1) + " as k"]) + " "
        text += "select " + self.pick(["", "", "", "", "distinct "])
        text += ", ".join(
            self.pick(["*", "t.*", "count(*)"]) if self.chance(0.08) else self.column(depth - 1)
            for _ in range(1 + self.random.randrange(3)))
        if self.chance(0.08):
            text += ","
        if self.chance(0.75):
            text += " from " + self.tables(depth)
            if self.chance(0.05):
                text += self.pick([" array join ", " left array join "]) + "arr as el"
        keys = ["all", "rollup(a, b)", "cube(a)", "grouping sets ((a), (a, b), ())"]
        keys += [", ".join(self.expression(1) for _ in range(1 + self.random.randrange(2))) for _ in range(6)]
        order = ", ".join(
            self.expression(1) + self.pick(["", " desc", " asc", " DESC"])
            for _ in range(1 + self.random.randrange(2)))
        for share, clause in [
            (0.04, " prewhere " + self.expression(1)), (0.45, " where " + self.expression(depth)),
            (0.25, " group by " + self.pick(keys)), (0.1, " having " + self.expression(1)),
            (0.05, " qualify " + self.expression(1)),
            (0.06, " window w as (partition by a order by b desc rows between 1 preceding and current row)"),
            (0.25, " order by " + order),
            (0.06, " limit " + self.pick(["1 by a", "2 by a, b", "1 offset 2 by x", "1, 2 by x"])),
            (0.3, " limit " + self.pick(["10", "5, 10", "10 offset 3", "5 with ties", "{n}", "1 + 2", "5 %"])),
        ]:
            if self.chance(share):
                text += clause
        if self.chance(0.08):
            text += self.pick([" union all ", " union distinct ", " union ", " intersect ", " except "])
            text += self.pick([self.query(depth - 1), f"({self.query(depth - 1)})"])
        return text

    def mutation(self, query):
        tokens = TOKEN.findall(query)
        for _ in range(1 + self.random.randrange(2)):
            if not tokens:
                break
            place, way = self.random.randrange(len(tokens)), self.random.randrange(5)
            if way == 0:
                del tokens[place]
            elif way == 1:
                tokens.insert(place, f" {self.pick(PIECES)} ")
            elif way == 2:
                tokens[place] = self.pick(PIECES)
            elif way == 3:
                other = self.random.randrange(len(tokens))
                tokens[place], tokens[other] = tokens[other], tokens[place]
            else:
                tokens.insert(place, tokens[place])
        return "".join(tokens)


def queries(seeds, generated=900, positions=700, mutated=1700, longest=170, seed=20):
    """The seeds themselves, then generated queries, keywords in odd places, and mutations; each once."""
    generator, found = Generator(seed), dict.fromkeys(seeds + SURPRISES)
    every = [position.replace("%s", word) for position in POSITIONS for word in KEYWORDS]
    # The real parser's time grows steeply with nested parentheses.
    fits = lambda query: len(query) <= longest and query.count("(") <= 8
    for count, make in [
        (generated, lambda: generator.query(2)), (positions, lambda: generator.pick(every)),
        (mutated, lambda: generator.mutation(generator.pick(seeds) if generator.chance(0.6) else generator.query(2))),
    ]:
        wanted = len(found) + count
        while len(found) < wanted:
            query = make()
            if fits(query):
                found.setdefault(query)
    return list(found)
