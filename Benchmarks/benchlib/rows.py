"""What is measured, against what, and what is aimed at.

A row has a subject and baselines; each is a side: something that can be started once and then run round by round. A new row
is a new entry here; a new kind of side is a class in sides.py.
"""
from dataclasses import dataclass, field

from benchlib import sides


@dataclass(frozen=True)
class Aim:
    """`quantity` is "ratio" or "p99 ratio" (to the first baseline), "ratio to LABEL" (to that one), "added ms" (beyond the
    first baseline), "ms", "us", "MiB" or a key of what the subject reports."""
    quantity: str
    limit: float
    at_least: bool = False

    def text(self):
        sign = "≥" if self.at_least else "≤"
        limit = f"{self.limit:,.0f}" if self.limit >= 1000 else f"{self.limit:g}"
        unit = {"ratio": " ×", "ms": " ms", "us": " µs", "MiB": " MiB", "events_per_second": " events/s",
                "p99 ratio": " × at p99", "added ms": " ms more", "private_mib": " MiB"}
        if self.quantity.startswith("ratio to "):
            return f"{sign} {limit} × {self.quantity.removeprefix('ratio to ').split(',')[0]}"
        return f"{sign} {limit}{unit.get(self.quantity, ' ' + self.quantity)}"

    def is_met(self, value):
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass
class Row:
    group: str
    name: str
    subject: object
    baselines: list = field(default_factory=list)
    aims: list = field(default_factory=list)
    rounds: int = 20
    warm_up: int = 2
    # Whether subject and first baseline have to find the same.
    compares_answers: bool = False
    # The baseline whose ratio is stored as a threshold; the first one unless it is named.
    guard: str = ""


def all_rows():
    table = sides.Step("large-table", needs_data=False)
    return [
        Row("warm", "warm run, JSON and statistics", sides.Step("warm-run", needs_data=False),
            [sides.ScriptCommand("python3, no sandbox", ["/usr/bin/python3"])],
            [Aim("ratio", 0.025), Aim("p99 ratio", 0.1)], rounds=60, warm_up=2, compares_answers=True),
        Row("warm", "warm run after a rest of 50 ms", sides.Step("warm-run-rested", needs_data=False),
            [sides.ScriptCommand("python3, no sandbox", ["/usr/bin/python3"])], rounds=20, warm_up=2,
            compares_answers=True),
        # The row above runs one script again and again, so that all but the first two runs have its code.
        Row("warm", "warm run of a script that is new each time", sides.Step("warm-run-new", needs_data=False),
            [sides.ScriptCommand("python3, no sandbox", ["/usr/bin/python3"]),
             sides.Step("warm-run", needs_data=False)],
            rounds=60, warm_up=2, compares_answers=True),
        # A run is many times as long as the query in process, and says nothing of it as a ratio: what the query adds to a
        # run does.
        Row("warm", "warm run with one query", sides.Step("warm-run-query"),
            [sides.Step("query-in-process"), sides.Step("warm-run", needs_data=False)], [Aim("added ms", 0.5)],
            rounds=60, warm_up=2, guard="warm-run"),
        Row("warm", "10,000 warm runs, as many at a time as cores", sides.Step("warm-runs", needs_data=False),
            [sides.Pairs("bwrap, python3, 2 at a time", sides.BWRAP)], [Aim("ratio", 0.25)], rounds=20, warm_up=1),
        Row("warm", "private memory of a waiting slot", sides.Step("waiting-slot", needs_data=False), [],
            [Aim("private_mib", 6)], rounds=5, warm_up=0),
        Row("warm", "200 waiting slots, 200 scripts at once", sides.Step("many-slots", needs_data=False), [],
            [Aim("answered", 200, at_least=True)], rounds=5, warm_up=0),
        Row("broker", "broker round trip, small call", sides.Step("broker-round-trip", needs_data=False),
            [sides.Step("pipe-ping-pong", needs_data=False)], [Aim("ratio", 4)], rounds=5, warm_up=1),
        # Both are taken in the same script, in the same interpreter.
        Row("broker", "100,000 rows of 5 columns as Python values", table,
            [sides.InScript("json.loads of the same table", table)], [Aim("ratio", 1.5)], rounds=20, warm_up=2),
        Row("template", "validate and render a template", sides.Step("render", needs_data=False), [], [Aim("us", 50)],
            rounds=30),
        Row("start", "run, empty template",
            sides.Command("airlock run, empty template", ["{airlock}", "run", "{template}", "--quiet"]),
            sides.start_baselines(), [Aim("ratio to bwrap, python3", 1)], rounds=60, warm_up=3),
        Row("start", "exec, full", sides.Command("airlock exec, full", ["{airlock}", "exec", "{empty}", "--quiet"]),
            sides.start_baselines(), [Aim("ratio to bwrap, python3", 1)], rounds=60, warm_up=3),
        Row("start", "exec, portable",
            sides.Command("airlock exec, portable",
                          ["{airlock}", "exec", "{empty}", "--quiet", "--isolation", "portable"]),
            sides.start_baselines(), rounds=60, warm_up=3),
        Row("parse", "parse a query of ten lines", sides.Step("parse", needs_data=False), [sides.HogQLParser()],
            [Aim("us", 50), Aim("ratio", 0.1)], rounds=30),
        Row("import", "import JSONL", sides.Step("import"), [sides.ReadJSON()],
            [Aim("events_per_second", 100_000, at_least=True)], rounds=5, warm_up=1),
        Row("query", "query: top events", sides.Step("top-events"), [sides.Step("top-events-sql")],
            [Aim("ratio", 1.3), Aim("MiB", 300)], rounds=10, compares_answers=True),
        Row("query", "query: daily trend", sides.Step("daily-trend"), [sides.Step("daily-trend-sql")],
            [Aim("ratio", 1.3), Aim("MiB", 300)], rounds=10, compares_answers=True),
        Row("query", "query: funnel of three steps", sides.Step("funnel"), [sides.Step("funnel-rows")],
            [Aim("ratio", 3), Aim("MiB", 300)], rounds=10, compares_answers=True),
        # What our side adds is some microseconds for each request: against an answer of no time that is much, against one of
        # a quick query little.
        Row("http", "http: answered at once", sides.HTTPStep("http-transport"),
            [sides.HTTPStep("http-curl"), sides.Requests()],
            [Aim("ratio to python requests", 0.333)], rounds=20, compares_answers=True),
        Row("http", "http: answered in a millisecond", sides.HTTPStep("http-transport/1ms"),
            [sides.HTTPStep("http-curl/1ms")], [Aim("ratio", 1.1)], rounds=10, compares_answers=True),
        # All that the driver does for a query, against one call of libcurl that gets the same bytes. The aim is for a query
        # that a server really answers; beside it, servers that answer without looking: after ten milliseconds, which is
        # less than PostHog takes for its quickest queries, and at once, where there is nothing but what the two sides add.
        Row("driver", "driver: query answered by posthog serve",
            sides.HTTPStep("driver-query/serve", sides.PostHogServe),
            [sides.HTTPStep("http-curl/serve", sides.PostHogServe)], [Aim("ratio", 1.1)], rounds=60,
            compares_answers=True),
        Row("driver", "driver: query of a new text each time, answered by posthog serve",
            sides.HTTPStep("driver-query/serve-new", sides.PostHogServe),
            [sides.HTTPStep("http-curl/serve", sides.PostHogServe)], rounds=20, compares_answers=True),
        Row("driver", "driver: query answered in ten milliseconds", sides.HTTPStep("driver-query/10ms"),
            [sides.HTTPStep("http-curl/10ms")], rounds=10),
        Row("driver", "driver: query answered at once", sides.HTTPStep("driver-query"),
            [sides.HTTPStep("http-curl")], rounds=20),
        Row("driver", "driver: eight queries at a time", sides.HTTPStep("driver-queries"),
            [sides.Requests("queries")], [Aim("ratio", 0.333)], rounds=10, compares_answers=True),
        Row("driver", "driver: memory over 100,000 queries", sides.HTTPStep("driver-memory"), [],
            [Aim("growth_mib", 2)], rounds=1, warm_up=0),
    ]
