import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// Files of one test, in a folder that goes with it.
final class TestFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "/airlock-many-\(getpid())-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String, _ text: String) throws -> String {
        let place = path + "/" + name
        try text.write(toFile: place, atomically: true, encoding: .utf8)
        return place
    }

    func text(_ name: String) -> String { (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? "" }
}

/// `airlock run --matrix` as its users meet it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MatrixTests {
    private let folder: TestFolder
    private let template: String

    init() throws {
        folder = try TestFolder()
        template = try folder.file(
            "score.py",
            """
            # /// script
            # requires-python = ">=3.9"
            # [tool.airlock.variables]
            # country = { type = "string", pattern = "^[A-Z]{2}$", default = "US" }
            # days = { type = "integer", minimum = 1, default = 7 }
            # nap = { type = "number", minimum = 0, default = 0 }
            # [tool.airlock.access]
            # methods = []
            # ///
            import time
            import airlock

            if {{ days }} == 13:
                raise ValueError("unlucky")
            time.sleep({{ nap }})
            airlock.artifact("note.txt", str({{ days }}))
            airlock.metric("score", len({{ country }}) * {{ days }})

            """)
    }

    @Test func allCellsAreOneTableWithTheFailedOnesShownSo() throws {
        let answer = try BuiltBinary().run([
            "run", template, "--matrix", "country=US,DE", "--matrix", "days=7,13", "--format", "csv", "--jobs", "3",
        ])
        #expect(answer.exitCode == 1, "\(answer.errors)")
        #expect(
            answer.output == """
                country,days,status,score,problem
                US,7,succeeded,14,
                US,13,failed,,ValueError: unlucky
                DE,7,succeeded,14,
                DE,13,failed,,ValueError: unlucky

                """)
        #expect(answer.errors.contains("country=US, days=13: failed"))
        #expect(answer.errors.contains("4 runs: 2 succeeded, 2 failed in "))
    }

    @Test func theDocumentHoldsEachCellsRunWithItsValues() throws {
        let artifacts = folder.path + "/out"
        let answer = try BuiltBinary().run([
            "run", template, "--matrix", "days=[1,2]", "--format", "json", "--timings", "--artifacts", artifacts,
        ])
        #expect(answer.exitCode == 0, "\(answer.errors)")
        let document = try answer.json()
        #expect(document["status"] == "succeeded")
        #expect(document["columns"] == ["days", "status", "score"])
        #expect(document["rows"] == [[1, "succeeded", 2], [2, "succeeded", 4]])
        let cells = document["cells"]?.arrayValue ?? []
        #expect(cells.map { $0["values"] } == [["days": 1], ["days": 2]])
        #expect(cells.allSatisfy { $0["run"]?["isolation"]?["layers"]?.arrayValue?.isEmpty == false })
        #expect(answer.errors.contains("median_ms"))
        #expect(folder.text("out/cell-1/note.txt") == "1" && folder.text("out/cell-2/note.txt") == "2")
    }

    @Test(arguments: ["table", "json", "jsonl", "csv", "markdown", "html"])
    func everyFormat(format: String) throws {
        let answer = try BuiltBinary().run(["run", template, "--matrix", "days=1,2", "--format", format, "--quiet"])
        #expect(answer.exitCode == 0 && answer.errors.isEmpty, "\(answer.errors)")
        #expect(answer.output.contains("score"))
    }

    @Test func allThatIsWrongWithAnyCellIsSaidBeforeTheFirstRuns() throws {
        let answer = try BuiltBinary().run([
            "run", template, "--matrix", "country=us,DE", "--matrix", "days=0,7", "--set", "nap=-1", "--format", "json",
        ])
        #expect(answer.exitCode == 2)
        let error = try answer.json()["error"]
        let messages = error?["problems"]?.arrayValue?.compactMap { $0["message"]?.stringValue } ?? []
        #expect(messages.count == 3, "\(messages)")
        #expect(messages.contains { $0.hasSuffix("(value 1 of --matrix country)") })
        #expect(messages.contains { $0.hasSuffix("(value 1 of --matrix days)") })
    }

    @Test(arguments: [
        (["--matrix", "dys=1"], "'days'"), (["--matrix", "days=1,2", "--days", "3"], "--days"),
        (["--matrix", "days"], "name=a,b"), (["--jobs", "2"], "--matrix"),
        (["--matrix", "days=1", "--jobs", "0"], "1 to 256"),
        (["--matrix", "days=" + (1...1001).map(String.init).joined(separator: ",")], "1000 combinations"),
    ])
    func refuses(arguments: [String], remedy: String) throws {
        let answer = try BuiltBinary().run(["run", template] + arguments)
        #expect(answer.exitCode == 2)
        #expect(answer.output.isEmpty && answer.errors.contains(remedy), "\(answer.errors)")
    }

    @Test func interruptingEndsWhatRunsAndBeginsNoMore() throws {
        let process = try BuiltBinary().start([
            "run", template, "--matrix", "days=1,2,3", "--set", "nap=60", "--limit", "wall=90s", "--jobs", "2",
            "--format", "json",
        ])
        process.feed("")
        let deadline = ContinuousClock.now + .seconds(30)
        while Outside.children(of: process.pid).count < 2, ContinuousClock.now < deadline { sched_yield() }
        process.signal(SIGINT)
        let end = process.finish()
        #expect(end.code == 130)
        let document = try JSONValue(json: end.output)
        #expect(document["status"] == "cancelled")
        #expect(
            document["rows"]?.arrayValue?.map { $0.arrayValue?[1] } == ["cancelled", "cancelled", "not run"],
            "\(String(decoding: end.output.prefix(2000), as: UTF8.self))")
    }

    @Test func timingsOfOneRunCoverItAll() throws {
        // A limit of its own keeps the sandbox from having a head start, with which the interpreter may be there first.
        let answer = try BuiltBinary().run([
            "run", template, "--format", "json", "--timings", "--limit", "wall=60s",
        ])
        #expect(answer.exitCode == 0)
        let result = try answer.json()
        let steps = result["timings"]?.arrayValue ?? []
        #expect(
            steps.map { $0["step"]?.stringValue } == [
                "arguments", "validate", "render", "prepare", "launch", "interpreter", "script", "drain", "verdict",
            ])
        #expect(steps.allSatisfy { $0["time_ms"]?.doubleValue ?? -1 >= 0 })
        // From the launch to the script's first line is what the sandbox itself measures.
        let start = steps[4...5].reduce(0) { $0 + ($1["time_ms"]?.doubleValue ?? 0) }
        #expect(abs(start - (result["start"]?["latency_ms"]?.doubleValue ?? -1)) < 0.01)
        for step in ["script", "report", "total"] { #expect(answer.errors.contains("\n\(step) "), "\(answer.errors)") }
    }
}
