import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// `airlock batch` as its users meet it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BatchTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func results(_ text: String) throws -> [JSONValue] {
        try text.split(separator: "\n").map { try JSONValue(json: String($0)) }
    }

    private func answers(_ text: String) throws -> [JSONValue: JSONValue] {
        Dictionary(try results(text).map { ($0["id"] ?? .null, $0["status"] ?? .null) }) { _, later in later }
    }

    @Test func eachRunsResultIsALineUnderItsID() throws {
        let good = try folder.file("good.py", "import airlock\nairlock.result({'n': 1})\n")
        let bad = try folder.file("bad.py", "raise ValueError('no')\n")
        let slow = try folder.file("slow.py", "while True: pass\n")
        let batch = try folder.file(
            "runs.jsonl",
            """
            {"id": "good", "script": "\(good)"}
            {"id": 2, "script": "\(bad)"}

            {"id": "slow", "script": "\(slow)", "limits": {"cpu": "100ms"}}
            {"id": "events", "template": "top-events", "vars": {"days": 88, "limit": 3}}

            """)
        let answer = try BuiltBinary().run(["batch", batch, "--jobs", "2"])
        #expect(answer.exitCode == 1, "\(answer.errors)")
        #expect(
            try answers(answer.output) == [
                "good": "succeeded", 2: "failed", "slow": "limit_exceeded", "events": "succeeded",
            ])
        let documents = try results(answer.output)
        #expect(documents.first { $0["id"] == "good" }?["result"] == ["n": 1])
        #expect(documents.first { $0["id"] == 2 }?["exception"]?["type"] == "ValueError")
        #expect(documents.first { $0["id"] == "slow" }?["limit"] == "cpu")
        #expect(documents.first { $0["id"] == "events" }?["result"]?["top"]?.arrayValue?.count == 3)
        #expect(answer.errors.contains("4 runs: 2 succeeded, 1 failed, 1 limit exceeded in "))
    }

    @Test func onlyOneKindOfFailureGivesItsExitCode() throws {
        let slow = try folder.file("slow.py", "while True: pass\n")
        let line = #"{"id": 1, "script": "\#(slow)", "limits": {"cpu": 0.1}}"#
        let answer = try BuiltBinary().run(["batch", "-", "--quiet"], input: line)
        #expect(answer.exitCode == 3 && answer.errors.isEmpty, "\(answer.errors)")
        #expect(try answers(answer.output) == [1: "limit_exceeded"])
    }

    @Test func allBadLinesAreNamedAndNothingRuns() throws {
        let mark = try folder.file("good.py", "print(1)\n")
        let batch = try folder.file(
            "runs.jsonl",
            """
            {"id": 1, "script": "\(mark)"}
            {"id": 2, "template": "top-evnts"}
            {"id": 3, "template": "top-events", "vars": {"days": 0, "dys": 1}}
            {"id": 1, "script": "\(mark)"}
            nonsense
            {"id": 6, "script": "/no/such/script.py"}
            {"id": 7, "template": "top-events", "limits": {"wall": "soon"}}

            """)
        let answer = try BuiltBinary().run(["batch", batch])
        #expect(answer.exitCode == 2)
        #expect(answer.output.isEmpty)
        for part in [
            "6 lines are", "line 2: ", "'top-events'", "line 3: /vars/days", "line 3: /vars/dys", "line 4: /id",
            "line 5, column 1: not JSON", "line 6: ", "/no/such/script.py", "line 7: /limits",
        ] {
            #expect(answer.errors.contains(part), "\(part) is not in \(answer.errors)")
        }
    }

    @Test func aKilledBatchIsContinued() throws {
        let script = try folder.file("good.py", "print(1)\n")
        let lines = (0..<40).map { #"{"id": \#($0), "script": "\#(script)"}"# }
        let batch = try folder.file("runs.jsonl", lines.joined(separator: "\n"))
        let output = folder.path + "/results.jsonl"
        let arguments = ["batch", batch, "--jobs", "2", "--output", output, "--continue", output]
        let process = try BuiltBinary().start(arguments)
        process.feed("")
        let deadline = ContinuousClock.now + .seconds(60)
        while folder.text("results.jsonl").count(where: { $0 == "\n" }) < 3, ContinuousClock.now < deadline {
            sched_yield()
        }
        process.signal(SIGKILL)
        #expect(process.finish().code == 128 + SIGKILL)
        let kept = folder.text("results.jsonl").split(separator: "\n").count
        #expect(kept >= 3 && kept < 40)
        // A crash of the machine may leave less than a line.
        let handle = try #require(FileHandle(forWritingAtPath: output))
        handle.seekToEndOfFile()
        handle.write(Data(#"{"id":39,"status":"succ"#.utf8))
        try handle.close()
        let again = try BuiltBinary().run(arguments)
        #expect(again.exitCode == 0, "\(again.errors)")
        #expect(again.output.isEmpty && again.errors.contains("skipped"), "\(again.errors)")
        let ids = try results(folder.text("results.jsonl")).compactMap { $0["id"]?.intValue }
        #expect(ids.sorted() == Array(0..<40), "each once")
        let third = try BuiltBinary().run(arguments)
        #expect(third.exitCode == 0 && third.errors.contains("0 runs: none, 40 skipped"), "\(third.errors)")
    }

    @Test func interruptingEndsWhatRunsAndTheRestCanFollow() throws {
        let script = try folder.file("nap.py", "import time\ntime.sleep(60)\n")
        let lines = (0..<5).map { #"{"id": \#($0), "script": "\#(script)", "limits": {"wall": "90s"}}"# }
        let batch = try folder.file("runs.jsonl", lines.joined(separator: "\n"))
        let output = folder.path + "/results.jsonl"
        let arguments = ["batch", batch, "--jobs", "2", "--output", output, "--continue", output]
        let process = try BuiltBinary().start(arguments)
        process.feed("")
        let deadline = ContinuousClock.now + .seconds(30)
        while Outside.children(of: process.pid).count < 2, ContinuousClock.now < deadline { sched_yield() }
        process.signal(SIGINT)
        let end = process.finish()
        #expect(end.code == 130)
        #expect(String(decoding: end.errors, as: UTF8.self).contains("2 runs: 2 cancelled, 3 not begun"))
        #expect(try answers(folder.text("results.jsonl")) == [0: "cancelled", 1: "cancelled"])
        _ = try folder.file("nap.py", "print(1)\n")
        let again = try BuiltBinary().run(arguments)
        #expect(again.exitCode == 0, "\(again.errors)")
        let all = try answers(folder.text("results.jsonl"))
        #expect(all.count == 5 && all.values.allSatisfy { $0 == "succeeded" })
    }

    @Test func aReaderThatGoesAwayEndsTheBatch() throws {
        let script = try folder.file("good.py", "print(1)\n")
        let lines = (0..<200).map { #"{"id": \#($0), "script": "\#(script)"}"# }
        let batch = try folder.file("runs.jsonl", lines.joined(separator: "\n"))
        let process = try BuiltBinary().start(["batch", batch], outputIsClosed: true)
        process.feed("")
        let end = process.finish()
        #expect(end.code == 141 && end.errors.isEmpty, "\(String(decoding: end.errors, as: UTF8.self))")
    }

    @Test func anOutputThatHoldsSomethingIsNotAddedToUnasked() throws {
        let script = try folder.file("good.py", "print(1)\n")
        let notes = try folder.file("notes.txt", "mine\n")
        let answer = try BuiltBinary().run(
            ["batch", "-", "--output", notes], input: #"{"id": 1, "script": "\#(script)"}"#)
        #expect(answer.exitCode == 2 && answer.errors.contains("--continue"), "\(answer.errors)")
        #expect(folder.text("notes.txt") == "mine\n")
    }

    @Test func helpTeaches() throws {
        let answer = try BuiltBinary().run(["batch", "--help"])
        #expect(answer.exitCode == 0)
        for part in [#"{"id": "#, "--continue", "EXIT CODES", "ENVIRONMENT"] { #expect(answer.output.contains(part)) }
    }
}
