"""Answers for hogql_parser what airlock-bench answers for our parser; run by the Python that has it."""
import json
import sys
import time
import types

REPETITIONS = 20


def load():
    """The parser needs three modules of PostHog's, of which it only takes the exceptions."""
    for name in ("posthog", "posthog.hogql", "posthog.hogql.ast", "posthog.hogql.base", "posthog.hogql.errors"):
        sys.modules[name] = types.ModuleType(name)
    errors = sys.modules["posthog.hogql.errors"]
    for name in ("BaseHogQLError", "ExposedHogQLError", "SyntaxError", "NotImplementedError", "ParsingError"):
        setattr(errors, name, type(name, (Exception,), {}))
    import hogql_parser
    return hogql_parser.parse_select_json


def main():
    parse = load()
    if "probe" in sys.argv:
        return
    query = None
    for line in sys.stdin:
        request = json.loads(line)
        query = request.get("query", query)
        if '"error":true' in parse(query)[:200].replace(" ", ""):
            print(json.dumps({"error": "it refuses the query"}), flush=True)
            continue
        start = time.perf_counter()
        for _ in range(REPETITIONS):
            parse(query)
        print(json.dumps({"ms": (time.perf_counter() - start) * 1000 / REPETITIONS}), flush=True)


main()
