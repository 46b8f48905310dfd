# /// script
# requires-python = ">=3.9"
# dependencies = []
#
# [tool.airlock]
# title = "Funnel"
# description = "How many people go through the steps in this order, within a window that starts with their first step."
# tags = ["conversion"]
#
# [tool.airlock.variables]
# steps  = { type = "array", items = { type = "string", format = "event" }, minItems = 2, maxItems = 20, description = "The events, in order", default = ["signup", "activate", "purchase"] }
# window = { type = "integer", description = "Days from the first step in which the others must follow", minimum = 1, maximum = 365, default = 14 }
# days   = { type = "integer", description = "Length of the period, in days", minimum = 1, maximum = 1095, default = 90 }
#
# [tool.airlock.access]
# methods = ["query"]
# tables = ["events"]
#
# [tool.airlock.limits]
# wall = "30s"
# calls = 5
# ///
import math

import airlock

STEPS, WINDOW, DAYS = {{ steps }}, {{ window }}, {{ days }}

names = [f"step{index}" for index in range(len(STEPS))]
conditions = ", ".join("event = {" + name + "}" for name in names)
rows = airlock.query(
    "SELECT level, count() AS people FROM ("
    "SELECT person_id, windowFunnel({window})(toDateTime(timestamp), " + conditions + ") AS level FROM events "
    "WHERE timestamp >= now() - toIntervalDay({days}) AND event IN {steps} GROUP BY person_id"
    ") GROUP BY level ORDER BY level",
    window=WINDOW * 86400, days=DAYS, steps=STEPS, **dict(zip(names, STEPS)),
)
reached = {row.level: row.people for row in rows}
# Whoever reached a step went through all before it.
people = [sum(count for level, count in reached.items() if level > index) for index in range(len(STEPS))]


def wilson(successes, trials):
    """The 95 % score interval of a proportion (Wilson 1927): right also near 0 and 1 and for few people."""
    if trials == 0:
        return None, None
    z, share = 1.959964, successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return round((middle - spread) / scale, 4), round((middle + spread) / scale, 4)


table = []
for index, step in enumerate(STEPS):
    before = people[index - 1] if index else people[0]
    low, high = wilson(people[index], people[0])
    table.append({
        "step": f"{index + 1}. {step}",
        "people": people[index],
        "of_first": round(people[index] / people[0], 4) if people[0] else None,
        "of_previous": round(people[index] / before, 4) if before else None,
        "low_95": low,
        "high_95": high,
    })
airlock.table(
    table, columns=["step", "people", "of_first", "of_previous", "low_95", "high_95"],
    title=f"Funnel of the last {DAYS} days, within {WINDOW} days",
)
airlock.chart("bar", table, x="step", y="people", title="People who reached each step")
airlock.metric("conversion", round(100 * people[-1] / people[0], 2) if people[0] else None, unit="%")
airlock.result({"steps": STEPS, "people": people, "window_days": WINDOW})
