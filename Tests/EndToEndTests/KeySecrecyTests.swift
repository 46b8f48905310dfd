import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// No key is in anything that a command writes, shows or leaves: its whole home, both outputs, what it sends to others than
/// PostHog, and what other processes can see of its children.
@Suite(.timeLimit(.minutes(5))) struct KeySecrecyTests {
    private static let keys = [
        "personal": "phx_" + letters(), "project": "phc_" + letters(), "definitions": "phs_" + letters(),
        "collector": letters(),
    ]

    /// New ones each time: what looks like a key has no place in a source.
    private static func letters() -> String { UUID().uuidString.filter { $0 != "-" } }

    private static var postHogKeys: [String] { keys.filter { $0.key != "collector" }.map(\.value) }

    private let binary: BuiltBinary
    private let home: String
    private let server: LoopbackServer
    private let gate = LoopbackGate()

    /// Whatever it refuses, it repeats the request's keys.
    init() throws {
        binary = try BuiltBinary()
        home = NSTemporaryDirectory() + "airlock-secrecy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let gate = gate
        server = try LoopbackServer { request in
            let keys = "\(request.header("authorization") ?? "") \(request.bodyText) \(Self.postHogKeys)"
            let refusal = JSONValue.object(["detail": .string(keys)]).json
            if request.target.contains("/traces") { return [.response(200, body: "{}")] }
            if request.target.contains("/batch/") { return [.response(401, body: keys)] }
            if request.target.contains("/query/") {
                if request.bodyText.contains("wait") { return [.waitFor(gate), .response(500, body: refusal)] }
                if request.bodyText.contains("persons") { return [.response(400, body: refusal)] }
                return [.response(200, body: #"{"columns":["n"],"types":["UInt64"],"results":[[7]]}"#)]
            }
            return [.response(403, body: refusal)]
        }
    }

    private var environment: [String: String] {
        [
            "HOME": home, "XDG_STATE_HOME": home + "/state", "XDG_CACHE_HOME": home + "/cache",
            "AIRLOCK_CACHE": home + "/cache", "AIRLOCK_DRIVER": "posthog",
            "POSTHOG_API_URL": server.url(""), "POSTHOG_PROJECT_ID": "1",
            "POSTHOG_PERSONAL_API_KEY": Self.keys["personal"] ?? "",
            "POSTHOG_PROJECT_API_KEY": Self.keys["project"] ?? "",
            "POSTHOG_PROJECT_SECRET_API_KEY": Self.keys["definitions"] ?? "",
            "OTEL_EXPORTER_OTLP_HEADERS": "x-key=\(Self.keys["collector"] ?? "")",
            "AIRLOCK_METRICS": "\(home)/airlock.prom", "AIRLOCK_AUDIT": "\(home)/audit.jsonl",
            "AIRLOCK_OTLP_ENDPOINT": server.url(""), "AIRLOCK_LOG": "trace", "AIRLOCK_LOG_FORMAT": "json",
            "AIRLOCK_POSTHOG_MAX_ATTEMPTS": "2",
        ]
    }

    private static let script = """
        # /// script
        # [tool.airlock.access]
        # methods = ["query", "list_objects", "get_fields", "capture_event", "evaluate_flag", "get_cohorts", "health_check"]
        # writes = true
        # ///
        import airlock, os
        print(dict(os.environ), open("/proc/self/cmdline").read() if os.path.exists("/proc/self/cmdline") else "")
        def attempt(method, **params):
            try:
                print(method, airlock.call(method, **params))
            except Exception as error:
                print(method, repr(error), error)
        print(airlock.query("SELECT count() AS n FROM events"))
        attempt("capture_event", event="e", distinct_id="d", properties={"n": 1})
        attempt("evaluate_flag", key="beta", distinct_id="d")
        attempt("get_cohorts")
        attempt("health_check")
        attempt("get_fields", name="events")
        airlock.query("SELECT id FROM persons")
        """

    /// The files below a folder that hold any twelve characters of a key, found by grep(1).
    private static func findings(in folder: String) throws -> [String] {
        let parts = keys.values.flatMap { key in
            let letters = Array(key)
            return (4...(letters.count - 12)).flatMap { ["-e", String(letters[$0..<$0 + 12])] }
        }
        let grep = try Child(["/usr/bin/grep", "-rlaF"] + parts + ["--", folder], environment: [:])
        grep.feed("")
        let end = grep.finish()
        #expect(end.code < 2, "grep has to work")
        return String(decoding: end.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Puts what was seen beside what was left.
    private func keep(_ text: String, _ name: String) throws {
        let folder = home + "/seen"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }

    @Test func noKeyIsInAnythingThatIsLeft() throws {
        defer { try? FileManager.default.removeItem(atPath: home) }
        let commands: [([String], String)] = [
            (["exec", "-", "--allow-writes", "--format", "json", "--artifacts", home + "/artifacts"], Self.script),
            (["query", "SELECT id FROM persons"], ""), (["query", "SELECT 1"], ""), (["fields", "events"], ""),
            (["capture", "signup", "--distinct-id", "d"], ""), (["capture", "--pending", "--timeout", "1s"], ""),
            (["config", "--all"], ""), (["config", "--format", "json"], ""), (["doctor"], ""),
            (["audit", "verify", home + "/audit.jsonl"], ""),
            (["query", "SELECT 1", "--setting", "posthog.proxy=nonsense"], ""),
        ]
        for (index, (arguments, input)) in commands.enumerated() {
            let answer = try binary.run(arguments, input: input, environment: environment)
            #expect(answer.output.utf8.count + answer.errors.utf8.count > 0, "\(arguments)")
            try keep(answer.output, "\(index)-\(arguments[0]).output")
            try keep(answer.errors, "\(index)-\(arguments[0]).errors")
        }
        let traces = server.requests.filter { $0.target.contains("/traces") }
        #expect(!traces.isEmpty && traces.allSatisfy { $0.header("x-key") == Self.keys["collector"] })
        try keep(traces.map(\.bodyText).joined(), "traces")
        #expect(try Self.findings(in: home).isEmpty)

        let names = FileManager.default.enumerator(atPath: home)?.compactMap { $0 as? String } ?? []
        for wanted in ["airlock.prom", "audit.jsonl", ".events", "0-exec.errors"] {
            #expect(names.contains { $0.hasSuffix(wanted) }, "\(wanted) in \(names)")
        }
        // The search finds what is there.
        try keep("… \(Self.keys["project"]?.dropFirst(9).prefix(14) ?? "") …", "planted")
        #expect(try Self.findings(in: home) == [home + "/seen/planted"])
    }

    @Test func noOtherProcessSeesAKey() throws {
        defer { try? FileManager.default.removeItem(atPath: home) }
        let child = try binary.start(
            ["exec", "-", "--format", "json"], environment: environment, hasOwnSession: true)
        child.feed("import airlock\nairlock.query(\"SELECT 'wait' FROM events\")")
        while !server.requests.contains(where: { $0.bodyText.contains("wait") }) { usleep(1000) }
        let processes = Self.descendants(of: child.pid)
        #expect(!processes.isEmpty, "the script waits")
        try keep(Self.text("/proc/\(child.pid)/cmdline"), "cmdline")
        for process in processes {
            try keep(Self.text("/proc/\(process)/cmdline"), "\(process).cmdline")
            try keep(Self.text("/proc/\(process)/environ"), "\(process).environ")
        }
        #expect(try Self.findings(in: home + "/seen").isEmpty)
        // The process with the keys in its memory leaves no core file, however it ends.
        let limits = Self.text("/proc/\(child.pid)/limits").split(separator: "\n")
        let core = limits.first { $0.hasPrefix("Max core file size") }?.split(separator: " ")
        #expect(core?.dropFirst(4).first.map { $0 == "1" || $0 == "0" } == true, "\(limits)")
        child.signal(SIGKILL)
        gate.open()
        _ = child.finish()
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// proc_pid_task(5): the children of each thread.
    private static func descendants(of process: pid_t) -> [pid_t] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        let children = threads.flatMap { thread in
            text("/proc/\(process)/task/\(thread)/children").split(separator: " ").compactMap { pid_t($0) }
        }
        return children + children.flatMap { descendants(of: $0) }
    }
}
