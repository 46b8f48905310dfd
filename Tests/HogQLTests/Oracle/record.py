#!/usr/bin/env python3
"""Records what PostHog's own parser makes of a few thousand queries, for OracleTests.

    pip install hogql_parser==1.3.88
    python record.py            # writes queries.jsonl beside this file

A line holds one query, as JSON: {"q": text, "tree": its tree in a normal form} when the parser accepts it, and
{"q": text, "error": the error's type} when it rejects it. The seeds are the queries of the two corpora in this folder's
parent; everything else comes from generate.py, the same on every run.

The normal form is text: a node is Name(field=value, …) with its fields sorted and without those that are null or
false, a list is [a, b], a string "…" with JSON's escapes. What the parser says in two ways that mean the same is said
in one: `LEFT OUTER JOIN` is LEFT, `1.0` is 1.
"""

import json
import pathlib
import re
import sys
import types

for name in ["posthog", "posthog.hogql", "posthog.hogql.ast", "posthog.hogql.base"]:
    sys.modules[name] = types.ModuleType(name)
errors = sys.modules["posthog.hogql.errors"] = types.ModuleType("posthog.hogql.errors")
for name in ["BaseHogQLError", "ExposedHogQLError", "SyntaxError", "NotImplementedError", "ParsingError",
             "InternalHogQLError"]:
    setattr(errors, name, type(name, (Exception,), {}))

import hogql_parser  # noqa: E402, after the stand-ins for PostHog's own modules

from generate import queries  # noqa: E402

HERE = pathlib.Path(__file__).parent


def number(value):
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        value = int(value)
    return repr(value)


def constant(node):
    value = node.get("value")
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and node.get("value_type") != "number":
        return json.dumps(value, ensure_ascii=False)
    return value if isinstance(value, str) else number(value)


def join_type(text):
    words = [word for word in text.split() if word not in ("JOIN", "OUTER")]
    if not set(words) & {"LEFT", "RIGHT", "FULL", "CROSS", "POSITIONAL", "INNER"}:
        words.append("INNER")
    return " ".join(sorted(words))


def normal(value):
    if isinstance(value, list):
        return "[" + ", ".join(normal(element) for element in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value.get("node") == "Constant":
        return constant(value)
    fields = dict(value)
    name = fields.pop("node", "")
    if fields.get("join_type"):
        fields["join_type"] = join_type(fields["join_type"])
    if name == "WindowFunction" and fields.get("args") == []:
        del fields["args"]
    if name == "Field":
        return "Field(" + ".".join(json.dumps(part, ensure_ascii=False) for part in fields["chain"]) + ")"
    kept = sorted((key, field) for key, field in fields.items() if field is not None and field is not False)
    return name + "(" + ", ".join(f"{key}={normal(field)}" for key, field in kept) + ")"


def verdict(query):
    try:
        tree = json.loads(hogql_parser.parse_select_json(query, is_internal=True))
    except Exception as error:
        return {"q": query, "error": type(error).__name__}
    if tree.get("error"):
        return {"q": query, "error": tree["type"]}
    return {"q": query, "tree": normal(tree)}


def seeds():
    found = []
    for corpus in ["AcceptedCorpus.swift", "RejectedCorpus.swift"]:
        text = (HERE.parent / corpus).read_text(encoding="utf-8")
        body = re.search(r'#"""\n(.*?)\n *"""#', text, re.S).group(1)
        found += [line.strip().split(" ⇒ ")[0] for line in body.split("\n") if line.strip()]
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    with open(HERE / "queries.jsonl", "w", encoding="utf-8") as file:
        for query in queries(seeds()):
            file.write(json.dumps(verdict(query), ensure_ascii=False, separators=(",", ":")) + "\n")
