"""Records what ClickHouse answers to the queries in this folder, over a small generated data set.

    pip install chdb-core
    python3 record_clickhouse.py

writes the data set (events.jsonl, persons.jsonl) and the answers to queries.txt, functions.txt and relations.txt
(answers.jsonl, functions.jsonl, relations.jsonl). A line of the texts is a HogQL query and, behind ' ### ', the
ClickHouse query that PostHog would make of it, where the two differ. P(x), N(x), B(x) and D(x) in
the latter stand for PostHog's reading of an event's property as text, number, truth value and time; PP and PN for a
person's.
"""
import json
import pathlib
import random
import re

import chdb.session

HERE = pathlib.Path(__file__).parent
BASE = 1704067200  # 2024-01-01


def events(people):
    names = ["signup", "activate", "purchase", "$pageview", "Résumé"]
    for index in range(64):
        person, name = random.choice(people), random.choice(names)
        time = BASE + random.randint(0, 40 * 86400) if index % 10 else BASE + 86400 * (index // 10)
        properties = {}
        if random.random() < 0.8:
            browsers = ["Chrome", "Safari", "Firefox", None, "", 'say "hi"', "a\\b"]
            properties["$browser"] = random.choice(browsers)
        if random.random() < 0.6:
            properties["amount"] = random.choice([1, 2.5, 10, "12", "abc", 1e3, None, 99.99, 0, -3])
        if random.random() < 0.5:
            properties["paid"] = random.choice([True, False, "true", "no"])
        if random.random() < 0.4:
            properties["when"] = random.choice(["2024-01-05", "2024-02-01T10:00:00Z", "nope", 1706702400])
        if random.random() < 0.4:
            properties["tags"] = random.choice([[1, 2], ["a", "b"], {"x": {"y": 1}}, []])
        if random.random() < 0.5:
            properties["plan"] = random.choice(["free", "pro"])
        if random.random() < 0.5:
            properties["$current_url"] = random.choice(["https://www.a.com/x/y?z=1", "https://b.org/", "/rel/path"])
        yield {
            "uuid": "%08x-0000-4000-8000-%012x" % (random.getrandbits(32), random.getrandbits(48)),
            "event": name,
            "timestamp": time * 1_000_000 + random.choice([0, 0, 500000]),
            "distinct_id": "d-" + person[:4],
            "person_id": person,
            "properties": json.dumps(properties),
            "created_at": (time + 5) * 1_000_000,
            "session_id": "sess%d" % random.randint(0, 5) if random.random() < 0.7 else None,
        }


def text(value):
    return "'" + ("" if value is None else str(value)).replace("\\", "\\\\").replace("'", "\\'") + "'"


def fill(session, rows, people):
    session.query(
        "CREATE TABLE events (uuid UUID, event String, timestamp DateTime64(6,'UTC'), distinct_id String, "
        "person_id UUID, properties String, created_at DateTime64(6,'UTC'), `$session_id` String) "
        "ENGINE=MergeTree ORDER BY tuple()")
    session.query(
        "CREATE TABLE persons (id UUID, created_at DateTime64(6,'UTC'), properties String, is_identified Bool) "
        "ENGINE=MergeTree ORDER BY tuple()")
    for row in rows:
        session.query(
            f"INSERT INTO events VALUES({text(row['uuid'])},{text(row['event'])},"
            f"fromUnixTimestamp64Micro({row['timestamp']},'UTC'),{text(row['distinct_id'])},{text(row['person_id'])},"
            f"{text(row['properties'])},fromUnixTimestamp64Micro({row['created_at']},'UTC'),{text(row['session_id'])})")
    for row in people:
        session.query(
            f"INSERT INTO persons VALUES({text(row['id'])},fromUnixTimestamp64Micro({row['created_at']},'UTC'),"
            f"{text(row['properties'])},{row['is_identified']})")


def raw(table, key):
    read = f"JSONExtractRaw({table}properties, '{key}')"
    return f"replaceRegexpAll(nullIf(nullIf({read}, ''), 'null'), '^\"|\"$', '')"


def expanded(query):
    number = lambda text: f"accurateCastOrNull({text},'Float64')"
    macros = {
        "PP": lambda key: raw("p.", key), "PN": lambda key: number(raw("p.", key)), "P": lambda key: raw("", key),
        "N": lambda key: number(raw("", key)),
        "B": lambda key: f"toBool(transform(toString({raw('', key)}),['true','false'],[1,0],NULL))",
        "D": lambda key: f"parseDateTime64BestEffortOrNull({raw('', key)},6,'UTC')",
    }
    return re.sub(r"\b(PP|PN|P|N|B|D)\(([\w$]+)\)", lambda match: macros[match[1]](match[2]), query)


def shown(value, kind):
    """A value as PostHog's JSON has it."""
    kind = re.sub(r"^Nullable\((.*)\)$", r"\1", kind)
    if value is None:
        return None
    if kind.startswith("Array("):
        return [shown(item, kind[6:-1]) for item in value]
    if kind.startswith("DateTime") and isinstance(value, str):
        whole, _, fraction = value.replace(" ", "T").partition(".")
        return whole + ("." + fraction.ljust(6, "0") if fraction.strip("0") else "") + "Z"
    return value


def main():
    random.seed(7)
    ids = ["%08x-1111-4111-8111-%012x" % (random.getrandbits(32), random.getrandbits(48)) for _ in range(6)]
    rows = list(events(ids))
    people = [
        {
            "id": person, "created_at": (BASE + index) * 1_000_000, "is_identified": index % 2,
            "properties": json.dumps({"age": 20 + index, "name": "P%d" % index}),
        }
        for index, person in enumerate(ids[:4])
    ]
    session = chdb.session.Session()
    fill(session, rows, people)
    write("events.jsonl", rows)
    write("persons.jsonl", people)
    write("answers.jsonl", recorded(session, "queries.txt"))
    write("functions.jsonl", recorded(session, "functions.txt"))
    write("relations.jsonl", [
        {"query": answer["query"], "ordered": is_ordered(answer["query"]), "rows": answer["rows"]}
        for answer in recorded(session, "relations.txt")
    ])


def is_ordered(query):
    """Whether an ORDER BY stands outside all parentheses."""
    depth, outside = 0, ""
    for character in query:
        depth += (character == "(") - (character == ")")
        outside += character if depth == 0 else ""
    return "order by" in outside.lower()


def recorded(session, name):
    answers = []
    for line in (HERE / name).read_text().splitlines():
        if not line.strip():
            continue
        query = line.split(" ### ")[0].strip()
        statement = expanded(line.split(" ### ")[-1].strip())
        settings = " SETTINGS session_timezone='UTC', transform_null_in=1"
        output = str(session.query(statement + settings, "JSONCompactEachRowWithNamesAndTypes"))
        _, kinds, *found = [json.loads(item) for item in output.strip().split("\n")]
        kinds = [re.sub(r"\bDateTime\b(?!\()", "DateTime('UTC')", kind) for kind in kinds]
        kinds = [re.sub(r"\bDateTime64\((\d)\)", r"DateTime64(\1, 'UTC')", kind) for kind in kinds]
        table = [[shown(value, kind) for value, kind in zip(row, kinds)] for row in found]
        answers.append({"query": query, "types": kinds, "rows": table})
    return answers


def write(name, items):
    lines = [json.dumps(item, ensure_ascii=False) + "\n" for item in items]
    (HERE / name).write_text("".join(lines))


main()
