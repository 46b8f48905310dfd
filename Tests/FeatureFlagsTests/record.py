"""Records vectors.jsonl: what PostHog's Python SDK makes of filters and flags.

Usage: record.py > vectors.jsonl, with an interpreter that has the package posthog. The SDK is not kept, only its answers. Each
line is a filter with values of a property, or definitions with people.
"""

import datetime
import json
import random
import sys

from posthog import Posthog
from posthog.feature_flags import InconclusiveMatchError, RequiresServerEvaluation, match_property

random.seed(20260101)
NOW = datetime.datetime.now(datetime.timezone.utc)


def write(line):
    sys.stdout.write(json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n")


def outcome(body):
    try:
        return body()
    except (InconclusiveMatchError, RequiresServerEvaluation) as error:
        return {"undecided": error.reason.value}


VALUES = [
    "pro", "Pro", "PRO", "", "true", "True", "false", "12", "12.0", "-3", "1e3", ".5", "5.", " 12", "0x10", "nan", "inf",
    "a@example.com", "É", "é", "straße", "x\ny", "x\n", "1.2.3", "v1.2.3", "1.2", "1.10.0", "2.0.0-beta+1", "01.2.3", "1.x", "v",
    "2020-01-01", "2020-01-01T10:00:00Z", "2020-01-01 10:00:00 +02:00", "2020-01-01T10:00:00.123456+0530", "20200101",
    "2020-02-30", "2019", "yesterday", "2020-01-01 UTC", True, False, None, 0, 1, 12, 12.0, 12.5, -3, 1e16, 1e-5, 1.5e-7, 2**53,
    [], ["pro"], ["true"], [1, "a"], {"a": 1, "b": [True, None]}, {},
]
FILTERS = [("is_set", "x"), ("is_not_set", "x"), ("between", [1, 2]), (None, "pro"), ("", "pro")]
for operator in ("exact", "is_not"):
    for value in ("pro", "PRO", "", "true", "false", True, False, None, 12, 12.0, 1e16, 1e-5, 1.5e-7, [], ["pro", "free"], ["true"], [12, "É"],
                  ["true", "false"], {"b": [True, None], "a": 1}, [[]], "É", "x\ny"):
        FILTERS.append((operator, value))
for operator in ("icontains", "not_icontains", "starts_with", "not_starts_with", "ends_with", "not_ends_with"):
    for value in ("pr", "RO", "", "É", "true", 1, 12.0, ["p"], None, "\n"):
        FILTERS.append((operator, value))
for operator in ("gt", "gte", "lt", "lte"):
    for value in (12, "12", "12.0", 1e3, "abc", None, True, "-3", ".5", "0x1", "1e400"):
        FILTERS.append((operator, value))
for operator in ("is_date_before", "is_date_after"):
    for value in ("2020-01-01", "2020-01-01T10:00:00Z", "2020-01-01T10:00:00+02:00", "-7d", "30d", "-3m", "-1y", "-24h", "-2w", "-10000d", "-3s",
                  "2019", "nonsense", "2020-13-01", 2019, None, "20200101", "2020-01-01 10:00"):
        FILTERS.append((operator, value))
for operator in ("semver_eq", "semver_neq", "semver_gt", "semver_gte", "semver_lt", "semver_lte", "semver_tilde", "semver_caret", "semver_wildcard"):
    for value in ("1.2.3", "v1.2", "1", "0.2.3", "0.0.3", "1.2.*", "1.*", "*", "01.2", "1.2.3-rc.1", "abc", "", 1.2, "1.2.3.4", "V2.0"):
        FILTERS.append((operator, value))
for operator in ("regex", "not_regex"):
    for value in ("pro", "^pro$", "^P", "", "(", "[", "a|b", "\\d+", "^\\w+$", "\\s", "x.y", "\\bpro\\b", "(?i)pro", "(?=a)", "(a+)+$", "a{2}", "a{,2}",
                  "[a-z]+@[a-z]+\\.com", "\\.com$", "[^a-z]", "[\\w.]+", "\\x41", "a**", "(?:pr)o", "É", "[[a]]", "a{1,3}", "\\D", "\\W", "[\\d-]",
                  "x\\ny", "+", "*a", "pro|", "()", "^*", "(?P<n>a)", "\\1", "(a)\\1", "p{1}{2}", "p?+", 12):
        FILTERS.append((operator, value))



def letter(result):
    """t and f, m for what misses context, u for what is not supported."""
    return {True: "t", False: "f"}[result] if isinstance(result, bool) else result["undecided"][0]


write({"values": VALUES, "now": int(NOW.timestamp() * 1_000_000)})
for operator, value in FILTERS:
    condition = {"key": "p", "type": "person", "value": value}
    if operator is not None:
        condition["operator"] = operator
    for version in (1, 2) if operator in ("exact", "is_not") else (1,):
        results = []
        for given in VALUES + [...]:
            properties = {} if given is ... else {"p": given}
            results.append(outcome(lambda: match_property(condition, properties, version)))
        write({"filter": condition, "version": version, "results": "".join(letter(result) for result in results)})


def leaf():
    return random.choice([
        {"key": "plan", "type": "person", "operator": "exact", "value": random.choice([["pro"], ["pro", "team"], "free"])},
        {"key": "age", "type": "person", "operator": random.choice(["gt", "lt", "gte"]), "value": random.choice([20, "40", "old"])},
        {"key": "email", "type": "person", "operator": random.choice(["icontains", "not_icontains", "is_set", "regex"]),
         "value": random.choice(["example", "@", "\\bx"])},
        {"key": "absent", "type": "person", "operator": random.choice(["exact", "is_not_set"]), "value": "x"},
        {"key": "distinct_id", "type": "person", "operator": "starts_with", "value": "user-1"},
    ])


def group(depth=2):
    values = [leaf() if depth == 0 or random.random() < 0.6 else random.choice([
        group(depth - 1), {}, {"type": "cohort", "key": "id", "value": random.choice([1, 2, 99])},
        dict(leaf(), negation=True)]) for _ in range(random.randint(0, 3))]
    return {"type": random.choice(["AND", "OR"]), "values": values}


def prop(keys):
    kind = random.random()
    if kind < 0.6 or not keys:
        return leaf()
    if kind < 0.8:
        condition = {"key": "id", "type": "cohort", "value": random.choice([1, 2, 3, "4", 99])}
        operator = random.choice([None, "in", "not_in", "exact", "strange"])
        if operator:
            condition["operator"] = operator
        return condition
    key = random.choice(keys)
    return {"key": key, "type": "flag", "operator": random.choice(["flag_evaluates_to"] * 6 + ["exact"]),
            "value": random.choice([True, False, "a", "control", None]),
            "dependency_chain": random.choice([[key], [key], [key], [], ["missing", key]])}


def definition(number, keys):
    conditions = []
    for _ in range(random.randint(0, 3)):
        condition = {"properties": [prop(keys) for _ in range(random.randint(0, 2))],
                     "rollout_percentage": random.choice([None, 0, 20, 50, 80, 100, 33.3])}
        if random.random() < 0.2:
            condition["variant"] = random.choice(["a", "b", "nothing"])
        if random.random() < 0.15:
            condition["aggregation_group_type_index"] = random.choice([None, 0, 1, 5])
        conditions.append(condition)
    filters = {"groups": conditions}
    if random.random() < 0.4:
        filters["multivariate"] = {"variants": [{"key": "a", "rollout_percentage": 30}, {"key": "b", "rollout_percentage": 30.5},
                                                {"key": "c", "rollout_percentage": random.choice([39.5, 10])}]}
    if random.random() < 0.3:
        filters["aggregation_group_type_index"] = random.choice([None, 0, 1, 7])
    if random.random() < 0.15:
        filters["holdout"] = random.choice([{"id": 4, "exclusion_percentage": 20}, {"id": 5, "exclusion_percentage": 100}, {"id": 6}, None])
    if random.random() < 0.15:
        filters["early_exit"] = True
    if random.random() < 0.08:
        filters["feature_enrollment"] = True
    flag = {"id": number, "key": f"flag-{number}", "active": random.random() < 0.93, "filters": filters, "version": 1}
    if random.random() < 0.05:
        flag["ensure_experience_continuity"] = True
    if random.random() < 0.1:
        flag["bucketing_identifier"] = "device_id"
    return flag


client = Posthog("phc_record", host="http://127.0.0.1:9", send=False)
client.log.setLevel("CRITICAL")
for round in range(30):
    flags = []
    for number in range(14):
        flags.append(definition(number, [flag["key"] for flag in flags]))
    definitions = {"flags": flags, "group_type_mapping": {"0": "company", "1": "team"},
                   "cohorts": {"1": {"type": "OR", "values": [leaf()]}, "2": group(), "3": group(), "4": {}},
                   "property_matching_version": random.choice([1, 1, 2])}
    snapshot = {"feature_flags": flags, "flags_by_key": {flag["key"]: flag for flag in flags}, "group_type_mapping": definitions["group_type_mapping"],
                "cohorts": definitions["cohorts"], "property_matching_version": definitions["property_matching_version"]}
    people = []
    for number in range(8):
        properties = {}
        for name, choices in (("plan", ["pro", "team", "free", None]), ("age", [10, 25, "41", 60.5]), ("email", ["a@example.com", "B@EXAMPLE.org", ""])):
            if random.random() < 0.8:
                properties[name] = random.choice(choices)
        if random.random() < 0.3:
            properties["$feature_enrollment/" + random.choice(flags)["key"]] = random.choice([True, False, "true"])
        groups = {name: f"{name}-{random.randint(0, 50)}" for name in ("company", "team") if random.random() < 0.5}
        group_properties = {name: {"plan": random.choice(["pro", "free"]), "age": random.randint(0, 60)} for name in groups if random.random() < 0.7}
        person = {"distinct_id": f"user-{random.randint(0, 500)}", "properties": properties, "groups": groups, "group_properties": group_properties,
                  "device_id": random.choice([None, f"device-{random.randint(0, 9)}"])}
        full, full_groups = client._add_local_person_and_group_properties(
            groups, client._person_properties_for_local_evaluation(person["distinct_id"], properties), group_properties)
        person["results"] = {
            flag["key"]: outcome(lambda: client._compute_flag_locally(
                flag, person["distinct_id"], groups=groups, person_properties=full, group_properties=full_groups,
                warn_on_unknown_groups=False, device_id=person["device_id"], _definition_snapshot=snapshot))
            for flag in flags
        }
        people.append(person)
    write({"definitions": definitions, "people": people})
