# /// script
# requires-python = ">=3.9"
# dependencies = []
#
# [tool.airlock]
# title = "Trend"
# description = "One event over time: how often, by how many people, or a sum, mean or 90th percentile of a property."
# tags = ["trend"]
#
# [tool.airlock.variables]
# event     = { type = "string", format = "event", description = "The event to count", default = "$pageview" }
# days      = { type = "integer", description = "Length of the period, in days", minimum = 1, maximum = 1095, default = 30 }
# interval  = { type = "string", enum = ["hour", "day", "week", "month"], description = "Width of one point", default = "day" }
# math      = { type = "string", enum = ["total", "people", "sum", "avg", "p90"], description = "What is measured; the last three need a property", default = "total" }
# property  = { type = "string", format = "property", required = false, description = "The numeric property of sum, avg and p90" }
# breakdown = { type = "string", format = "property", required = false, description = "A property to draw one line per value of; the five most frequent" }
#
# [tool.airlock.access]
# methods = ["query"]
# tables = ["events"]
#
# [tool.airlock.limits]
# wall = "20s"
# calls = 5
# ///
import datetime

import airlock

EVENT, DAYS, INTERVAL, MATH = {{ event }}, {{ days }}, {{ interval }}, {{ math }}
PROPERTY, BREAKDOWN = {{ property }}, {{ breakdown }}

if MATH in ("sum", "avg", "p90") and not PROPERTY:
    raise ValueError(f"math '{MATH}' needs a property: add --property NAME")

# Fixed texts chosen by enum values; everything that a caller can choose freely travels as a placeholder.
START = {"hour": "toStartOfHour", "day": "toStartOfDay", "week": "toStartOfWeek", "month": "toStartOfMonth"}[INTERVAL]
VALUE = {
    "total": "count()",
    "people": "uniq(person_id)",
    "sum": "sum(JSONExtractFloat(properties, {property}))",
    "avg": "avg(JSONExtractFloat(properties, {property}))",
    "p90": "quantile(0.9)(JSONExtractFloat(properties, {property}))",
}[MATH]
WHERE = "event = {event} AND timestamp >= now() - toIntervalDay({days})"
if PROPERTY:
    WHERE += " AND JSONHas(properties, {property})"
values = {"event": EVENT, "days": DAYS}
if PROPERTY:
    values["property"] = PROPERTY

BUCKET = f"toString({START}(timestamp)) AS start, "
SPLIT = "JSONExtractString(properties, {breakdown})"

top = []
if BREAKDOWN:
    values["breakdown"] = BREAKDOWN
    top = airlock.query(
        f"SELECT {SPLIT} AS value, count() AS n FROM events WHERE {WHERE} GROUP BY value ORDER BY n DESC, value LIMIT 5",
        **values,
    ).column("value")
    rows = airlock.query(
        f"SELECT {BUCKET}{SPLIT} AS series, {VALUE} AS value FROM events WHERE {WHERE} AND {SPLIT} IN " + "{top} "
        "GROUP BY start, series ORDER BY start, series LIMIT 50000",
        top=top, **values,
    )
else:
    rows = airlock.query(
        f"SELECT {BUCKET}'' AS series, {VALUE} AS value FROM events WHERE {WHERE} "
        "GROUP BY start, series ORDER BY start LIMIT 50000",
        **values,
    )
SINCE = "now() - toIntervalDay({days})"
edges = airlock.query(
    f"SELECT toString({START}({SINCE})) AS first, toString({START}(now() - toIntervalSecond(1))) AS last",
    days=DAYS,
)[0]


def moment(text):
    return datetime.datetime.fromisoformat(text[:19])


def following(start):
    if INTERVAL == "hour":
        return start + datetime.timedelta(hours=1)
    if INTERVAL == "day":
        return start + datetime.timedelta(days=1)
    if INTERVAL == "week":
        return start + datetime.timedelta(days=7)
    return (start.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def label(start):
    return start.strftime("%Y-%m-%d %H:%M" if INTERVAL == "hour" else "%Y-%m-%d")


# Points without an event are missing from the answer: a count of them is 0, a mean of nothing is not a number.
empty = 0 if MATH in ("total", "people", "sum") else None
names = [value or "(none)" for value in top] or ["value"]
measured = {(moment(row.start), (row.series or "(none)") if top else "value"): row.value for row in rows}
points, start, last = [], moment(edges.first), moment(edges.last)
while start <= last:
    point = {"start": label(start)}
    point.update({name: measured.get((start, name), empty) for name in names})
    points.append(point)
    start = following(start)

title = f"{EVENT}, {MATH}{' of ' + PROPERTY if PROPERTY else ''} per {INTERVAL}"
airlock.chart("line", points, x="start", y=names, title=title)
airlock.table(points, columns=["start"] + names, title=title)

series = {}
for name in names:
    known = [point[name] for point in points if point[name] is not None]
    half = len(points) // 2
    earlier = sum(point[name] or 0 for point in points[:half])
    later = sum(point[name] or 0 for point in points[len(points) - half:])
    series[name] = {
        "mean": round(sum(known) / len(known), 4) if known else None,
        "change": round(later / earlier - 1, 4) if earlier and MATH in ("total", "people", "sum") else None,
    }
for name, facts in series.items():
    if facts["change"] is not None:
        suffix = "" if name == "value" else f", {name}"
        airlock.metric(f"change of the later half over the earlier{suffix}", round(facts["change"] * 100, 1), unit="%")
airlock.result({"points": points, "series": series})
