"""Uses PostHog's own Python SDK, unchanged, against a server, and checks that all of it works.

Usage: sdk_check.py URL. The server has the project token phc_local and the key phx_local. Prints one JSON object: what was
checked, and what the SDK sent, for the caller to compare with the warehouse. Exits with 1 at the first thing that is wrong.
"""

import json
import logging
import sys
import urllib.error
import urllib.request
import uuid
import warnings

from posthog import Posthog

warnings.simplefilter("ignore", DeprecationWarning)

HOST = sys.argv[1]
checked = []
errors = []


def check(name, condition, detail=""):
    if not condition:
        print(json.dumps({"failed": name, "detail": repr(detail), "errors": errors}))
        sys.exit(1)
    checked.append(name)


def api(method, path, body=None, key="phx_local"):
    request = urllib.request.Request(
        HOST + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        return json.loads(reply.read())


def query(text, **values):
    body = {"query": {"kind": "HogQLQuery", "query": text, "values": values}}
    return api("POST", "/api/projects/1/query/", body)["results"]


def client(**options):
    return Posthog(
        "phc_local",
        host=HOST,
        on_error=lambda error, batch: errors.append(str(error)),
        **options,
    )


def flag(key, filters, **members):
    return api("POST", "/api/projects/1/feature_flags/", {"key": key, "name": key, "filters": filters, **members})


# Events: one by one, as a batch, packed, and in the newer wire format.
run = uuid.uuid4().hex
plain = client(sync_mode=True)
plain.capture("sdk plain", distinct_id=f"{run}-a", properties={"run": run, "n": 1})
plain.set(distinct_id=f"{run}-a", properties={"plan": "pro", "email": "a@example.com"})
plain.alias(previous_id=f"{run}-old", distinct_id=f"{run}-a")
plain.group_identify("company", f"{run}-c", {"size": 12})
batched = client(gzip=True, flush_at=50)
for number in range(120):
    batched.capture("sdk batch", distinct_id=f"{run}-{number % 7}", properties={"run": run, "n": number, "text": "é\n\"x\""})
batched.flush()
newer = client(capture_mode="v1", sync_mode=True)
newer.capture("sdk v1", distinct_id=f"{run}-b", properties={"run": run})
check("capture reports no error", not errors, errors)
rows = query("SELECT event, count(), sum(properties.n) FROM events WHERE properties.run = {run} GROUP BY event ORDER BY event", run=run)
check("captured events are there at once", [row[:2] for row in rows] == [["sdk batch", 120], ["sdk plain", 1], ["sdk v1", 1]], rows)
check("numbers stay numbers", rows[0][2] == 7140, rows)
rows = query("SELECT properties.text FROM events WHERE properties.run = {run} AND event = 'sdk batch' LIMIT 1", run=run)
check("texts survive", json.loads('"' + rows[0][0] + '"') == "é\n\"x\"", rows)
rows = query("SELECT person.properties.plan FROM events WHERE properties.run = {run} AND event = 'sdk plain'", run=run)
check("person properties are set", rows == [["pro"]], rows)
rows = query("SELECT properties.$lib FROM events WHERE properties.run = {run} AND event = 'sdk v1'", run=run)
check("the newer format names its library", rows == [["posthog-python"]], rows)

# The same event twice is one event.
same = str(uuid.uuid4())
for _ in range(2):
    plain.capture("sdk twice", distinct_id=f"{run}-a", properties={"run": run}, uuid=same)
rows = query("SELECT count() FROM events WHERE event = 'sdk twice' AND properties.run = {run}", run=run)
check("a uuid counts once", rows == [[1]], rows)

# Flags on the server.
everybody = [{"properties": [], "rollout_percentage": 100}]
flag(f"{run}-on", {"groups": everybody, "payloads": {"true": "{\"color\": \"blue\"}"}})
flag(f"{run}-off", {"groups": [{"properties": [], "rollout_percentage": 0}]})
flag(f"{run}-half", {"groups": [{"properties": [], "rollout_percentage": 50}]})
variants = [{"key": key, "name": "", "rollout_percentage": share} for key, share in (("a", 30), ("b", 30), ("c", 40))]
flag(f"{run}-variants", {"groups": everybody, "multivariate": {"variants": variants}, "payloads": {"a": "1", "b": "2", "c": "3"}})
plan = [{"key": "plan", "type": "person", "operator": "exact", "value": ["pro"]}]
flag(f"{run}-plan", {"groups": [{"properties": plan, "rollout_percentage": 100}]})
flag(f"{run}-company", {"groups": [{"properties": [{"key": "size", "type": "group", "operator": "gt", "value": "10", "group_type_index": 0}],
                                    "rollout_percentage": 100}], "aggregation_group_type_index": 0})
remote = plain
values = remote.get_all_flags(f"{run}-a")
check("flags are evaluated", values.get(f"{run}-on") is True and values.get(f"{run}-off") is False, values)
check("stored properties count", values.get(f"{run}-plan") is True, values)
check("a variant is chosen", values.get(f"{run}-variants") in ("a", "b", "c"), values)
check("payloads come along", remote.get_feature_flag_payload(f"{run}-on", f"{run}-a") == {"color": "blue"})
check("given properties count", remote.get_all_flags(f"{run}-x", person_properties={"plan": "free"}).get(f"{run}-plan") is False)
groups = remote.get_all_flags(f"{run}-x", groups={"company": f"{run}-c"})
check("groups count", groups.get(f"{run}-company") is True, groups)
check("a flag that is asked for is told", remote.feature_enabled(f"{run}-on", f"{run}-a") is True)
rows = query("SELECT count() FROM events WHERE event = '$feature_flag_called' AND properties.$feature_flag = {key}", key=f"{run}-on")
check("the use of a flag is an event", rows[0][0] >= 1, rows)

# Flags in the SDK, from the definitions; both agree for everybody.
cohort = api("POST", "/api/projects/1/cohorts/", {"name": run, "filters": {"properties": {"type": "OR", "values": [
    {"type": "AND", "values": [{"key": "plan", "type": "person", "operator": "exact", "value": ["pro"]}]}]}}})
flag(f"{run}-cohort", {"groups": [{"properties": [{"key": "id", "type": "cohort", "value": cohort["id"]}], "rollout_percentage": 100}]})
local = client(personal_api_key="phx_local", sync_mode=True, poll_interval=3600)
local.load_feature_flags()
check("definitions load", len(local.feature_flag_definitions() or []) >= 7 if callable(local.feature_flag_definitions) else True)
disagreements = []
for number in range(200):
    someone = f"{run}-person-{number}"
    properties = {"plan": "pro" if number % 3 else "free"}
    here = local.get_all_flags(someone, person_properties=properties, groups={"company": f"{run}-c"},
                               group_properties={"company": {"size": number}}, only_evaluate_locally=True)
    there = remote.get_all_flags(someone, person_properties=properties, groups={"company": f"{run}-c"},
                                 group_properties={"company": {"size": number}})
    mine = {key: value for key, value in here.items() if key.startswith(run)}
    theirs = {key: value for key, value in there.items() if key.startswith(run)}
    if mine != theirs:
        disagreements.append((someone, mine, theirs))
check("local and remote evaluation agree", not disagreements and len(mine) == 7, disagreements[:2] or mine)
local.load_feature_flags()
check("an unchanged definition is not sent again", local._flags_etag is not None, local._flags_etag)

# Remote configuration, by key.
check("remote config gives the payload", local.get_remote_config_payload(f"{run}-on") == {"color": "blue"},
      local.get_remote_config_payload(f"{run}-on"))

# Who has the same definitions is told so in few bytes; the SDK keeps what it has.
request = urllib.request.Request(
    HOST + "/flags/definitions?token=phc_local&send_cohorts",
    headers={"Authorization": "Bearer phx_local", "If-None-Match": local._flags_etag},
)
try:
    status = urllib.request.urlopen(request, timeout=10).status
except urllib.error.HTTPError as error:
    status = error.code
check("an unchanged definition is 304", status == 304, status)
check("and is kept", local.get_all_flags(f"{run}-a", only_evaluate_locally=True).get(f"{run}-on") is True)

# What is wrong is told.
logging.getLogger("posthog").setLevel(logging.CRITICAL)
told = []
bad = Posthog("phc_wrong", host=HOST, max_retries=0, on_error=lambda error, batch: told.append(str(error)))
bad.capture("nobody", distinct_id="x")
bad.flush()
check("a wrong token is refused", len(told) == 1 and "401" in told[0], told)
for one in (plain, batched, newer, local, bad):
    one.shutdown()
print(json.dumps({"run": run, "checked": checked}))
