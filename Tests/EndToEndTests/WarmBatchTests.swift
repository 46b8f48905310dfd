import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// Batches that are large enough for sandboxes to be kept waiting.
@Suite(.serialized, .timeLimit(.minutes(10))) struct WarmBatchTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func results(_ text: String) throws -> [JSONValue] {
        try text.split(separator: "\n").map { try JSONValue(json: String($0)) }
    }

    private func path(_ result: JSONValue) -> String? { result["start"]?["path"]?.stringValue }

    @Test func runsStartWarmOrSayWhyNotAndEndAsEver() throws {
        let scripts = [
            ("good", "import airlock\nairlock.result(airlock.params['n'] * 2)\n", "succeeded"),
            ("bad", "raise ValueError('no')\n", "failed"), ("busy", "while True: pass\n", "limit_exceeded"),
            ("trace", "import ctypes\nctypes.CDLL(None).ptrace(0, 0, 0, 0)\n", "denied"),
            ("nap", "import time\ntime.sleep(0.02)\n", "succeeded"),
        ]
        var lines: [String] = []
        var expected: [String: String] = [:]
        for number in 0..<60 {
            for (name, script, status) in number % 12 == 11 ? scripts : [scripts[4]] {
                let head =
                    "# /// script\n# [tool.airlock.variables]\n# n = { type = \"integer\", default = 0 }\n# ///\n"
                let file = try folder.file(name + ".py", head + script)
                let id = "\(name)-\(number)"
                expected[id] = status
                let limits = name == "busy" ? #", "limits": {"cpu": "200ms"}"# : ""
                lines.append(#"{"id": "\#(id)", "script": "\#(file)", "vars": {"n": \#(number)}\#(limits)}"#)
            }
        }
        let batch = try folder.file("runs.jsonl", lines.joined(separator: "\n"))
        let answer = try BuiltBinary().run(["batch", batch])
        #expect(answer.exitCode == 1, "\(answer.errors)")
        let results = try results(answer.output)
        #expect(results.count == expected.count)
        for result in results {
            let id = result["id"]?.stringValue ?? ""
            #expect(result["status"]?.stringValue == expected[id], "\(id): \(result.json.prefix(3000))")
            #expect((path(result) == "cold") == (result["start"]?["cold_reason"]?.stringValue != nil), "\(id)")
            if id.hasPrefix("good-"), let number = Int(id.dropFirst(5)) {
                #expect(result["result"]?.intValue == number * 2)
            }
            let steps = result["timings"]?.arrayValue?.compactMap { $0["step"]?.stringValue } ?? []
            #expect(steps.contains("slot") && steps.last == "verdict")
        }
        #expect(results.contains { path($0) == "warm" })
    }

    @Test(arguments: [
        (["--seed", "1"], "seed"), (["--isolation", "portable"], "full isolation"), (["--profile", "box"], "box"),
    ])
    func whatCannotStartWarmSaysSo(options: [String], reason: String) throws {
        let script = try folder.file("good.py", "print(1)\n")
        let lines = (0..<12).map { #"{"id": \#($0), "script": "\#(script)"}"# }
        let answer = try BuiltBinary().run(["batch", "-"] + options, input: lines.joined(separator: "\n"))
        #expect(answer.exitCode == 0, "\(answer.errors)")
        let results = try results(answer.output)
        #expect(results.count == 12)
        #expect(results.allSatisfy { path($0) == "cold" })
        #expect(results.allSatisfy { $0["start"]?["cold_reason"]?.stringValue?.contains(reason) == true })
    }

    @Test func aFewRunsStayCold() throws {
        let script = try folder.file("good.py", "print(1)\n")
        let answer = try BuiltBinary().run(["batch", "-"], input: #"{"id": 1, "script": "\#(script)"}"#)
        #expect(try results(answer.output).first?["start"]?["cold_reason"] == .some(.null))
    }

    @Test func aKilledZygoteCostsTheRunsInItAndIsReplaced() throws {
        let script = try folder.file("nap.py", "import time\ntime.sleep(0.02)\n")
        let lines = (0..<200).map { #"{"id": \#($0), "script": "\#(script)"}"# }
        let batch = try folder.file("runs.jsonl", lines.joined(separator: "\n"))
        let process = try BuiltBinary().start(
            ["batch", batch, "--jobs", "2", "--output", folder.path + "/out.jsonl"])
        process.feed("")
        let deadline = ContinuousClock.now + .seconds(60)
        while !folder.text("out.jsonl").contains(#""path":"warm""#), ContinuousClock.now < deadline { sched_yield() }
        // Slots are children of their zygote, so what the process itself has is that, and a cold start at times.
        let children = Outside.children(of: process.pid)
        #expect(!children.isEmpty)
        for child in children { kill(pid_t(child), SIGKILL) }
        let end = process.finish()
        let results = try results(folder.text("out.jsonl"))
        #expect(Set(results.compactMap { $0["id"]?.intValue }) == Set(0..<200) && results.count == 200)
        let lost = results.indices.filter { results[$0]["status"] != "succeeded" }
        // Those under way, and those that took a slot between the death of the zygote and that slot's own: with it as
        // many as are kept waiting at most. None after that.
        #expect(lost.count <= 2 + 2 * ProcessInfo.processInfo.activeProcessorCount)
        #expect(lost.allSatisfy { results[$0]["status"] == "internal_error" && !results[$0]["reason"].isEmpty })
        #expect(end.code == (lost.isEmpty ? 0 : 70))
        #expect(results.suffix(20).contains { path($0) == "warm" }, "the pool has recovered")
    }

    /// Init is made to lose its watch right after the script's end.
    @Test func whoHadItsScriptIsNotRunAgain() throws {
        let script = try folder.file("ask.py", "import airlock\nairlock.query('SELECT 1')\n")
        let lines = (0..<60).map { #"{"id": \#($0), "script": "\#(script)"}"# }
        let audit = folder.path + "/audit.jsonl"
        let answer = try BuiltBinary().run(
            ["batch", "-", "--audit", audit, "--setting", "audit.sync=never"], input: lines.joined(separator: "\n"),
            environment: ["AIRLOCK_FAIL_AT": "slot.monitor:2"])
        #expect(answer.exitCode == 70, "\(answer.errors)")
        let results = try results(answer.output)
        #expect(results.count == 60)
        let failed = results.filter { $0["status"] == "internal_error" }
        #expect(!failed.isEmpty && failed.allSatisfy { $0["error"]?["code"] == "isolation_unavailable" })
        let calls = try self.results(folder.text("audit.jsonl")).filter { $0["method"] == "query" }
        #expect(Set(calls.compactMap { $0["run"]?.stringValue }).count == calls.count, "a script ran twice")
    }
}

extension JSONValue? {
    fileprivate var isEmpty: Bool { self?.stringValue?.isEmpty ?? true }
}
