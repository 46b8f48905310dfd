import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// What docs/monitoring.md and docs/configuration.md say of the binary, held against it.
@Suite(.timeLimit(.minutes(5))) struct TelemetryEndToEndTests {
    private let binary: BuiltBinary
    private let folder: String
    private let server: LoopbackServer
    private let environment: [String: String]
    private static let key = "phx_" + String(repeating: "k", count: 40)

    /// A PostHog that answers the first query with 503, the word of which holds a key, and every later one with a row.
    init() throws {
        binary = try BuiltBinary()
        folder = NSTemporaryDirectory() + "airlock-telemetry-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let body = #"{"detail":"busy with phx_aaaaaaaaaaaaaaaaaaaaaaaaaaaa","tail":"only in the log"}"#
        server = try LoopbackServer { request in
            if request.target.contains("/traces") { return [.response(200, body: "{}")] }
            if request.index == 1 { return [.response(503, body: body)] }
            return [.response(200, body: #"{"columns":["n"],"types":["UInt64"],"results":[[7]]}"#)]
        }
        environment = [
            "AIRLOCK_DRIVER": "posthog", "POSTHOG_API_URL": server.url(""), "POSTHOG_PROJECT_ID": "1",
            "POSTHOG_PERSONAL_API_KEY": Self.key, "AIRLOCK_METRICS": "\(folder)/airlock.prom",
            "AIRLOCK_AUDIT": "\(folder)/audit.jsonl", "AIRLOCK_AUDIT_WHO": "tester",
            "AIRLOCK_OTLP_ENDPOINT": server.url(""), "AIRLOCK_LOG": "debug", "AIRLOCK_LOG_FORMAT": "json",
            "TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ]
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    @Test func aRunIsLoggedCountedTracedAndRecorded() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let script = "import airlock\nprint(airlock.query('SELECT count() AS n FROM events')[0]['n'])"
        let answer = try binary.run(["exec", "-", "--format", "json"], input: script, environment: environment)
        #expect(answer.exitCode == 0, "\(answer.errors) \(answer.output.prefix(800))")
        let runID = try #require(answer.json()["run_id"]?.stringValue)

        // Each line of the log is a document; those of attempts have the run's id.
        let lines = try answer.errors.split(separator: "\n").map { try JSONValue(json: String($0)) }
        let failed = try #require(lines.first { $0["message"] == "attempt failed" })
        #expect(failed["run_id"]?.stringValue == runID && failed["attempt"] == 1 && failed["error"] == "http_503")
        #expect(failed["latency_ms"]?.doubleValue != nil && failed["status"] == "transient")
        #expect(lines.contains { $0["message"] == "attempt succeeded" && $0["attempt"] == 2 })
        let ended = try #require(lines.first { $0["message"] == "run ended" })
        #expect(ended["calls"] == 1 && ended["rows"] == 1 && ended["wall_ms"]?.doubleValue != nil)
        let refusal = try #require(lines.first { $0["message"] == "PostHog refused a request" })
        #expect(refusal["body"]?.stringValue?.contains("only in the log") == true)
        #expect(refusal["body"]?.stringValue?.contains("aaaa") == false)

        let metrics = try text("airlock.prom")
        for line in [
            #"airlock_upstream_attempts_total{call="query",group="queries",outcome="success"} 1"#,
            #"airlock_upstream_attempts_total{call="query",group="queries",outcome="transient"} 1"#,
            #"airlock_upstream_errors_total{call="query",group="queries",kind="http_503"} 1"#,
            #"airlock_upstream_retries_total{call="query",group="queries"} 1"#,
            #"airlock_breaker_state{group="queries"} 0"#, #"airlock_runs_total{status="succeeded"} 1"#,
        ] {
            #expect(metrics.contains(line), "\(line)")
        }

        let traces = try #require(server.requests.first { $0.target == "/v1/traces" })
        let scope = try JSONValue(json: traces.body)["resourceSpans"]?.arrayValue?.first?["scopeSpans"]?.arrayValue?
            .first
        let spans = scope?["spans"]?.arrayValue ?? []
        let names = spans.compactMap { $0["name"]?.stringValue }
        #expect(names.sorted() == ["call query", "posthog query", "posthog query", "run"])
        let traceIDs = Set(spans.compactMap { $0["traceId"]?.stringValue })
        #expect(traceIDs == ["0af7651916cd43dd8448eb211c80319c"])
        let query = try #require(server.requests.first { $0.target.hasSuffix("/query/") })
        #expect(query.header("traceparent")?.hasPrefix("00-0af7651916cd43dd8448eb211c80319c-") == true)

        let records = try text("audit.jsonl").split(separator: "\n").map { try JSONValue(json: String($0)) }
        #expect(records.compactMap { $0["method"]?.stringValue } == ["query", "run"])
        #expect(records.allSatisfy { $0["who"] == "tester" && $0["run"]?.stringValue == runID })
        #expect(records.first?["rows"] == 1 && records.first?["verdict"] == "ok")
        for file in ["airlock.prom", "audit.jsonl"] { #expect(try !text(file).contains(Self.key.dropFirst(8))) }
        #expect(!(answer.output + answer.errors + traces.bodyText).contains(Self.key.dropFirst(8)))
    }

    @Test func theChainOfRecordsIsVerified() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/audit.jsonl"
        var local = environment
        local["AIRLOCK_DRIVER"] = "local"
        for _ in 0..<3 { #expect(try binary.run(["query", "SELECT 1"], environment: local).exitCode == 0) }
        let good = try binary.run(["audit", "verify", path])
        #expect(good.exitCode == 0 && good.output.contains("3 records in 1 file") && good.output.contains("holds"))
        let changed = try text("audit.jsonl").replacing("\"rows\":1", with: "\"rows\":2", maxReplacements: 1)
        try changed.write(toFile: path, atomically: true, encoding: .utf8)
        let bad = try binary.run(["audit", "verify", path, "--format", "json"])
        #expect(bad.exitCode == 1)
        #expect(try bad.json()["intact"] == false && bad.json()["break"]?["line"] == 1)
        #expect(try binary.run(["audit", "verify", "\(folder)/nothing"]).exitCode == 2)
        // What cannot be recorded is not asked.
        var nowhere = local
        nowhere["AIRLOCK_AUDIT"] = "/nowhere/audit.jsonl"
        let refused = try binary.run(["query", "SELECT 1"], environment: nowhere)
        #expect(refused.exitCode != 0 && refused.output.isEmpty, "\(refused.errors)")

        // A file that is no log is refused before anything is asked, and left as it is.
        try "root:x:0:0\n".write(toFile: "\(folder)/other", atomically: true, encoding: .utf8)
        nowhere["AIRLOCK_AUDIT"] = "\(folder)/other"
        let other = try binary.run(["exec", "-", "--format", "json"], input: "print(1)", environment: nowhere)
        #expect(try other.exitCode == 2 && other.json()["error"]?["code"] == "file_failed", "\(other.output)")
        #expect(try text("other") == "root:x:0:0\n")
    }

    @Test func settingsAreShownWithTheirSourcesAndWithoutKeys() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = try binary.run(["config", "--setting", "posthog.flags=local"], environment: environment)
        #expect(good.exitCode == 0, "\(good.errors)")
        #expect(good.output.contains("phx_kk…kk") && !good.output.contains(Self.key))
        #expect(good.output.contains("--setting posthog.flags") && good.output.contains("AIRLOCK_DRIVER"))
        var wrong = environment
        wrong["POSTHOG_PROJECT_ID"] = "x"
        wrong["POSTHOG_API_URL"] = "http://posthog.example"
        let bad = try binary.run(["query", "SELECT 1"], environment: wrong)
        #expect(
            bad.exitCode == 2 && bad.errors.contains("POSTHOG_PROJECT_ID") && bad.errors.contains("POSTHOG_API_URL"))
        // One document, with the settings and what is wrong with them.
        let shown = try binary.run(["config", "--format", "json"], environment: wrong)
        let document = try shown.json()
        #expect(shown.exitCode == 2 && document["status"] == "invalid" && document["rows"] != nil)
        #expect(document["error"]?["problems"]?.arrayValue?.count == 2, "\(shown.output)")
    }

    @Test func theDoctorSaysWhichDataTheSettingsName() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func data(_ arguments: [String], _ environment: [String: String] = [:]) throws -> JSONValue? {
            let answer = try binary.run(["doctor", "--format", "json"] + arguments, environment: environment)
            return try answer.json()["rows"]?.arrayValue?.first { $0.arrayValue?.first == "data" }
        }
        #expect(try data([])?.json.contains("the demo data set") == true)
        #expect(try data(["--data", "/nowhere.airlock"])?.json.contains("--data names it") == true)
        #expect(try data([], environment)?.json.contains("PostHog's, by AIRLOCK_DRIVER") == true)
    }
}
