# /// script
# requires-python = ">=3.9"
# dependencies = []
#
# [tool.airlock]
# title = "Power users"
# description = "Who does something most often, and how much of it all they account for."
# tags = ["people"]
#
# [tool.airlock.variables]
# event = { type = "string", format = "event", description = "The event to count", default = "login" }
# days  = { type = "integer", description = "Length of the period, in days", minimum = 1, maximum = 1095, default = 30 }
# limit = { type = "integer", description = "How many people to show", minimum = 1, maximum = 100, default = 10 }
#
# [tool.airlock.access]
# methods = ["query"]
# tables = ["events"]
#
# [tool.airlock.limits]
# wall = "20s"
# calls = 5
# ///
import airlock

EVENT, DAYS, LIMIT = {{ event }}, {{ days }}, {{ limit }}

PER_PERSON = (
    "SELECT person_id, count() AS events, uniq(toStartOfDay(timestamp)) AS active_days, "
    "max(timestamp) AS last_seen FROM events "
    "WHERE event = {event} AND timestamp >= now() - toIntervalDay({days}) GROUP BY person_id"
)
overall = airlock.query(
    "SELECT count() AS people, sum(events) AS total, quantile(0.5)(events) AS p50, quantile(0.9)(events) AS p90, "
    f"quantile(0.99)(events) AS p99 FROM ({PER_PERSON})",
    event=EVENT, days=DAYS,
)[0]
top = airlock.query(
    f"SELECT toString(person_id) AS person, events, active_days, toString(last_seen) AS last_seen FROM ({PER_PERSON}) "
    "ORDER BY events DESC, person LIMIT {limit}",
    event=EVENT, days=DAYS, limit=LIMIT,
)
counts = airlock.query(
    f"SELECT events, count() AS people FROM ({PER_PERSON}) GROUP BY events ORDER BY events DESC LIMIT 50000",
    event=EVENT, days=DAYS,
)


def share_of_top(percent):
    """How much of all events the most active percent of people made."""
    wanted = left = max(1, round(overall.people * percent / 100))
    taken = 0
    for row in counts:
        part = min(left, row.people)
        taken += part * row.events
        left -= part
        if left == 0:
            break
    return {"people": wanted, "share": round(taken / overall.total, 4)}


if not overall.people:
    airlock.markdown(f"Nobody made the event `{EVENT}` in the last {DAYS} days.")
    airlock.result({"people": 0, "events": 0, "top": [], "pareto": {}})
else:
    table = [
        {
            "person": row.person, "events": row.events, "share": round(row.events / overall.total, 4),
            "active_days": row.active_days, "last_seen": row.last_seen[:19],
        }
        for row in top
    ]
    pareto = {f"top {percent} %": share_of_top(percent) for percent in (1, 5, 10, 20)}
    airlock.table(
        table, columns=["person", "events", "share", "active_days", "last_seen"],
        title=f"Most {EVENT} in the last {DAYS} days",
    )
    airlock.table(
        [{"group": name, "people": facts["people"], "share_of_events": facts["share"]} for name, facts in pareto.items()],
        columns=["group", "people", "share_of_events"], title="How concentrated it is",
    )
    airlock.chart("bar", table, x="person", y="events", title=f"{EVENT} per person")
    airlock.metric("people", overall.people)
    airlock.metric("median per person", overall.p50)
    airlock.metric("90th percentile per person", overall.p90)
    airlock.result({
        "people": overall.people, "events": overall.total, "p50": overall.p50, "p90": overall.p90, "p99": overall.p99,
        "top": table, "pareto": pareto,
    })
