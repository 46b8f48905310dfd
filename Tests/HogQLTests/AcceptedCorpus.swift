/// Queries that PostHog's parser (hogql_parser 1.3.88) accepts, each with what the printer makes of our tree. When the
/// table was made, our tree agreed with PostHog's for each of them. It is one table of data, hence the length.
enum AcceptedCorpus {
    static let text = #"""
        SELECT event, count() AS n FROM events WHERE timestamp >= now() - toIntervalDay({days}) GROUP BY event ORDER BY n DESC LIMIT {limit} ⇒ SELECT event, count() AS n FROM events WHERE timestamp >= now() - toIntervalDay({days}) GROUP BY event ORDER BY n DESC LIMIT {`limit`}
        select toStartOfDay(timestamp) as day, countIf(event = '$pageview') as views, uniq(person_id) from events where timestamp > now() - interval 7 day group by day order by day ⇒ SELECT toStartOfDay(timestamp) AS day, countIf(event = '$pageview') AS views, uniq(person_id) FROM events WHERE timestamp > now() - INTERVAL 7 DAY GROUP BY day ORDER BY day
        select person_id, windowFunnel(86400)(toDateTime(timestamp), event = 'signup', event = 'activate', event = 'purchase') as level from events group by person_id ⇒ SELECT person_id, windowFunnel(86400)(toDateTime(timestamp), event = 'signup', event = 'activate', event = 'purchase') AS level FROM events GROUP BY person_id
        with first as (select person_id, min(toStartOfWeek(timestamp)) as week from events where event = 'signup' group by person_id) select first.week, dateDiff('week', first.week, toStartOfWeek(e.timestamp)) as n, count(distinct e.person_id) from events e join first on e.person_id = first.person_id group by 1, n order by 1, n ⇒ WITH first AS (SELECT person_id, min(toStartOfWeek(timestamp)) AS week FROM events WHERE event = 'signup' GROUP BY person_id) SELECT first.week, dateDiff('week', first.week, toStartOfWeek(e.timestamp)) AS n, count(DISTINCT e.person_id) FROM events AS e JOIN first ON e.person_id = first.person_id GROUP BY 1, n ORDER BY 1, n
        select person.properties.email, properties.$browser, session.$session_duration from events where person.properties.plan = 'pro' and properties['utm source'] != '' ⇒ SELECT person.properties.email, properties.$browser, session.$session_duration FROM events WHERE person.properties.plan = 'pro' AND properties['utm source'] != ''
        select * from events where properties.items.0.sku = 'x' order by timestamp desc limit 10 ⇒ SELECT * FROM events WHERE properties.items.0.sku = 'x' ORDER BY timestamp DESC LIMIT 10
        select arrayMap(x -> x * 2, [1, 2, 3]), arraySort((a, b) -> a.1 - b.1, groupArray((timestamp, event))) ⇒ SELECT arrayMap((x) -> x * 2, [1, 2, 3]), arraySort((a, b) -> a.1 - b.1, groupArray((timestamp, event)))
        select quantile(0.9)(toFloat(properties.amount)) as p90, quantiles(0.5, 0.9)(duration) from events ⇒ SELECT quantile(0.9)(toFloat(properties.amount)) AS p90, quantiles(0.5, 0.9)(duration) FROM events
        select event, lagInFrame(timestamp) over (partition by person_id order by timestamp rows between unbounded preceding and unbounded following) as previous from events ⇒ SELECT event, lagInFrame(timestamp) OVER (PARTITION BY person_id ORDER BY timestamp ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS previous FROM events
        select distinct_id, row_number() over w as n from events qualify n = 1 window w as (partition by distinct_id order by timestamp) ⇒ SELECT distinct_id, row_number() OVER w AS n FROM events QUALIFY n = 1 WINDOW w AS (PARTITION BY distinct_id ORDER BY timestamp)
        select case when properties.amount > 100 then 'big' when properties.amount > 10 then 'mid' else 'small' end as size, count() from events group by size having count() > 1 ⇒ SELECT CASE WHEN properties.amount > 100 THEN 'big' WHEN properties.amount > 10 THEN 'mid' ELSE 'small' END AS size, count() FROM events GROUP BY size HAVING count() > 1
        select * from (select 1 as a union all select 2) where a not in (1, 2) or a between 3 and 4 and not a = 5 ⇒ SELECT * FROM (SELECT 1 AS a UNION ALL SELECT 2) WHERE a NOT IN (1, 2) OR a BETWEEN 3 AND 4 AND NOT a = 5
        select a.b, c as d from x.y as z left join (select * from w) as v on z.id = v.id and v.k > 1 ⇒ SELECT a.b, c AS d FROM x.y AS z LEFT JOIN (SELECT * FROM w) AS v ON z.id = v.id AND v.k > 1
        select count() from events where event like '%page\\_view%' and properties.$current_url ilike 'https://%' and properties.path =~ '^/a' ⇒ SELECT count() FROM events WHERE event LIKE '%page\\_view%' AND properties.$current_url ILIKE 'https://%' AND properties.path ~ '^/a'
        select count() from events where person_id in cohort 5 or person_id not in cohort 'Beta users' ⇒ SELECT count() FROM events WHERE person_id IN COHORT 5 OR person_id NOT IN COHORT 'Beta users'
        select if(a > b, a, b) ?? 0, a > b ? a : b, -x, - 5, not a and b ⇒ SELECT if(a > b, a, b) ?? 0, a > b ? a : b, -x, -5, NOT a AND b
        select event from events sample 0.1 where timestamp between '2024-01-01' and '2024-02-01' limit 1 by person_id ⇒ SELECT event FROM events SAMPLE 0.1 WHERE timestamp BETWEEN '2024-01-01' AND '2024-02-01' LIMIT 1 BY person_id
        select tupleElement((1, 'a'), 2), (1, 'a').2, [1, 2, 3][-1], {'a': 1}['a'], x.y[1:2] ⇒ SELECT tupleElement((1, 'a'), 2), (1, 'a').2, [1, 2, 3][-1], ({'a': 1})['a'], x.y[1:2]
        select f'Hello {person.properties.name}, you have {count()} events' from events group by person.properties.name ⇒ SELECT f'Hello {person.properties.name}, you have {count()} events' FROM events GROUP BY person.properties.name
        select toDateTime('2024-05-01 00:00:00'), cast('1' as Int64), '1'::int, try_cast(x as Nullable(Float64)) ⇒ SELECT toDateTime('2024-05-01 00:00:00'), CAST('1' AS Int64), CAST('1' AS int), TRY_CAST(x AS Nullable(Float64))
        (select 1) union all (select 2) limit 3 ⇒ SELECT 1 UNION ALL (SELECT 2) LIMIT 3
        select a from t where a is not null and b is distinct from c and d <=> e ⇒ SELECT a FROM t WHERE a IS NOT NULL AND b IS DISTINCT FROM c AND d IS NOT DISTINCT FROM e
        select replaceRegexpAll(properties.path, '\\d+', ':id') as path, count() from events group by path order by count() desc ⇒ SELECT replaceRegexpAll(properties.path, '\\d+', ':id') AS path, count() FROM events GROUP BY path ORDER BY count() DESC
        select groupArray(event order by timestamp) from events ⇒ SELECT groupArray(event ORDER BY timestamp) FROM events
        select sum(x) filter (where y > 1), count(distinct z) from t ⇒ SELECT sum(x) FILTER (WHERE y > 1), count(DISTINCT z) FROM t
        select el from events array join splitByChar(',', tags) as el ⇒ SELECT el FROM events ARRAY JOIN splitByChar(',', tags) AS el
        with 5 as n select n + 1 ⇒ WITH 5 AS n SELECT n + 1
        with x -> x + 1 as inc select inc(2) ⇒ WITH ((x) -> x + 1) AS inc SELECT inc(2)
        select * exclude (a, b) from t ⇒ SELECT * EXCLUDE (a, b) FROM t
        select columns('^prop') from t ⇒ SELECT COLUMNS('^prop') FROM t
        select #1, count() from events group by #1 ⇒ SELECT #1, count() FROM events GROUP BY #1
        select a || b || c, a + b * c - d / e % f, (a + b) * c, a - (b - c), a / b / c, a - b - c ⇒ SELECT a || b || c, a + b * c - d / e % f, (a + b) * c, a - (b - c), a / b / c, a - b - c
        select not (a or b), not a in (1), not(a), not a is null ⇒ SELECT not(a OR b), NOT a IN (1), not(a), NOT a IS NULL
        select 1 -- comment ⇒ SELECT 1
        select 1 /* a */, 2 // b ⇒ SELECT 1, 2
        select `a b`, "c d", "e""f", `g``h` from `my table` ⇒ SELECT `a b`, `c d`, `e"f`, `g``h` FROM `my table`
        select 1 from events e ⇒ SELECT 1 FROM events AS e
        select from ⇒ SELECT `from`
        select a from b limit 5,10 ⇒ SELECT a FROM b LIMIT 5 OFFSET 10
        (select 1 union all select 2) limit 1 ⇒ SELECT 1 UNION ALL (SELECT 2) LIMIT 1
        select 1 union all select 2 union distinct select 3 intersect select 4 except select 5 ⇒ SELECT 1 UNION ALL SELECT 2 UNION DISTINCT SELECT 3 INTERSECT SELECT 4 EXCEPT SELECT 5
        select 1 from (a join b on 1) join c on 2 ⇒ SELECT 1 FROM a JOIN b ON 1 JOIN c ON 2
        select 1 from a join (b join c on 1) on 2 ⇒ SELECT 1 FROM a JOIN b ON 2 JOIN c ON 1
        select 1 from a left any join b using (x), c cross join d ⇒ SELECT 1 FROM a ANY LEFT JOIN b USING (x) CROSS JOIN c CROSS JOIN d
        select 1 from a as x (c1, c2) final sample 0.1 offset 1/2 ⇒ SELECT 1 FROM a AS x(c1, c2) FINAL SAMPLE 0.1 OFFSET 1/2
        select sum(distinct x) filter (where y>1) from b ⇒ SELECT sum(DISTINCT x) FILTER (WHERE y > 1) FROM b
        select quantile(0.5)(x), count(*), count() , f(a -> a), x -> y, (x,y) -> x+y, lambda x: x ⇒ SELECT quantile(0.5)(x), count(*), count(), f((a) -> a), (x) -> y, (x, y) -> x + y, (x) -> x
        select a.b.c, a['b'], a.1, a.b.0.c, a?.b, a?.1, a?.['x'], a[1:2], a[:2], a[1:], a[:], (a).b, f(a).b ⇒ SELECT a.b.c, a['b'], a.1, a.b.0.c, a?.b, a?.1, a?.['x'], a[1:2], a[:2], a[1:], a[:], (a).b, f(a).b
        select (1,2), (1,), [1,2,], [] ⇒ SELECT (1, 2), (1,), [1, 2], []
        select {a}, {a.b}, {a+1}, {'k': 1}, {}, {a: b} ⇒ SELECT {a}, {a.b}, {a + 1}, {'k': 1}, {}, {a: b}
        select case when a then b end, case a when b then c else d end, case when a then b when c then d else e end ⇒ SELECT CASE WHEN a THEN b END, CASE a WHEN b THEN c ELSE d END, CASE WHEN a THEN b WHEN c THEN d ELSE e END
        select f'a{b}c{d+1}', f'', f'{a}' ⇒ SELECT f'a{b}c{d + 1}', f'', f'{a}'
        select 5, -5, - 5, 1.5, 1e3, 0x1f, inf, -inf, nan, true, null, 12345678901234567890123, 0b101, 017, .5, 5. ⇒ SELECT 5, -5, -5, 1.5, 1000.0, 31, inf, -inf, nan, true, NULL, 12345678901234567890123, 5, 17, 0.5, 5.0
        select x ⇒ SELECT x
        select y -> 1 ⇒ SELECT (y) -> 1
        select -a * b ⇒ SELECT -a * b
        select -a.b ⇒ SELECT -a.b
        select -a::int ⇒ SELECT -CAST(a AS int)
        select -5::int ⇒ SELECT CAST(-5 AS int)
        select - -5 ⇒ SELECT -(-5)
        select -(5) ⇒ SELECT -(5)
        select +5 ⇒ SELECT 5
        select + 5 ⇒ SELECT 5
        select -a[1] ⇒ SELECT -a[1]
        select a -1 ⇒ SELECT a - 1
        select a - -1 ⇒ SELECT a - -1
        select -1[1] ⇒ SELECT (-1)[1]
        select #1 ⇒ SELECT #1
        select cast(x, 'a') ⇒ SELECT `cast`(x, 'a')
        select not(x) ⇒ SELECT not(x)
        select if(a,b,c) ⇒ SELECT if(a, b, c)
        select date(x) ⇒ SELECT date(x)
        select interval(x) ⇒ SELECT `interval`(x)
        select left(x,1) ⇒ SELECT left(x, 1)
        select array(1,2) ⇒ SELECT `array`(1, 2)
        select all(x) ⇒ SELECT `all`(x)
        select any(x) ⇒ SELECT any(x)
        select trim(x) ⇒ SELECT trim(x)
        select substring(x,1,2) ⇒ SELECT substring(x, 1, 2)
        select columns ⇒ SELECT `columns`
        select extract(x) ⇒ SELECT `extract`(x)
        select timestamp(x) ⇒ SELECT timestamp(x)
        select date ⇒ SELECT date
        select time ⇒ SELECT time
        select a.1.2 ⇒ SELECT a.1.2
        select a.b.1.2 ⇒ SELECT a.b.1.2
        select t.1.2.3 ⇒ SELECT t.1.2.3
        select 1.a ⇒ SELECT (1).a
        select 1..2 ⇒ SELECT 1.0.2
        select a . b ⇒ SELECT a.b
        select a. b . 1 ⇒ SELECT a.b.1
        select a.* ⇒ SELECT a.*
        select a.b.* ⇒ SELECT a.b.*
        select * ⇒ SELECT *
        select a.* exclude (b) ⇒ SELECT a.* EXCLUDE (b)
        select count(distinct *) ⇒ SELECT count(DISTINCT *)
        select (1,) ⇒ SELECT (1,)
        select (1,2,) ⇒ SELECT (1, 2)
        select f(1,) ⇒ SELECT f(1)
        select [1,] ⇒ SELECT [1]
        select (select 1) ⇒ SELECT (SELECT 1)
        select ((select 1)) ⇒ SELECT (SELECT 1)
        select (select 1 union all select 2) ⇒ SELECT (SELECT 1 UNION ALL SELECT 2)
        select f(select 1) ⇒ SELECT f((SELECT 1))
        select f((select 1)) ⇒ SELECT f((SELECT 1))
        select f(a)(select 1) ⇒ SELECT (f(a))((SELECT 1))
        select a in (select 1) ⇒ SELECT a IN (SELECT 1)
        select a ⇒ SELECT a
        select true as a ⇒ SELECT true AS a
        select TRUE ⇒ SELECT true
        select True ⇒ SELECT true
        select `true` ⇒ SELECT `true`
        select "null" ⇒ SELECT `null`
        select true.a ⇒ SELECT `true`.a
        select null.a ⇒ SELECT (NULL).a
        select a.true ⇒ SELECT a.`true`
        select team_id ⇒ SELECT `team_id`
        select a group by a ⇒ SELECT a GROUP BY a
        select b ⇒ SELECT b
        select a group by all ⇒ SELECT a GROUP BY ALL
        select a window w as (partition by a) ⇒ SELECT a WINDOW w AS (PARTITION BY a)
        select f(1)(2) over w ⇒ SELECT f(1)(2) OVER w
        select f() over (rows between unbounded preceding and unbounded following) ⇒ SELECT f() OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        select f() over (range between x preceding and 1+1 following) ⇒ SELECT f() OVER (RANGE BETWEEN x PRECEDING AND 1 + 1 FOLLOWING)
        select f() over (rows current row) ⇒ SELECT f() OVER (ROWS CURRENT ROW)
        select a order by b asc ⇒ SELECT a ORDER BY b
        select d ascending ⇒ SELECT d AS `ascending`
        select e descending ⇒ SELECT e AS `descending`
        select a order by b ⇒ SELECT a ORDER BY b
        select a limit 5 ⇒ SELECT a LIMIT 5
        select a limit 5 by b ⇒ SELECT a LIMIT 5 BY b
        select distinct a ⇒ SELECT DISTINCT a
        select columns(*) ⇒ SELECT COLUMNS(*)
        select columns(* exclude (a)) ⇒ SELECT COLUMNS(* EXCLUDE (a))
        select columns(t.*) ⇒ SELECT COLUMNS(t.*)
        select columns(t.* exclude (a)) ⇒ SELECT COLUMNS(t.* EXCLUDE (a))
        select (* exclude (a)) ⇒ SELECT * EXCLUDE (a)
        select count(*) ⇒ SELECT count(*)
        select count(t.*) ⇒ SELECT count(t.*)
        select count(* exclude (a)) ⇒ SELECT count(* EXCLUDE (a))
        select [1,2][1] ⇒ SELECT [1, 2][1]
        select array[1,2] ⇒ SELECT [1, 2]
        select (1,2).1 ⇒ SELECT (1, 2).1
        select (1,2).1.2 ⇒ SELECT (1, 2).1.2
        select 'a'.b ⇒ SELECT 'a'.b
        select 'a'['b'] ⇒ SELECT 'a'['b']
        select 5[1] ⇒ SELECT 5[1]
        select null[1] ⇒ SELECT NULL[1]
        select x ?. y ⇒ SELECT x?.y
        select x?.1 ⇒ SELECT x?.1
        select x?.[1] ⇒ SELECT x?.[1]
        select x?.`a b` ⇒ SELECT x?.`a b`
        select x?.y.z ⇒ SELECT x?.y.z
        select x :: int ⇒ SELECT CAST(x AS int)
        select x::"my type" ⇒ SELECT CAST(x AS my type)
        select x::date ⇒ SELECT CAST(x AS date)
        select x::interval ⇒ SELECT CAST(x AS interval)
        select x::timestamp with time zone ⇒ SELECT CAST(x AS timestamp with time zone)
        select x::day ⇒ SELECT CAST(x AS day)
        select cast(x as timestamp with time zone) ⇒ SELECT CAST(x AS timestamp with time zone)
        select cast(x as tuple(a int, b string)) ⇒ SELECT CAST(x AS tuple(a int, b string))
        select cast(x as fixedstring(3)) ⇒ SELECT CAST(x AS fixedstring(3))
        select cast(x as nested(a int)) ⇒ SELECT CAST(x AS nested(a int))
        select cast(x as t()) ⇒ SELECT CAST(x AS t())
        select cast(x as datetime64(6, 'UTC')) ⇒ SELECT CAST(x AS datetime64(6, 'UTC'))
        select case when a then b else c end as d ⇒ SELECT CASE WHEN a THEN b ELSE c END AS d
        select case x when 1 then 2 when 3 then 4 end ⇒ SELECT CASE x WHEN 1 THEN 2 WHEN 3 THEN 4 END
        select a ? b : c ? d : e ⇒ SELECT a ? b : c ? d : e
        select a ? b ? c : d : e ⇒ SELECT a ? b ? c : d : e
        select (a ? b : c) ⇒ SELECT a ? b : c
        select a ? b:c ⇒ SELECT a ? b : c
        select a ?? b ? c : d ⇒ SELECT a ?? b ? c : d
        select a?b:c ⇒ SELECT a ? b : c
        select (a as b) + 1 ⇒ SELECT (a AS b) + 1
        select f(a as b) ⇒ SELECT f(a AS b)
        select [a as b] ⇒ SELECT [a AS b]
        select not not a ⇒ SELECT NOT NOT a
        select not a = b ⇒ SELECT NOT a = b
        select not a in b ⇒ SELECT NOT a IN b
        select a not in b ⇒ SELECT a NOT IN b
        select a = b = c ⇒ SELECT a = b = c
        select a < b > c ⇒ SELECT a < b > c
        select a in b in c ⇒ SELECT a IN b IN c
        select a is null is null ⇒ SELECT a IS NULL IS NULL
        select a is not null and b ⇒ SELECT a IS NOT NULL AND b
        select a = b is null ⇒ SELECT a = b IS NULL
        select a is null = b ⇒ SELECT (a IS NULL) = b
        select a ?? b ?? c ⇒ SELECT a ?? b ?? c
        select a ?? b = c ⇒ SELECT a ?? b = c
        select a = b ?? c ⇒ SELECT a = b ?? c
        select a || b + c || d ⇒ SELECT a || b + c || d
        select a + b || c ⇒ SELECT a + b || c
        select a ~ b ⇒ SELECT a ~ b
        select a =~ b ⇒ SELECT a ~ b
        select a !~ b ⇒ SELECT a !~ b
        select a ~* b ⇒ SELECT a ~* b
        select a =~* b ⇒ SELECT a ~* b
        select a !~* b ⇒ SELECT a !~* b
        select a <> b ⇒ SELECT a != b
        select a == b ⇒ SELECT a = b
        select a = b ⇒ SELECT a = b
        select a >= b ⇒ SELECT a >= b
        select $x ⇒ SELECT $x
        select $x.y ⇒ SELECT $x.y
        select _a ⇒ SELECT _a
        select `a``b` ⇒ SELECT `a``b`
        select "a""b" ⇒ SELECT `a"b`
        select `a\nb` ⇒ SELECT `a\nb`
        select "a\"b" ⇒ SELECT `a"b`
        select `a\\b` ⇒ SELECT `a\\b`
        select `a\'b` ⇒ SELECT `a\\'b`
        select 'it''s' ⇒ SELECT 'it\'s'
        select 'it\'s' ⇒ SELECT 'it\'s'
        select 'a\\b' ⇒ SELECT 'a\\b'
        select 'a\x41b' ⇒ SELECT 'a\\x41b'
        select 'a\Nb' ⇒ SELECT 'a\\Nb'
        select 0x1.8p3 ⇒ SELECT 12.0
        select 0x1p3 ⇒ SELECT 8.0
        select 1e+5 ⇒ SELECT 100000.0
        select 1e-5 ⇒ SELECT 1e-05
        select 1.e5 ⇒ SELECT 100000.0
        select .5e5 ⇒ SELECT 50000.0
        select 1.5.2 ⇒ SELECT 1.5.2
        select 09 ⇒ SELECT 9
        select 00 ⇒ SELECT 0
        select 1E5 ⇒ SELECT 100000.0
        select 0X1F ⇒ SELECT 31
        select 0B11 ⇒ SELECT 3
        select 1.0 ⇒ SELECT 1.0
        select 1. ⇒ SELECT 1.0
        select -.5 ⇒ SELECT -0.5
        select -0 ⇒ SELECT 0
        select -0.0 ⇒ SELECT -0.0
        select 1e400 ⇒ SELECT inf
        select 9223372036854775808 ⇒ SELECT 9223372036854775808
        select inf ⇒ SELECT inf
        select -inf ⇒ SELECT -inf
        select +inf ⇒ SELECT inf
        select infinity ⇒ SELECT inf
        select nan ⇒ SELECT nan
        select -nan ⇒ SELECT nan
        select NaN ⇒ SELECT nan
        select `inf` ⇒ SELECT `inf`
        select f'a{b}' ⇒ SELECT f'a{b}'
        select f'a\'b''c\{d}' ⇒ SELECT f'a\'b\'c\{d}'
        select f'{f'x{y}'}' ⇒ SELECT f'{f'x{y}'}'
        select a<b ⇒ SELECT a < b
        select lambda x ⇒ SELECT `lambda` AS x
        select y: x + y ⇒ SELECT x + y AS y
        select lambda: 1 ⇒ SELECT 1 AS `lambda`
        select (x) -> 1 ⇒ SELECT (x) -> 1
        select () -> 1 ⇒ SELECT () -> 1
        select (x,) -> 1 ⇒ SELECT (x) -> 1
        select (x, y,) -> 1 ⇒ SELECT (x, y) -> 1
        select x -> y -> z ⇒ SELECT (x) -> ((y) -> z)
        select x -> a ⇒ SELECT (x) -> a
        select #1.5 ⇒ SELECT (#1).5
        select a.`b c` ⇒ SELECT a.`b c`
        select a."b" ⇒ SELECT a.b
        select a.select ⇒ SELECT a.`select`
        select a.from.b ⇒ SELECT a.`from`.b
        select "é" ⇒ SELECT `é`
        select 'é' ⇒ SELECT 'é'
        select group ⇒ SELECT `group`
        select by ⇒ SELECT `by`
        select order ⇒ SELECT `order`
        select where ⇒ SELECT `where`
        select day ⇒ SELECT day
        select week ⇒ SELECT week
        select year ⇒ SELECT year
        select interval 1 day ⇒ SELECT INTERVAL 1 DAY
        select interval day day ⇒ SELECT INTERVAL day DAY
        select step ⇒ SELECT `step`
        select fill ⇒ SELECT `fill`
        select return ⇒ SELECT `return`
        select interpolate ⇒ SELECT `interpolate`
        select f(x, y -> x + y) ⇒ SELECT f((x, y) -> x + y)
        select a or b between 1 and 2 ⇒ SELECT a OR b BETWEEN 1 AND 2
        select a between 1 and 2 ? 3 : 4 ⇒ SELECT a BETWEEN 1 AND 2 ? 3 : 4
        select a = b between 1 and 2 or c ⇒ SELECT a = b BETWEEN 1 AND 2 OR c
        select a between not b and c and d ⇒ SELECT a BETWEEN (NOT b) AND c AND d
        select a between 1 and 2 between 3 and 4 ⇒ SELECT a BETWEEN 1 AND 2 BETWEEN 3 AND 4
        select not a between 1 and 2 ⇒ SELECT NOT a BETWEEN 1 AND 2
        select a and b between 1 and 2 and c ⇒ SELECT a AND b BETWEEN 1 AND 2 AND c
        select a between 1 and 2 = 3 ⇒ SELECT a BETWEEN 1 AND 2 = 3
        select a between (b and c) and d ⇒ SELECT a BETWEEN (b AND c) AND d
        select not a is null ⇒ SELECT NOT a IS NULL
        select a + not b and c ⇒ SELECT a + (NOT b) AND c
        select a # comment ⇒ SELECT a
        select 1 # comment ⇒ SELECT 1
        select #1, # 2 ⇒ SELECT #1
        select interval '7' day ⇒ SELECT INTERVAL '7' DAY
        select interval from x ⇒ SELECT `interval` FROM x
        select case from x ⇒ SELECT `case` FROM x
        select cast from x ⇒ SELECT `cast` FROM x
        select trim(both ' ' from x) ⇒ SELECT trim(x, ' ')
        select a: 1 ⇒ SELECT 1 AS a
        select 1 as 'b' ⇒ SELECT 1 AS b
        select 1.5.a ⇒ SELECT 1.5.a
        select a . b, a. b . 1 ⇒ SELECT a.b, a.b.1
        select * from x sample 0.5 where a ⇒ SELECT * FROM x SAMPLE 0.5 WHERE a
        select top from b ⇒ SELECT `top` FROM b
        select (a,b) from x ⇒ SELECT (a, b) FROM x
        select a from b union select c ⇒ SELECT a FROM b UNION DISTINCT SELECT c
        select a from b except all select c ⇒ SELECT a FROM b EXCEPT ALL SELECT c
        with x as (select 1) (select 1 union all select 2) ⇒ WITH x AS (SELECT 1) (SELECT 1 UNION ALL SELECT 2)
        with x as (select 1) (select 1) ⇒ WITH x AS (SELECT 1) SELECT 1
        (select 1) ⇒ SELECT 1
        ((select 1)) ⇒ SELECT 1
        (select 1) limit 5 ⇒ SELECT 1 LIMIT 5
        (select 1 limit 5) ⇒ SELECT 1 LIMIT 5
        {x} ⇒ {x}
        {x} union all select 1 ⇒ {x} UNION ALL SELECT 1
        select 1; ⇒ SELECT 1
        select a from b, c ⇒ SELECT a FROM b CROSS JOIN c
        select a, ⇒ SELECT a
        select a, from b ⇒ SELECT a FROM b
        select order from events ⇒ SELECT `order` FROM events
        select select ⇒ SELECT `select`
        select a as `team_id` ⇒ SELECT a AS `team_id`
        select a from `b c` "d" ⇒ SELECT a FROM `b c` AS d
        select a from b as c(d) ⇒ SELECT a FROM b AS c(d)
        select a from b c (d) ⇒ SELECT a FROM b AS c(d)
        select a from b join c using a, b ⇒ SELECT a FROM b JOIN c USING (a, b)
        select a from b positional join c ⇒ SELECT a FROM b POSITIONAL JOIN c
        select a from b anti join c on 1 ⇒ SELECT a FROM b ANTI JOIN c ON 1
        select a from b asof left join c on 1 left semi join d on 1 full outer join e on 1 any join f on 1 ⇒ SELECT a FROM b ASOF LEFT JOIN c ON 1 SEMI LEFT JOIN d ON 1 FULL JOIN e ON 1 ANY JOIN f ON 1
        select a from b join c ⇒ SELECT a FROM b JOIN c
        select a from b array join c as d, e as f where g ⇒ SELECT a FROM b ARRAY JOIN c AS d, e AS f WHERE g
        select a from b left array join c as d ⇒ SELECT a FROM b LEFT ARRAY JOIN c AS d
        select a from b inner array join c as d ⇒ SELECT a FROM b INNER ARRAY JOIN c AS d
        select a group by cube(a) ⇒ SELECT a GROUP BY CUBE(a)
        select a group by rollup ⇒ SELECT a GROUP BY `rollup`
        select a group by all, b ⇒ SELECT a GROUP BY `all`, b
        select a from b prewhere x where y ⇒ SELECT a FROM b PREWHERE x WHERE y
        select a having x ⇒ SELECT a HAVING x
        select a qualify x ⇒ SELECT a QUALIFY x
        select a qualify x window w as (order by b) ⇒ SELECT a QUALIFY x WINDOW w AS (ORDER BY b)
        select a from b qualify x ⇒ SELECT a FROM b QUALIFY x
        select a having x qualify y ⇒ SELECT a HAVING x QUALIFY y
        select a window w as (partition by a), v as (order by b rows 1 preceding) ⇒ SELECT a WINDOW w AS (PARTITION BY a), v AS (ORDER BY b ROWS 1 PRECEDING)
        select f() over () ⇒ SELECT f() OVER ()
        select f() over (rows between current row and interval 1 day following) ⇒ SELECT f() OVER (ROWS BETWEEN CURRENT ROW AND INTERVAL 1 DAY FOLLOWING)
        select f(x) within group (order by y desc) ⇒ SELECT f(x) WITHIN GROUP (ORDER BY y DESC)
        select f(0.5) within group (order by y) from x ⇒ SELECT f(0.5) WITHIN GROUP (ORDER BY y) FROM x
        select f(distinct) ⇒ SELECT f(DISTINCT)
        select f(distinct x, y)(z) ⇒ SELECT (f(DISTINCT x, y))(z)
        select f(x order by y, z desc) filter (where w) ⇒ SELECT f(x ORDER BY y, z DESC) FILTER (WHERE w)
        select f(1)(x order by y) ⇒ SELECT f(1)(x ORDER BY y)
        select a order by b with fill from 1 to 2 step 3 ⇒ SELECT a ORDER BY b WITH FILL FROM 1 TO 2 STEP 3
        select a limit 5, 10 with ties ⇒ SELECT a LIMIT 5 WITH TIES OFFSET 10
        select a limit 5 with ties offset 3 ⇒ SELECT a LIMIT 5 WITH TIES OFFSET 3
        select a limit 5, 3 by b limit 2 ⇒ SELECT a LIMIT 3 OFFSET 5 BY b LIMIT 2
        select a limit 5 by b offset 3 ⇒ SELECT a LIMIT 5 BY b OFFSET 3
        select a limit 5 by b, ⇒ SELECT a LIMIT 5 BY b
        select a offset 3 ⇒ SELECT a OFFSET 3
        select a offset 3 limit 5 ⇒ SELECT a LIMIT 5 OFFSET 3
        select a limit a + 1 ⇒ SELECT a LIMIT a + 1
        select a limit {x} ⇒ SELECT a LIMIT {x}
        select a limit 5 union all select b limit 6 ⇒ SELECT a LIMIT 5 UNION ALL SELECT b LIMIT 6
        select a union all select b order by c limit 6 ⇒ SELECT a UNION ALL SELECT b ORDER BY c LIMIT 6
        (select a) union all (select b) limit 6 offset 3 ⇒ SELECT a UNION ALL (SELECT b) LIMIT 6 OFFSET 3
        (select a) union all (select b) limit 6, 3 ⇒ SELECT a UNION ALL (SELECT b) LIMIT 6 OFFSET 3
        select distinct a, b ⇒ SELECT DISTINCT a, b
        select distinct ⇒ SELECT `distinct`
        select 1 from numbers(1,2,) as x ⇒ SELECT 1 FROM numbers(1, 2) AS x
        select 1 from f() final ⇒ SELECT 1 FROM f() FINAL
        select 1 from a.b.c d ⇒ SELECT 1 FROM a.b.c AS d
        select 1 from a b final sample {x} offset {y} ⇒ SELECT 1 FROM a AS b FINAL SAMPLE {x} OFFSET {y}
        select 1 from a sample 1/10 ⇒ SELECT 1 FROM a SAMPLE 1/10
        select 1 from (select 1) final ⇒ SELECT 1 FROM (SELECT 1) FINAL
        select 1 from (a) ⇒ SELECT 1 FROM a
        select 1 from ((a)) ⇒ SELECT 1 FROM a
        select 1 from (a join b)  ⇒ SELECT 1 FROM a JOIN b
        select 1 from (select 1) x join (select 2) as y on 1 ⇒ SELECT 1 FROM (SELECT 1) AS x JOIN (SELECT 2) AS y ON 1
        select 1 from (select 1 union all select 2) ⇒ SELECT 1 FROM (SELECT 1 UNION ALL SELECT 2)
        select 1 from ((select 1) union all select 2) ⇒ SELECT 1 FROM (SELECT 1 UNION ALL SELECT 2)
        select 1 from ({x}) y ⇒ SELECT 1 FROM {x} AS y
        select 1 from (values (1))  ⇒ SELECT 1 FROM (VALUES (1))
        select 1 from a unpivot (x for y in (a, b)) ⇒ SELECT 1 FROM a UNPIVOT (x FOR y IN (a, b))
        select 1 from a unpivot include nulls (x for y in (a, b)) as z ⇒ SELECT 1 FROM a UNPIVOT INCLUDE NULLS (x FOR y IN (a, b)) AS z
        select 1 from a pivot (sum(x) as t for y in (1) z in (2) group by w) p join q on 1 ⇒ SELECT 1 FROM a PIVOT (sum(x) AS t FOR y IN (1) z IN (2) GROUP BY w) AS p JOIN q ON 1
        with a as (select 1), select 1 ⇒ WITH a AS (SELECT 1) SELECT 1
        with a as (select 1) select 1 ⇒ WITH a AS (SELECT 1) SELECT 1
        with 1 as a select a ⇒ WITH 1 AS a SELECT a
        with (select 1) as a select a ⇒ WITH (SELECT 1) AS a SELECT a
        with a as b select a ⇒ WITH a AS b SELECT a
        with a as not materialized (select 1) select a ⇒ WITH a AS NOT MATERIALIZED (SELECT 1) SELECT a
        with a (x) as (select 1) select a ⇒ WITH a(x) AS (SELECT 1) SELECT a
        with x -> x + 1 as f select f(2) ⇒ WITH ((x) -> x + 1) AS f SELECT f(2)
        with recursive a as (select 1 union all select 2) select 1 ⇒ WITH RECURSIVE a AS (SELECT 1 UNION ALL SELECT 2) SELECT 1
        select * exclude (a.b) from c ⇒ SELECT * EXCLUDE (a.b) FROM c
        select columns('a', 'b') ⇒ SELECT COLUMNS('a', 'b')
        select case when a then b else c end as d, case x when 1 then 2 when 3 then 4 end ⇒ SELECT CASE WHEN a THEN b ELSE c END AS d, CASE x WHEN 1 THEN 2 WHEN 3 THEN 4 END
        select a as b as c ⇒ SELECT a AS b AS c
        select a + b as c ⇒ SELECT a + b AS c
        select a is distinct from b = c, a is not distinct from b and c, a is distinct from b is null ⇒ SELECT a IS DISTINCT FROM b = c, a IS NOT DISTINCT FROM b AND c, a IS DISTINCT FROM b IS NULL
        select a || b + c || d, a + b || c ⇒ SELECT a || b + c || d, a + b || c
        select 1 // x ⇒ SELECT 1
        select 1 -- x ⇒ SELECT 1
        select a from b where c = 'é' -- ü ⇒ SELECT a FROM b WHERE c = 'é'
        select a where where ⇒ SELECT a WHERE `where`
        select a from where ⇒ SELECT a FROM `where`
        select a from where where b ⇒ SELECT a FROM `where` WHERE b
        select a from left join c ⇒ SELECT a FROM `left` JOIN c
        select a from b final join c ⇒ SELECT a FROM b FINAL JOIN c
        select a from b order by order ⇒ SELECT a FROM b ORDER BY `order`
        select t.* from numbers(10) where 'a\\b' like $os ⇒ SELECT t.* FROM numbers(10) WHERE 'a\\b' LIKE $os
        select b between '{a}' and 'a\\b' from {tbl} order by y ⇒ SELECT b BETWEEN '{a}' AND 'a\\b' FROM {tbl} ORDER BY y
        select 1e3, from events ⇒ SELECT 1000.0 FROM events
        select distinct (event, 017) from a.b.c, `x y` z order by columns('x') desc limit 5 with ties ⇒ SELECT DISTINCT (event, 17) FROM a.b.c CROSS JOIN `x y` AS z ORDER BY COLUMNS('x') DESC LIMIT 5 WITH TIES
        select f'a{person}b' as a, timestamp ilike $os as b from sessions, events e ⇒ SELECT f'a{person}b' AS a, timestamp ILIKE $os AS b FROM sessions CROSS JOIN events AS e
        select inf between '%x_' and -5, person % event where -session.$duration[1:2] group by all ⇒ SELECT inf BETWEEN '%x_' AND -5, person % event WHERE -session.$duration[1:2] GROUP BY ALL
        select count(*), event, (0b11) from {tbl} array join arr as el ⇒ SELECT count(*), event, 3 FROM {tbl} ARRAY JOIN arr AS el
        select distinct #1 from `x y` z ⇒ SELECT DISTINCT #1 FROM `x y` AS z
        select 'é' OR event, nan, ⇒ SELECT 'é' OR event, nan
        select [$os] from events order by multiIf(distinct a, a) filter (where x) asc limit 10 offset 3 ⇒ SELECT [$os] FROM events ORDER BY multiIf(DISTINCT a, a) FILTER (WHERE x) LIMIT 10 OFFSET 3
        select inf from a.b.c where 'é'['k'] ⇒ SELECT inf FROM a.b.c WHERE 'é'['k']
        select any(e.a, 'é', not) as e, b, count(*) qualify #1 order by 'a\'b' ?? a, inf asc limit 10 ⇒ SELECT any(e.a, 'é', `not`) AS e, b, count(*) QUALIFY #1 ORDER BY 'a\'b' ?? a, inf LIMIT 10
        select timestamp OR person.properties.email where $os or 2. / a ⇒ SELECT timestamp OR person.properties.email WHERE $os OR 2.0 / a
        select (x, y) -> t.`a b`, {x} from events e sample 1/10 offset 0.5 order by y asc, b desc ⇒ SELECT (x, y) -> t.`a b`, {x} FROM events AS e SAMPLE 1/10 OFFSET 0.5 ORDER BY y, b DESC
        select properties not like true, 2.::int from persons as p group by rollup(a, b) ⇒ SELECT properties NOT LIKE true, CAST(2.0 AS int) FROM persons AS p GROUP BY ROLLUP(a, b)
        select -inf as $os limit 1 + 2 ⇒ SELECT -inf AS $os LIMIT 1 + 2
        select '%x_' OR y from events sample 0.1 where null ⇒ SELECT '%x_' OR y FROM events SAMPLE 0.1 WHERE NULL
        select columns('x'), (session.$duration) as timestamp from events having (select a) ⇒ SELECT COLUMNS('x'), session.$duration AS timestamp FROM events HAVING (SELECT a)
        with z as (select timestamp) select distinct 0 ? 0x1F : null, -b, a <= 0x1F from `x y` z where b ⇒ WITH z AS (SELECT timestamp) SELECT DISTINCT 0 ? 31 : NULL, -b, a <= 31 FROM `x y` AS z WHERE b
        select 'é' from `x y` z where person.properties.email OR '%x_' group by session.$duration ⇒ SELECT 'é' FROM `x y` AS z WHERE person.properties.email OR '%x_' GROUP BY session.$duration
        select session.$duration, a AND $os from events e sample 1/10 offset 0.5 ⇒ SELECT session.$duration, a AND $os FROM events AS e SAMPLE 1/10 OFFSET 0.5
        select interval '2' week date, 'x' AND properties, 017 from `x y` z limit 1 + 2 ⇒ SELECT INTERVAL '2' WEEK AS date, 'x' AND properties, 17 FROM `x y` AS z LIMIT 1 + 2
        select '' ? 'a\'b' : 1e3, properties * 0, y * 0 as b from t as u(c, d) where {q} ⇒ SELECT '' ? 'a\'b' : 1000.0, properties * 0, y * 0 AS b FROM t AS u(c, d) WHERE {q}
        with .5 ?? e as k select properties - event from t as u(c, d) order by b OR timestamp desc ⇒ WITH 0.5 ?? e AS k SELECT properties - event FROM t AS u(c, d) ORDER BY b OR timestamp DESC
        select $os not in x as timestamp where -a group by all ⇒ SELECT $os NOT IN x AS timestamp WHERE -a GROUP BY ALL
        select 1.5 ? properties : properties, from {tbl} where (select 'a\\b') order by [a, e.a] ⇒ SELECT 1.5 ? properties : properties FROM {tbl} WHERE (SELECT 'a\\b') ORDER BY [a, e.a]
        select distinct multiIf(b, nan, session.$duration), (select $os) where t.`a b` * 2. = '%x_' ⇒ SELECT DISTINCT multiIf(b, nan, session.$duration), (SELECT $os) WHERE t.`a b` * 2.0 = '%x_'
        select session.$duration, e not ilike 1 limit 2 by a, b ⇒ SELECT session.$duration, e NOT ILIKE 1 LIMIT 2 BY a, b
        select not x from (values (1,2),(3,4)) v join events using id, k ⇒ SELECT NOT x FROM (VALUES (1, 2), (3, 4)) AS v JOIN events USING (id, k)
        select timestamp from events e sample 1/10 offset 0.5 limit 10 offset 3 ⇒ SELECT timestamp FROM events AS e SAMPLE 1/10 OFFSET 0.5 LIMIT 10 OFFSET 3
        select 2. from events limit 1, 2 by x ⇒ SELECT 2.0 FROM events LIMIT 2 OFFSET 1 BY x
        select t.*, * from t as u(c, d) group by 2. ⇒ SELECT t.*, * FROM t AS u(c, d) GROUP BY 2.0
        select a ?? properties.$browser, person - b having timestamp limit 1 offset 2 by x ⇒ SELECT a ?? properties.$browser, person - b HAVING timestamp LIMIT 1 OFFSET 2 BY x
        select a from persons where f(distinct '\n', a) ⇒ SELECT a FROM persons WHERE f(DISTINCT '\n', a)
        select 017 * 1.5 from events e join (select count(*)) as s using id, k limit 1, 2 by x limit 10 ⇒ SELECT 17 * 1.5 FROM events AS e JOIN (SELECT count(*)) AS s USING (id, k) LIMIT 2 OFFSET 1 BY x LIMIT 10
        select distinct (2. as `l m`), false OR a order by 'a\'b' ⇒ SELECT DISTINCT 2.0 AS `l m`, false OR a ORDER BY 'a\'b'
        select event as $os from events e sample 1/10 offset 0.5 group by interval '2' week, 017 !~* 0 ⇒ SELECT event AS $os FROM events AS e SAMPLE 1/10 OFFSET 0.5 GROUP BY INTERVAL '2' WEEK, 17 !~* 0
        select 'it''s', timestamp or 'a\\b' where arrayMap() ⇒ SELECT 'it\'s', timestamp OR 'a\\b' WHERE arrayMap()
        select t.*, 1 = properties from events e sample 1/10 offset 0.5 ⇒ SELECT t.*, 1 = properties FROM events AS e SAMPLE 1/10 OFFSET 0.5
        select cast(b as Decimal(10, 2)) where '' OR x ⇒ SELECT CAST(b AS Decimal(10, 2)) WHERE '' OR x
        select properties ? '\n' : 'a\'b', (select session.$duration), f'a{x1}b' from `x y` z group by all ⇒ SELECT properties ? '\n' : 'a\'b', (SELECT session.$duration), f'a{x1}b' FROM `x y` AS z GROUP BY ALL
        with 1 as one select x OR event, person || e.a from persons as p order by '{a}' or 'x' asc ⇒ WITH 1 AS one SELECT x OR event, person || e.a FROM persons AS p ORDER BY '{a}' OR 'x'
        select distinct (select $os) order by (x1) desc limit 5 % ⇒ SELECT DISTINCT (SELECT $os) ORDER BY x1 DESC LIMIT 5 %
        select e.a, 1.5 and 1.5, interval ?? b as a from events e order by b DESC ⇒ SELECT e.a, 1.5 AND 1.5, `interval` ?? b AS a FROM events AS e ORDER BY b DESC
        select b =~* timestamp, b from sessions having (b as `l m`) ⇒ SELECT b ~* timestamp, b FROM sessions HAVING b AS `l m`
        select e ?? properties.$browser from a.b.c where toDate(-'a\\b') group by {filters} ⇒ SELECT e ?? properties.$browser FROM a.b.c WHERE toDate(-'a\\b') GROUP BY {filters}
        select -inf, [], 017 as event from events e group by y AND $os order by ($os) asc, not 0b11 DESC ⇒ SELECT -inf, [], 17 AS event FROM events AS e GROUP BY y AND $os ORDER BY $os, NOT 3 DESC
        select 1, ['{a}', x1], b == .5 from numbers(10) where a and left ⇒ SELECT 1, ['{a}', x1], b = 0.5 FROM numbers(10) WHERE a AND `left`
        select x <> timestamp, session.$duration / '%x_' final, t.`a b` as e ⇒ SELECT x != timestamp, session.$duration / '%x_' AS `final`, t.`a b` AS e
        select distinct t.`a b`, x -> $os ⇒ SELECT DISTINCT t.`a b`, (x) -> $os
        select distinct event is not distinct from 2., [x, properties] as properties ⇒ SELECT DISTINCT event IS NOT DISTINCT FROM 2.0, [x, properties] AS properties
        select case when inf then .5 end ⇒ SELECT CASE WHEN inf THEN 0.5 END
        select (.5), (a as `l m`) from events ⇒ SELECT 0.5, a AS `l m` FROM events
        with 1 as one select distinct event order by 'a\\b' - e DESC limit 10 ⇒ WITH 1 AS one SELECT DISTINCT event ORDER BY 'a\\b' - e DESC LIMIT 10
        select columns('x') from events limit 5 % ⇒ SELECT COLUMNS('x') FROM events LIMIT 5 %
        with 1 as one select *, #1 as $os from events sample 0.1 group by all limit 10 offset 3 ⇒ WITH 1 AS one SELECT *, #1 AS $os FROM events SAMPLE 0.1 GROUP BY ALL LIMIT 10 OFFSET 3
        select count(*) from sessions where session.$duration::int?.[1] limit 1 + 2 ⇒ SELECT count(*) FROM sessions WHERE CAST(session.$duration AS int)?.[1] LIMIT 1 + 2
        """#
}
