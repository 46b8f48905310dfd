/// The templates whose runs are timed.
enum WarmScripts {
    private static let head = """
        # /// script
        # requires-python = ">=3.9"
        # dependencies = []
        #
        # [tool.airlock]
        # title = "Orders"
        # description = "Statistics over orders by country."
        #
        # [tool.airlock.variables]
        # countries = { type = "array", items = { type = "string", pattern = "^[A-Z]{2}$" }, minItems = 1, maxItems = 20, description = "Where orders come from", default = ["DE", "US", "FR"] }
        # orders    = { type = "integer", description = "How many orders", minimum = 1, maximum = 10000, default = 20 }
        # currency  = { type = "string", description = "What amounts are in", enum = ["EUR", "USD"], default = "EUR" }
        # since     = { type = "string", format = "date", description = "The first day", default = "2026-01-01" }
        #
        # [tool.airlock.access]
        # methods = ["query"]
        # ///

        """

    private static let body = """
        import json
        import statistics

        COUNTRIES, ORDERS, CURRENCY, SINCE = {{ countries }}, {{ orders }}, {{ currency }}, {{ since }}

        text = json.dumps([
            {"id": n, "country": COUNTRIES[n % len(COUNTRIES)], "amount": (n * 7919 % 10007) / 100, "since": SINCE}
            for n in range(ORDERS)
        ])
        groups = {}
        for order in json.loads(text):
            groups.setdefault(order["country"], []).append(order["amount"])
        summary = {
            country: {
                "orders": len(amounts),
                "mean": round(statistics.fmean(amounts), 2),
                "median": round(statistics.median(amounts), 2),
                "deviation": round(statistics.stdev(amounts), 2),
                "currency": CURRENCY,
            }
            for country, amounts in sorted(groups.items())
        }
        print(json.dumps(summary))

        """

    /// JSON and statistics over 20 records: 0.1 ms of work in an interpreter that is hot, so that what is timed is the start.
    static let small = head + body

    static let query = "SELECT event, distinct_id, timestamp FROM events WHERE event = {event} LIMIT 20"
    static let queriedEvent = "purchase"

    /// The same with one query of the local warehouse.
    static let withQuery =
        head + body + """
            import airlock

            rows = airlock.query("\(query)", event="\(queriedEvent)")
            print(len(rows))

            """

    static let calls = 2000

    /// Small calls one after the other; the result is the microseconds of each.
    static let roundTrips = """
        import time

        import airlock

        clock, call, times = time.perf_counter_ns, airlock.call, []
        for n in range(\(calls)):
            start = clock()
            answer = call("echo", n=n)
            times.append(clock() - start)
            if answer != n:
                raise SystemExit("a wrong answer")
        airlock.result([time / 1000 for time in times[\(calls / 10):]])

        """

    static let tableRows = 100_000

    /// Two queries, of as many rows as one reply may hold, until every value was seen; and the same as JSON text, read
    /// with `json.loads` until every value was seen. Microseconds of both, and what was seen.
    static let largeTable = """
        import gc
        import json
        import time

        import airlock

        def seen(rows):
            people = total = 0
            for id, event, amount, country, day in rows:
                people += id
                total += amount
            return people, round(total, 2), event, country, day

        def delivered():
            start = time.perf_counter_ns()
            parts = [airlock.query("part {part}", part=part, max_rows=\(tableRows / 2)) for part in range(2)]
            decoded = [part.rows for part in parts]
            taken = time.perf_counter_ns() - start
            return taken, [seen(rows) for rows in decoded], parts

        def loaded(texts):
            start = time.perf_counter_ns()
            parts = [json.loads(text) for text in texts]
            decoded = [part["rows"] for part in parts]
            taken = time.perf_counter_ns() - start
            return taken, [seen(rows) for rows in decoded]

        ours, first, parts = delivered()
        texts = [
            json.dumps(
                {"columns": part.columns, "types": part.types, "rows": part.rows}, ensure_ascii=False,
                separators=(",", ":")
            ).encode()
            for part in parts
        ]
        del parts
        gc.collect()
        theirs, second = loaded(texts)
        if first != second or sum(map(len, texts)) < 1_000_000:
            raise SystemExit("the values differ")
        airlock.result([ours / 1000, theirs / 1000, len(texts[0])])

        """
}
