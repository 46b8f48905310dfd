# /// script
# requires-python = ">=3.9"
# dependencies = []
#
# [tool.airlock]
# title = "Top events"
# description = "The most frequent events of a period, with their share of all events and how many people made them."
# tags = ["overview"]
#
# [tool.airlock.variables]
# days  = { type = "integer", description = "Length of the period, in days", minimum = 1, maximum = 365, default = 30 }
# limit = { type = "integer", description = "How many events to show", minimum = 1, maximum = 100, default = 10 }
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

total = airlock.query(
    "SELECT count() AS events, uniq(person_id) AS people FROM events "
    "WHERE timestamp >= now() - toIntervalDay({days})",
    days={{ days }},
)[0]
rows = airlock.query(
    "SELECT event, count() AS events, uniq(person_id) AS people FROM events "
    "WHERE timestamp >= now() - toIntervalDay({days}) "
    "GROUP BY event ORDER BY events DESC, event LIMIT {limit}",
    days={{ days }},
    limit={{ limit }},
)

table = [
    {
        "event": row.event,
        "events": row.events,
        "share": round(row.events / total.events, 4),
        "people": row.people,
        "per_person": round(row.events / row.people, 2) if row.people else None,
    }
    for row in rows
]
airlock.table(
    table,
    columns=["event", "events", "share", "people", "per_person"],
    title=f"Top events of the last {airlock.params.days} days",
)
if table:
    airlock.chart("bar", table, x="event", y="events", title="Events")
airlock.metric("events", total.events)
airlock.metric("people", total.people)
airlock.result({"events": total.events, "people": total.people, "top": table})
