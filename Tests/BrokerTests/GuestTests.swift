import AirlockCore
import DriverKit
import Testing

@testable import Broker

/// The real guest: Python's bootstrap and package against a session.
@Suite(.timeLimit(.minutes(10))) struct GuestTests {
    /// Rows come to be when they are asked for, and what can be said without them needs none.
    @Test func aTableMakesItsRowsWhenTheyAreAskedFor() async throws {
        var driver = FakeDriver()
        driver.answer = { (_, _, _) throws(AirlockError) in
            let rows: [[JSONValue]] = (0..<5000).map {
                [.int($0), .string("row \($0)"), $0 % 5 == 4 ? .null : .string("é \($0 % 5)")]
            }
            return QueryReply(table: Table(columns: ["n", "text", "few"], rows: rows))
        }
        let script = """
            import airlock, gc
            table = airlock.query("SELECT n, text FROM t")
            print(len(table), sum(table.column("n")), table._rows is None, gc.isenabled())
            rows = table.rows
            print(rows is table.rows, type(rows), rows[4999].text, sum(table.column("n")), len(table), table._lists)
            again = airlock.query("SELECT n, text FROM t")
            print(again.column("few")[1998:2000] == table.column("few")[1998:2000] == ["é 3", None], rows[7:9], again == table)
            table.rows = rows[:2]
            print(len(table), [row.n for row in table], table == table[:])
            gc.disable()
            print(len(airlock.query("SELECT n, text FROM t").rows), gc.isenabled())
            """
        let run = try await runGuest(script, driver: driver)
        #expect(run.standardError == "")
        #expect(
            run.standardOutput == """
                5000 12497500 True True
                True <class 'list'> row 4999 12497500 5000 None
                True [Row(n=7, text='row 7', few='é 2'), Row(n=8, text='row 8', few='é 3')] True
                2 [0, 1] True
                5000 False

                """)
    }

    @Test func theWholeWay() async throws {
        var driver = FakeDriver()
        driver.answer = { (text, values, options) throws(AirlockError) in
            guard text == "SELECT event, count() AS count FROM events LIMIT {limit}",
                values == ["limit": 2, "since": "2024-01-31T10:20:30"], options.maxRows == 5,
                options.maximumAge == .seconds(90)
            else { throw AirlockError(.invalidQuery, "not what the script asked") }
            let table = Table(
                columns: ["event", "count"], types: ["String", "UInt64"],
                rows: [["sign\u{1F600}up", 3], ["buy", nil]])
            return QueryReply(table: table, cutBy: .template, age: .milliseconds(7))
        }
        let script = """
            import airlock, datetime
            rows = airlock.query("SELECT event, count() AS count FROM events LIMIT {limit}", limit=airlock.params.limit,
                                 since=datetime.datetime(2024, 1, 31, 10, 20, 30), max_rows=5,
                                 max_age=datetime.timedelta(minutes=1, seconds=30))
            print(rows[0].event, rows[0]["count"], rows[0][1], rows[0].count, rows.complete, rows.cut_by, rows.age_ms)
            print(rows.columns, rows.types, rows.column("count"), rows.dicts()[1], len(rows), rows[1:])
            event, n = rows[0]
            airlock.progress(0.5, "half")
            airlock.log("note", level="warning")
            airlock.table(rows, title="Events")
            airlock.chart("bar", rows, x="event", y="count", title="C")
            airlock.markdown("# Title")
            airlock.metric("events", n, unit="events")
            airlock.artifact("events.csv", rows.to_csv())
            airlock.result({"top": event, "rows": rows, "params": dict(airlock.params)})
            """
        let run = try await runGuest(script, params: ["limit": 2, "name": "é"], driver: driver)
        #expect(run.standardError == "")
        #expect(run.exitCode == 0)
        #expect(
            run.standardOutput == """
                sign\u{1F600}up 3 3 3 False template 7
                ['event', 'count'] ['String', 'UInt64'] [3, None] {'event': 'buy', 'count': None} 2 \
                <Table of 1 rows: event, count, cut by template>

                """)
        let table = Table(
            columns: ["event", "count"], types: ["String", "UInt64"], rows: [["sign\u{1F600}up", 3], ["buy", nil]])
        #expect(
            run.report.outputs == [
                .table(title: "Events", table),
                .chart(Chart(kind: .bar, title: "C", data: table, x: "event", y: ["count"])),
                .markdown("# Title"), .metric(name: "events", value: 3, unit: "events"),
                .artifact(
                    Artifact(
                        name: "events.csv", mediaType: "text/csv",
                        bytes: Array("event,count\r\nsign\u{1F600}up,3\r\nbuy,\r\n".utf8))),
            ])
        #expect(run.report.progress == Progress(fraction: 0.5, message: "half"))
        #expect(run.report.logs.map(\.message) == ["note"] && run.report.logs.map(\.level) == [.warning])
        #expect(
            run.report.result == [
                "top": "sign\u{1F600}up",
                "rows": [["event": "sign\u{1F600}up", "count": 3], ["event": "buy", "count": nil]],
                "params": ["limit": 2, "name": "é"],
            ])
        #expect(run.report.transcript.map(\.verdict) == ["ok"])
        #expect(run.link.ending == nil)
    }

    @Test func schemaCalls() async throws {
        let script = """
            import airlock
            print([o["name"] for o in airlock.list_objects()], [f["name"] for f in airlock.get_fields("events")])
            try:
                airlock.get_fields("evnts")
            except airlock.QueryError as error:
                print(error.code, "|", error)
            print(airlock.call("get_events", limit=5))
            """
        let grants = Grants(methods: Grants.readingMethods + ["get_events"])
        let run = try await runGuest(script, grants: grants)
        #expect(
            run.standardOutput == """
                ['events'] ['event', 'distinct_id']
                unknown_object | there is no object 'evnts'
                Did you mean events?
                {'method': 'get_events', 'params': {'limit': 5}}

                """)
    }

    struct Ending: Sendable, CustomTestStringConvertible {
        var name: String
        var script: String
        var exitCode: Int32
        var error: String
        var type: String?
        var line: Int?
        var testDescription: String { name }
    }

    @Test(arguments: [
        Ending(
            name: "uncaught", script: "def f(x):\n    return 1 / x\n\nf(0)\n", exitCode: 1,
            error: """
                Traceback (most recent call last):
                  File "analysis.py", line 4, in <module>
                    f(0)
                  File "analysis.py", line 2, in f
                    return 1 / x
                           ~~^~~
                ZeroDivisionError: division by zero

                """, type: "ZeroDivisionError", line: 2),
        Ending(
            name: "syntax", script: "a = 1\nb = = 2\n", exitCode: 1,
            error: """
                  File "analysis.py", line 2
                    b = = 2
                        ^
                SyntaxError: invalid syntax

                """, type: "SyntaxError", line: 2),
        Ending(
            name: "own class", script: "class Bad(Exception): pass\nraise Bad('why')\n", exitCode: 1,
            error: """
                Traceback (most recent call last):
                  File "analysis.py", line 2, in <module>
                    raise Bad('why')
                Bad: why

                """, type: "Bad", line: 2),
        Ending(
            name: "a failed call", script: "import airlock\nairlock.query('nonsense')\n", exitCode: 1,
            error: """
                Traceback (most recent call last):
                  File "analysis.py", line 2, in <module>
                    airlock.query('nonsense')
                airlock.QueryError: unexpected 'nonsense' (query line 1, column 1)

                """, type: "airlock.QueryError", line: 2),
        Ending(name: "exit 0", script: "import sys\nsys.exit()", exitCode: 0, error: ""),
        Ending(name: "exit 3", script: "raise SystemExit(3)", exitCode: 3, error: ""),
        Ending(name: "exit with a text", script: "import sys\nsys.exit('no data')", exitCode: 1, error: "no data\n"),
        Ending(
            name: "interrupt", script: "raise KeyboardInterrupt", exitCode: 130,
            error: """
                Traceback (most recent call last):
                  File "analysis.py", line 1, in <module>
                    raise KeyboardInterrupt
                KeyboardInterrupt

                """, type: "KeyboardInterrupt", line: 1),
        Ending(
            name: "out of memory",
            script: """
                import resource
                resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
                def fill():
                    kept = []
                    while True:
                        kept.append(bytes(1 << 20))
                fill()
                """, exitCode: 1,
            error: """
                Traceback (most recent call last):
                  File "analysis.py", line 7, in <module>
                    fill()
                  File "analysis.py", line 6, in fill
                    kept.append(bytes(1 << 20))
                MemoryError

                """, type: "MemoryError", line: 6),
        Ending(
            name: "a chain",
            script: "try:\n    1 / 0\nexcept Exception as error:\n    raise KeyError('k') from error\n", exitCode: 1,
            error: """
                Traceback (most recent call last):
                  File "analysis.py", line 2, in <module>
                    1 / 0
                ZeroDivisionError: division by zero

                The above exception was the direct cause of the following exception:

                Traceback (most recent call last):
                  File "analysis.py", line 4, in <module>
                    raise KeyError('k') from error
                KeyError: 'k'

                """, type: "KeyError", line: 4),
        Ending(name: "a closed stream", script: "import sys\nsys.stdout.close()", exitCode: 0, error: ""),
        Ending(
            name: "an exception that cannot be shown",
            script: "class Odd(Exception):\n    def __str__(self): raise ValueError\nraise Odd\n", exitCode: 1,
            error: """
                Traceback (most recent call last):
                  File "analysis.py", line 3, in <module>
                    raise Odd
                Odd: <exception str() failed>

                """, type: "Odd", line: 3),
    ]) func endings(ending: Ending) async throws {
        let run = try await runGuest(ending.script)
        #expect(run.exitCode == ending.exitCode)
        // Python before 3.11 does not underline, and 3.13 underlines more.
        func plain(_ text: String) -> [Substring] {
            text.split(separator: "\n").filter { !$0.allSatisfy { " ~^".contains($0) } }
        }
        #expect(plain(run.standardError).map(\.trimmedPrompt) == plain(ending.error).map(\.trimmedPrompt))
        #expect(run.report.exception?.type == ending.type)
        #expect(run.report.exception?.line == ending.line)
        #expect(run.link.ending == nil)
    }

    @Test func anUpstreamFailureIsClaimedAndKnown() async throws {
        var driver = FakeDriver()
        driver.answer = { (_, _, _) throws(AirlockError) in throw AirlockError(.upstreamFailed, "502") }
        let run = try await runGuest("import airlock\nairlock.query('q')", driver: driver)
        #expect(run.exitCode == 1)
        #expect(run.report.exceptionClaimsUpstream)
        #expect(run.report.lastUpstreamError?.message == "502")
        let caught = "import airlock\ntry: airlock.query('q')\nexcept airlock.UpstreamError: pass\nraise ValueError"
        #expect(try await runGuest(caught, driver: driver).report.exceptionClaimsUpstream == false)
    }

    /// Expressions that a script hands to `airlock.result`, and what arrives: JSON, or the error's type.
    @Test(arguments: [
        ("float('nan')", "null"), ("float('-inf')", "null"), ("1e300", "1e300"), ("-0.0", "0"),
        ("2**64", "18446744073709551616"), ("[1, (2, 3)]", "[1,[2,3]]"), ("{1: 2}", #"{"1":2}"#),
        ("{3, 1, 2}", "[1,2,3]"), ("__import__('datetime').date(2024, 2, 29)", #""2024-02-29""#),
        ("__import__('datetime').timedelta(hours=1)", "3600"), ("__import__('decimal').Decimal('12.34')", "12.34"),
        (
            "__import__('decimal').Decimal('0.1234567890123456789')", #""0.1234567890123456789""#
        ),
        ("__import__('uuid').UUID(int=1)", #""00000000-0000-0000-0000-000000000001""#),
        ("__import__('fractions').Fraction(1, 2)", "0.5"),
        ("type('Scalar', (), {'dtype': 1, 'item': lambda self: 7})()", "7"),
        ("type('Array', (), {'dtype': 1, 'shape': (2,), 'tolist': lambda self: [1, 2]})()", "[1,2]"),
        ("__import__('collections').Counter('aab')", #"{"a":2,"b":1}"#),
        ("__import__('enum').Enum('E', 'A B').B", "2"), ("'\\u00e9\\0\\n\"'", "\"é\\u0000\\n\\\"\""),
        ("object()", "TypeError"), ("b'x'", "TypeError"), ("{None: 1}", "TypeError"), ("{1: 1, '1': 2}", "ValueError"),
        ("'\\ud800'", "ValueError"), ("10**5000", "ValueError"), ("[r := [], r.append(r)]", "ValueError"),
        ("eval('['*60 + ']'*60)", "ValueError"), ("'x' * (9 << 20)", "ValueError"),
    ]) func values(expression: String, arrives: String) async throws {
        let run = try await runGuest("import airlock\nairlock.result(\(expression))")
        #expect(run.link.ending == nil)
        if let value = try? JSONValue(json: arrives) {
            #expect(run.report.result == value)
        } else {
            #expect(run.report.exception?.type == arrives)
            #expect(run.report.result == nil)
        }
    }

    @Test func tablesOfEveryForm() async throws {
        let script = """
            import airlock
            airlock.table([{"a": 1}, {"b": 2, "a": None}])
            airlock.table([[1, 2]], columns=["x", "y"])
            airlock.table([], columns=["x"])
            for wrong in [lambda: airlock.table([[1]]), lambda: airlock.table([[1]], columns=["a", "b"]),
                          lambda: airlock.table("abc"), lambda: airlock.table([1], columns=["a"]),
                          lambda: airlock.table([object()], columns=["a"]),
                          lambda: airlock.chart("pie", [{"a": 1}], x="a", y="a"),
                          lambda: airlock.chart("bar", [{"a": 1}], x="a", y="b"),
                          lambda: airlock.artifact("../x", b""), lambda: airlock.artifact("a", 1),
                          lambda: airlock.metric("m", []), lambda: airlock.log("m", level="loud"),
                          lambda: setattr(airlock.params, "a", 1)]:
                try:
                    wrong()
                    print("taken")
                except (TypeError, ValueError, AttributeError) as error:
                    print(error)
            """
        let run = try await runGuest(script)
        #expect(
            run.report.outputs == [
                .table(title: nil, Table(columns: ["a", "b"], rows: [[1, nil], [nil, 2]])),
                .table(title: nil, Table(columns: ["x", "y"], rows: [[1, 2]])),
                .table(title: nil, Table(columns: ["x"])),
            ])
        #expect(run.standardOutput.split(separator: "\n").count == 12)
        #expect(!run.standardOutput.contains("taken"))
        #expect(run.report.breaches.isEmpty && run.link.ending == nil)
    }

    @Test func rowsAndTables() async throws {
        let script = """
            import airlock
            table = airlock.Table(["keys", "class", "count"], [[1, 2, 3], [4, None, 'a,"b']], types=["A", "B", "C"])
            row = table[0]
            print(row.count, row["keys"], row.keys(), row["class"], row == (1, 2, 3), row.get("zz"), dict(row))
            print(row)
            for wrong in [lambda: row.nope, lambda: row["nope"], lambda: table.column("nope")]:
                try:
                    wrong()
                except (AttributeError, KeyError) as error:
                    print(type(error).__name__, error.args[0])
            print(repr(table.to_csv()))
            airlock.table(table, columns=["count", "keys"])
            """
        let run = try await runGuest(script)
        #expect(
            run.standardOutput == #"""
                3 1 ['keys', 'class', 'count'] 2 True None {'keys': 1, 'class': 2, 'count': 3}
                Row(keys=1, class=2, count=3)
                AttributeError there is no column 'nope'; there are: keys, class, count
                KeyError there is no column 'nope'; there are: keys, class, count
                KeyError there is no column 'nope'; there are: keys, class, count
                'keys,class,count\r\n1,2,3\r\n4,,"a,""b"\r\n'

                """#)
        let shown = Table(columns: ["count", "keys"], types: ["C", "A"], rows: [[3, 1], ["a,\"b", 4]])
        #expect(run.report.outputs == [.table(title: nil, shown)])
    }

    @Test func aSeedMakesRandomRepeatable() async throws {
        let script = "import random\nprint(random.random())"
        let (one, two) = (try await runGuest(script, seed: 5), try await runGuest(script, seed: 5))
        #expect(one.standardOutput == two.standardOutput && !one.standardOutput.isEmpty)
    }

    @Test func theScriptIsAnOrdinaryMainModule() async throws {
        let script = """
            from __future__ import annotations
            import atexit, dataclasses, pickle, sys, inspect
            @dataclasses.dataclass
            class Point:
                x: int
            print("before", end="")
            sys.stdout.write(" ")
            print(__name__, __file__, sys.argv, pickle.loads(pickle.dumps(Point(1))), sys.path[-1] != "")
            print(inspect.getsource(Point).splitlines()[-1].strip())
            print("\\ud800", file=sys.stderr)
            atexit.register(print, "bye", end="")
            """
        let run = try await runGuest(script)
        #expect(
            run.standardOutput == "before __main__ analysis.py ['analysis.py'] Point(x=1) True\nx: int\nbye")
        #expect(run.standardError == "\\ud800\n")
    }

    @Test func aSignalHandlerThatBreaksOffACallLeavesTheChannelUsable() async throws {
        var driver = FakeDriver()
        let gate = Gate()
        driver.answer = { (text, _, _) throws(AirlockError) in
            if text == "slow" { await gate.wait() } else { gate.open() }
            return .numbers(text == "slow" ? 1 : 3)
        }
        // The alarm strikes exactly when the guest starts to wait for its first reply.
        let script = """
            import airlock, airlock_channel, posix, signal
            class Late(Exception): pass
            class Alarming:
                def __getattr__(self, name):
                    if name in ("read", "preadv"):
                        airlock_channel.posix = posix
                        signal.raise_signal(signal.SIGALRM)
                    return getattr(posix, name)
            def late(*_):
                try:
                    airlock.list_objects()
                except Exception as error:
                    print(type(error).__name__)
                raise Late
            signal.signal(signal.SIGALRM, late)
            airlock_channel.posix = Alarming()
            try:
                airlock.query("slow")
            except Late:
                print("late")
            print(len(airlock.query("fast")))
            """
        let run = try await runGuest(script, driver: driver)
        #expect(run.standardError == "")
        #expect(run.standardOutput == "ChannelError\nlate\n3\n")
    }

    @Test func outsideTheSandboxNothingRuns() async throws {
        let run = try await runGuest("print('ran')", environment: [])
        #expect(run.exitCode == 70)
        #expect(run.standardOutput == "")
        #expect(run.standardError.hasPrefix("airlock: not inside the sandbox"))
    }

    /// Hostile scripts against the channel: what the host says of them.
    @Test(arguments: [
        ("os.write(4, b'\\xff\\xff\\xff\\xff')", RunStatus.protocolViolation),
        ("os.write(4, bytes(4))", .protocolViolation),
        ("os.write(4, b'\\0\\0\\0\\x05abc')", .protocolViolation),
        ("send('[' * 100000)", .protocolViolation),
        ("send('{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}')", .protocolViolation),
        ("[send('{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"query\"}' % i) for i in range(200)]", .quotaExceeded),
        ("[airlock.progress(0.1) for i in range(20000)]", .quotaExceeded),
        ("[airlock.log('x') for i in range(20000)]", .quotaExceeded),
        ("[airlock.artifact('%d.txt' % i, '') for i in range(100)]", .quotaExceeded),
        ("[airlock.markdown('x' * 400000) for i in range(9)]", .quotaExceeded),
        ("[airlock.result(i) for i in range(9)]", .quotaExceeded),
    ]) func hostileScripts(line: String, status: RunStatus) async throws {
        let script = """
            import airlock, os
            def send(text):
                os.write(4, len(text).to_bytes(4, "big") + text.encode())
            \(line)
            """
        let limits = BrokerLimits.with {
            ($0.outputBytes, $0.notifications, $0.logLines) = (.mebibytes(1), 1000, 500)
        }
        let run = try await runGuest(script, limits: limits)
        #expect(run.link.ending?.status == status)
        #expect(run.report.ending?.status == status)
    }

    @Test func refusalsReachTheScriptAsItsOwnErrors() async throws {
        let script = """
            import airlock
            for ask in [lambda: airlock.query("q"), lambda: airlock.query("q"), lambda: airlock.call("capture"),
                        lambda: airlock.call("captur")]:
                try:
                    print(len(ask()))
                except airlock.AirlockError as error:
                    print(type(error).__name__, error.code)
            """
        let run = try await runGuest(script, limits: .with { $0.rows = 10 })
        #expect(
            run.standardOutput == """
                10
                QuotaExceeded quota_exceeded
                PermissionDenied permission_denied
                AirlockError unknown_method

                """)
        #expect(run.report.breaches == ["rows": 1, "permissions": 1, "unknown_methods": 1])
    }

    @Test func noDescriptorCanBePassed() async throws {
        let script = """
            import os, socket, stat
            print([stat.S_ISFIFO(os.fstat(fd).st_mode) for fd in (3, 4)])
            try:
                socket.socket(fileno=4).sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"\\0\\0\\0\\0")])
            except OSError as error:
                print(error.strerror)
            """
        let run = try await runGuest(script)
        #expect(run.standardOutput == "[True, True]\nSocket operation on non-socket\n")
    }
}

extension Substring {
    /// Without the indentation, which the versions of Python differ in for syntax errors.
    fileprivate var trimmedPrompt: Substring { drop { $0 == " " } }
}
