import AirlockCore
import Testing

@testable import Reporting

@Suite struct RunReportTests {
    private func sample() -> RunResult {
        var result = RunResult(runID: "0190", template: "top-events", status: .failed)
        result.templateDigest = "aa"
        result.variablesDigest = "bb"
        result.reason = "the script exited with 1"
        result.exitCode = 1
        result.exception = ScriptException(type: "ValueError", message: "bad\u{1B}[2J", line: 12)
        result.isolation = IsolationReport(
            level: .portable,
            layers: [
                .init(name: "seccomp", active: true, detail: "42 calls"),
                .init(name: "landlock", active: false, detail: "kernel too old", remedy: "Linux 5.13"),
            ])
        result.usage.wall = .microseconds(45_250)
        result.usage.calls = 1
        result.usage.rows = 12_345
        result.usage.replyBytes = 2048
        result.usage.refusedCalls = [
            RefusedCall(name: "socket", count: 2, lines: [3, 12]), RefusedCall(name: "bind", count: 1),
        ]
        result.startLatency = .milliseconds(3)
        result.timings = [
            RunTiming(step: "launch", time: .microseconds(1500)), RunTiming(step: "script", time: .milliseconds(40)),
        ]
        result.outputs = [
            .metric(name: "people", value: 12_345, unit: nil), .metric(name: "rate", value: 0.5, unit: "%"),
        ]
        result.standardOutput = CapturedStream(bytes: Array("hi\n".utf8))
        result.standardError = CapturedStream(bytes: [0xFF], isCut: true)
        result.transcript = [
            CallRecord(
                method: "query", query: "SELECT 1", valuesDigest: "cc", rows: 12_345, replyBytes: 2048,
                time: .milliseconds(1.5), verdict: "ok")
        ]
        return result
    }

    @Test func terminal() {
        let style = TerminalStyle(width: 80)
        let report = RunReport(sample())
        #expect(report.document(.table, style: style) == "hi\n\npeople  12,345\nrate    0.5%\n")
        #expect(
            report.statusText(style) == """
                failed after 45.3 ms · 1 call, 12,345 rows, 2 KiB · refused: socket ×2, bind ×1 · run 0190 · without landlock
                  the script exited with 1
                  ValueError: bad\\u{1b}[2J (script line 12)
                  lines 3 and 12 called socket (network), 2 times. This sandbox has none; use airlock.query.
                  the script called bind (network). This sandbox has none; use airlock.query.

                """)
        #expect(report.standardErrorText(style) == "\\xff\n(the rest was cut at the output limit)\n")
        #expect(report.statusText(TerminalStyle(width: 80, usesUnicode: false)).utf8.allSatisfy { $0 < 0x7F })
    }

    @Test func errorsShowTheirFaultsAndHint() {
        var result = RunResult(runID: "", template: "t", status: .invalid)
        result.error = AirlockError(
            .invalidVariables, "2 variables are wrong", hint: "See --help.",
            problems: [
                Problem("unknown_variable", "no variable 'dys'; did you mean 'days'?", pointer: "/dys"),
                Problem("maximum", "at most 100", pointer: "/limit", suggested: 100),
            ])
        #expect(
            RunReport(result).statusText(TerminalStyle(width: 80)) == """
                invalid
                  2 variables are wrong
                    /dys: no variable 'dys'; did you mean 'days'?
                    /limit: at most 100 (suggested: 100)
                    See --help.

                """)
    }

    @Test func json() throws {
        let document = try JSONValue(json: RunReport(sample()).document(.json, style: TerminalStyle(width: nil)))
        #expect(
            document.objectValue?.keys == [
                "run_id", "template", "variables_digest", "status", "reason", "limit", "syscall", "syscall_line",
                "exit_code",
                "signal",
                "exception", "error", "isolation", "usage", "refusals", "start", "timings", "result", "outputs", "logs",
                "stdout",
                "stderr",
                "transcript",
            ])
        #expect(document["status"] == "failed")
        #expect(document["template"] == ["name": "top-events", "digest": "aa"])
        #expect(document["exception"] == ["type": "ValueError", "message": "bad\u{1B}[2J", "line": 12])
        #expect(document["usage"]?["wall_ms"] == 45.25)
        #expect(document["usage"]?["refused_syscalls"] == ["bind": 1, "socket": 2])
        #expect(
            document["refusals"]?.arrayValue?.first == [
                "syscall": "socket", "count": 2, "lines": [3, 12], "family": "network",
                "message": "lines 3 and 12 called socket (network), 2 times. This sandbox has none; use airlock.query.",
            ])
        #expect(document["isolation"]?["level"] == "portable")
        #expect(document["start"] == ["path": "cold", "cold_reason": nil, "latency_ms": 3])
        #expect(document["timings"] == [["step": "launch", "time_ms": 1.5], ["step": "script", "time_ms": 40]])
        #expect(document["stdout"] == ["text": "hi\n", "cut": false])
        #expect(document["stderr"] == ["base64": "/w==", "cut": true])
        #expect(document["transcript"]?["rows"] == 12_345)
        #expect(document["transcript"]?["entries"]?.arrayValue?.first?["time_ms"] == 1.5)
    }

    @Test func artifactsNameTheirFileOnceWritten() {
        var result = sample()
        result.outputs = [.artifact(Artifact(name: "a.csv", mediaType: "text/csv", bytes: [1, 2]))]
        let inline = RunReport(result).jsonValue["outputs"]?.arrayValue?.first
        #expect(inline?["base64"] == "AQI=" && inline?["path"] == nil && inline?["size_bytes"] == 2)
        let written = RunReport(result, artifactPaths: ["a.csv": "out/a.csv"]).jsonValue["outputs"]?.arrayValue?.first
        #expect(written?["base64"] == nil && written?["path"] == "out/a.csv")
    }

    @Test func anAnswerAloneIsShown() {
        var result = RunResult(runID: "1", template: "t", status: .succeeded)
        result.result = ["n": 1]
        #expect(RunReport(result).document(.table, style: TerminalStyle(width: 80)) == "{\n  \"n\": 1\n}\n")
    }

    @Test func tableReports() throws {
        let report = TableReport(
            title: "Rows", table: Table(columns: ["n"], rows: [[1]]), cutReason: "quota", details: ["complete": false])
        let style = TerminalStyle(width: 80)
        #expect(report.document(.table, style: style) == "Rows\nn\n─\n1\nfirst 1 of at least 1 rows (quota)\n")
        let document = try JSONValue(json: report.document(.json, style: style))
        #expect(document == ["complete": false, "columns": ["n"], "types": [], "rows": [[1]]])
        #expect(report.document(.csv, style: style) == "n\n1\n")
        #expect(report.document(.html, style: style).contains("<td class=\"n\">1</td>"))
    }
}
