# /// script
# requires-python = ">=3.9"
# dependencies = []
#
# [tool.airlock]
# title = "Retention"
# description = "Of the people who started in a period, how many came back in each of the following ones."
# tags = ["retention"]
#
# [tool.airlock.variables]
# start   = { type = "string", format = "event", description = "The event that puts a person into a cohort, the first time it happens", default = "signup" }
# back    = { type = "string", format = "event", description = "The event that counts as coming back", default = "login" }
# period  = { type = "string", enum = ["day", "week", "month"], description = "Width of a cohort and of a step", default = "week" }
# periods = { type = "integer", description = "How many periods to look back", minimum = 2, maximum = 31, default = 8 }
#
# [tool.airlock.access]
# methods = ["query"]
# tables = ["events"]
#
# [tool.airlock.limits]
# wall = "30s"
# calls = 5
# ///
import airlock

START, BACK, PERIOD, PERIODS = {{ start }}, {{ back }}, {{ period }}, {{ periods }}

# Fixed texts chosen by an enum value.
FLOOR = {"day": "toStartOfDay", "week": "toStartOfWeek", "month": "toStartOfMonth"}[PERIOD]
STEP = {"day": "toIntervalDay", "week": "toIntervalWeek", "month": "toIntervalMonth"}[PERIOD]
SINCE = f"{FLOOR}(now() - {STEP}(" + "{back_by}))"
FIRST = (
    f"SELECT person_id, {FLOOR}(min(timestamp)) AS started FROM events WHERE event = " + "{start} "
    f"GROUP BY person_id HAVING started >= {SINCE}"
)

sizes = airlock.query(
    f"SELECT toString(started) AS cohort, dateDiff('{PERIOD}', started, {FLOOR}(now())) + 1 AS begun, "
    f"count() AS people FROM ({FIRST}) GROUP BY started ORDER BY started LIMIT 1000",
    start=START, back_by=PERIODS - 1,
)
returns = airlock.query(
    f"SELECT toString(first.started) AS cohort, dateDiff('{PERIOD}', first.started, active.period) AS step, "
    "count() AS people "
    f"FROM ({FIRST}) AS first JOIN ("
    f"SELECT DISTINCT person_id, {FLOOR}(timestamp) AS period FROM events WHERE event = " + "{back} "
    f"AND timestamp >= {SINCE}"
    ") AS active ON active.person_id = first.person_id WHERE active.period >= first.started "
    "GROUP BY cohort, step ORDER BY cohort, step LIMIT 10000",
    start=START, back=BACK, back_by=PERIODS - 1,
)

came_back = {(row.cohort, row.step): row.people for row in returns}
columns = [f"{PERIOD}_{step}" for step in range(PERIODS)]
table, counts = [], []
for size in sizes:
    row = {"cohort": size.cohort[:10], "people": size.people}
    line = []
    for step in range(PERIODS):
        # A step that has not begun yet is unknown, not zero.
        known = step < size.begun
        line.append(came_back.get((size.cohort, step), 0) if known else None)
        row[columns[step]] = round(100 * line[-1] / size.people, 1) if known else None
    table.append(row)
    counts.append({"cohort": size.cohort[:10], "people": size.people, "returned": line})

title = f"{START}, then {BACK}: percent of each {PERIOD}'s people who came back"
airlock.table(table, columns=["cohort", "people"] + columns, title=title)
curve = []
for step in range(PERIODS):
    known = [(entry["people"], entry["returned"][step]) for entry in counts if entry["returned"][step] is not None]
    people = sum(size for size, _ in known)
    if people:
        curve.append({PERIOD: step, "retained": round(100 * sum(count for _, count in known) / people, 2)})
if curve:
    airlock.chart("line", curve, x=PERIOD, y="retained", title="Mean retention, weighted by cohort size, in percent")
airlock.result({"cohorts": counts, "curve": curve})
