/// Queries that PostHog's parser (hogql_parser 1.3.88) rejects, and we with it.
enum RejectedCorpus {
    static let text = #"""
        select distinct_id, row_number() over w as n from events window w as (partition by distinct_id order by timestamp) qualify n = 1
        select # 2
        select a.1e5
        select f(,)
        select a in select 1
        select a.null
        select a as team_id
        select a team_id
        select v as (order by b rows 1 preceding)
        select f(distinct x) over w
        select c desc
        select 10 with ties
        select 3 by b limit 2
        select [a for b]
        select x::Array
        select x::select
        select cast(x as enum('a'=1))
        select a as b + 1
        select a not b
        select a !~~ b
        select a => b
        select a xor b
        select a div b
        select `a\`b`
        select '\q'
        select 0o7
        select 0b2
        select f'a{b
        select -> 1
        select (x.y) -> 1
        select (x+1) -> 1
        select f(x) -> 1
        select #01
        select é
        select interval 1 days
        select interval '1 day 2 hour'
        select interval 'a day'
        select interval '1'
        select interval '1.5 day'
        select interval '-1 day'
        select interval '1 DAY'
        select interval ' 1  day '
        select let
        select fn
        select fun
        select while
        select try
        select catch
        select finally
        select throw
        select except
        select intersect
        select within
        select materialized
        select a between b or c and d
        select 'a' 'b'
        select 1 'b'
        select * from x where a sample 0.5
        select * from x where a using sample 50%
        select 1 settings x=1
        select top 5 a from b
        select date '2020-01-01'
        select ()
        select a in (select 1), a in select 1
        select 1;;
        select a from b,
        select a b c
        select from from
        select select from from from
        select null null
        select a as null
        select a as true
        select a from 'b'
        select a from b join c on a = b and c = d, 5
        select a from b left join lateral (select 1) x on 1
        select a from b cross join c on 1
        select a array join b as c
        select a from b array join c
        select a group by ()
        select a from b where x prewhere y
        select a window w as (v)
        select f() over (w)
        select f(1)(2) over w, f(distinct x) over w
        select a order by b,
        select a limit 5 offset 3 with ties
        select 1 from a final as b
        select 1 from (a b) c
        with a as 'b' select 1
        select * exclude a from b
        select * except (a) from b
        select {a, b}
        select {a:}
        select case else b end
        select case a end
        select a like b escape 'c'
        select a xor b, a div b
        select a mod b
        select !a
        select a && b
        select a & b
        select a ^ b
        select @x
        select :x
        select ?
        select 'a\'
        select 'abc
        select "abc
        select `abc
        select 1 /* c */ + -- x
        select F'a{b}'
        select f 'a'
        select a <b/> c
        select a from b where
        select a from b group
        select a left from b left join c on 1
        select a from b left
        select a from b window
        select a from b limit
        select if(distinct b) over w from sessions
        select b OR 0x1F, where f(distinct person, event['k']) over (partition by a order by b) limit 1 + 2
        select count(*), not(distinct b) over (partition by a order by b) from `x y` z limit 2 by a, b
        """#
}
