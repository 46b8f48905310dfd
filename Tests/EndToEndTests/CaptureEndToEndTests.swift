import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// `airlock capture` against a PostHog that fails, and itself ended without a warning.
@Suite(.timeLimit(.minutes(10))) struct CaptureEndToEndTests {
    private let binary: BuiltBinary
    private let folder: String

    init() throws {
        binary = try BuiltBinary()
        folder = binary.cache + "/capture-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// A PostHog over an empty warehouse. In a process of its own: what runs commands here keeps this one's threads.
    private final class Server {
        let child: Child
        let environment: [String: String]
        let binary: BuiltBinary
        let folder: String

        init(_ binary: BuiltBinary, _ folder: String, faults: String?) throws {
            (self.binary, self.folder) = (binary, folder)
            var arguments = ["posthog", "serve", "--port", "0", "--data", folder + "/server.airlock"]
            if let faults {
                try Data(faults.utf8).write(to: URL(fileURLWithPath: folder + "/faults.json"))
                arguments += ["--faults", folder + "/faults.json"]
            }
            child = try binary.start(arguments)
            var url: String?
            while url == nil, let line = child.readErrorLine() {
                url = line.firstRange(of: "http://").map { String(line[$0.lowerBound...]) }
            }
            environment = [
                "POSTHOG_API_URL": try #require(url), "POSTHOG_PROJECT_ID": "1", "POSTHOG_PROJECT_API_KEY": "phc_local",
                "AIRLOCK_SPOOL": folder + "/spool",
            ]
        }

        func run(_ arguments: [String], input: String = "") throws -> BuiltBinary.Answer {
            try binary.run(arguments + ["--driver", "posthog"], input: input, environment: environment)
        }

        func rows(_ query: String) throws -> [[JSONValue]] {
            let answer = try binary.run(
                ["query", query, "--driver", "posthog", "--format", "json"],
                environment: environment.merging(["POSTHOG_PERSONAL_API_KEY": "phx_local"]) { $1 })
            #expect(answer.exitCode == 0, "\(answer.errors)")
            return try answer.json()["rows"]?.arrayValue?.compactMap(\.arrayValue) ?? []
        }
    }

    private func withServer(faults: String? = nil, _ body: (Server) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let server = try Server(binary, folder, faults: faults)
        try body(server)
        server.child.signal(SIGINT)
        #expect(server.child.finish().code == 0)
    }

    @Test func oneEventArrives() throws {
        try withServer { server in
            let sent = try server.run(["capture", "signup", "--distinct-id", "ada", "-p", "plan=pro", "-p", "seats=3"])
            #expect(sent.exitCode == 0 && sent.output == "1 sent, 0 wait\n", "\(sent.errors)")
            let found = try server.rows("SELECT event, distinct_id, properties.plan, properties.seats FROM events")
            #expect(found == [["signup", "ada", "pro", 3]], "\(found)")
            let wrong = try server.run(
                ["capture", "signup", "--distinct-id", "null", "--timestamp", "yesterday", "--format", "json"])
            #expect(wrong.exitCode == 2)
            #expect(try wrong.json()["error"]?["problems"]?.arrayValue?.count == 2)
            #expect(try server.run(["capture", "--pending"]).output == "0 sent, 0 wait\n")
            #expect(try server.run(["capture"]).exitCode == 2)
            #expect(try binary.run(["capture", "e", "--distinct-id", "d"]).errors.contains("--driver posthog"))
        }
    }

    @Test func linesThatAreNoEventsAreCountedAndTheOthersAreSent() throws {
        let lines = """
            {"event":"a","distinct_id":"d"}

            {"event":"b"}
            nonsense
            {"event":"c","distinct_id":"d"}
            """
        try withServer { server in
            let sent = try server.run(["capture", "--file", "-", "--format", "json"], input: lines)
            #expect(sent.exitCode == 1)
            let document = try sent.json()
            #expect(document["status"] == "failed" && document["sent"] == 2 && document["invalid"] == 2)
            #expect(document["problems"]?.arrayValue?.compactMap { $0["line"]?.intValue } == [3, 4])
        }
    }

    @Test func whatCannotBeSentWaits() throws {
        try withServer(faults: #"{"rules": [{"path": "/batch/", "calls": 1, "fault": "billing"}]}"#) { server in
            let first = try server.run(["capture", "signup", "--distinct-id", "ada"])
            #expect(first.exitCode == 6 && first.output == "0 sent, 1 wait\n")
            #expect(
                first.errors.contains("plan does not cover") && first.errors.contains("--pending"), "\(first.errors)")
            let second = try server.run(["capture", "login", "--distinct-id", "ada", "--format", "json"])
            #expect(second.exitCode == 0)
            #expect(try second.json()["recovered"] == 1 && second.json()["sent"] == 2)
            #expect(try server.rows("SELECT event FROM events ORDER BY timestamp") == [["signup"], ["login"]])
        }
    }

    /// What a script captures is sent at the end of its run.
    @Test func aScriptCaptures() throws {
        let script = """
            # /// script
            # [tool.airlock.access]
            # methods = ["capture_event", "capture_batch"]
            # writes = true
            # ///
            import airlock
            print(airlock.call("capture_event", event="one", distinct_id="d")["status"])
            print(airlock.call("capture_batch", events=[{"event": "two", "distinct_id": "d"}] * 2)["accepted"])
            try:
                airlock.call("capture_event", event="", distinct_id="d", properties={"token": "x"})
            except Exception as error:
                print(type(error).__name__, "not fit" in str(error))
            """
        try withServer { server in
            let arguments = ["exec", "-", "--format", "json"]
            #expect(try server.run(arguments, input: script).exitCode != 0, "writes are the caller's to allow as well")
            #expect(!FileManager.default.fileExists(atPath: folder + "/spool"))
            let run = try server.run(arguments + ["--allow-writes"], input: script)
            #expect(run.exitCode == 0, "\(run.errors) \(run.output.prefix(2000))")
            #expect(
                try run.json()["stdout"]?["text"]?.stringValue?.hasPrefix("accepted\n2\n") == true,
                "\(run.output.prefix(2000))")
            #expect(run.output.contains("True"), "\(run.output.prefix(2000))")
            let found = try server.rows("SELECT event, count() FROM events GROUP BY event ORDER BY event")
            #expect(found == [["one", 1], ["two", 2]], "\(found)")
        }
    }

    /// A tenth of the requests fail, half of them after their events were kept; the process is killed five times, at
    /// whatever it does then. Each event arrives exactly once.
    @Test func nothingIsLostAndNothingComesTwice() throws {
        let count = Int(ProcessInfo.processInfo.environment["AIRLOCK_CAPTURE_EVENTS"] ?? "") ?? 20_000
        let faults = ["capture_retry", "server_error", "reset", "close", "truncated_json"]
        let rules = faults.enumerated().map {
            #"{"path": "/batch/", "share": 0.02, "fault": "\#($1)", "handled": \#($0 % 2 == 0)}"#
        }
        let file = folder + "/events.jsonl"
        let lines = (0..<count).map { number in
            #"{"event":"e\#(number % 7)","distinct_id":"d\#(number % 100)","timestamp":"2026-03-01T12:00:00Z","#
                + #""properties":{"n":\#(number)}}"#
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: file))
        let arguments = [
            "capture", "--file", file, "--batch", String(count / 50), "--format", "json", "--timeout", "5m",
        ]
        try withServer(faults: "{\"seed\": 11, \"rules\": [\(rules.joined(separator: ","))]}") { server in
            for kill in 0..<5 {
                let child = try binary.start(arguments + ["--driver", "posthog"], environment: server.environment)
                child.feed("")
                // At another stage each time: with the first events on the disk, then after so many batches.
                while child.isRunning, settlements < kill * 3 || kill == 0 && spooledBytes == 0 { usleep(500) }
                child.signal(SIGKILL)
                #expect(child.finish().code == 128 + SIGKILL, "kill \(kill) came too late")
            }
            let last = try server.run(arguments)
            #expect(last.exitCode == 0, "\(last.errors) \(last.output)")
            let report = try last.json()
            #expect(report["pending"] == 0 && report["refused"] == 0 && report["accepted"] == .int(count))
            // Each process took over what the one before had left: nothing waits anywhere.
            let left = try server.run(["capture", "--pending", "--format", "json"])
            #expect(try left.json()["pending"] == 0 && left.json()["sent"] == 0, "\(left.output)")
            let found = try server.rows(
                """
                SELECT count(), count(DISTINCT uuid), count(DISTINCT properties.n), min(properties.n), max(properties.n) \
                FROM events
                """)
            #expect(found == [[.int(count), .int(count), .int(count), 0, .int(count - 1)]], "\(found)")
        }
    }

    private func spoolSize(_ suffix: String) -> Int {
        let names = FileManager.default.enumerator(atPath: folder + "/spool")?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(suffix) }.reduce(0) { sum, name in
            var status = stat()
            return sum + (stat("\(folder)/spool/\(name)", &status) == 0 ? Int(status.st_size) : 0)
        }
    }

    private var spooledBytes: Int { spoolSize(".events") }
    /// Batches that were confirmed, of those segments that are still there.
    private var settlements: Int { spoolSize(".settled") / 16 }
}
