import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// Wrong input of every kind: a clear error, the documented exit code, nothing left behind.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BadInputTests {
    private func temporaryFile(_ name: String, _ content: String) throws -> String {
        let path = NSTemporaryDirectory() + "/airlock-e2e-\(getpid())-\(name)"
        try content.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func anUnknownVariableNamesTheNearest() throws {
        let answer = try BuiltBinary().run(["run", "top-events", "--dys", "7"])
        #expect(answer.exitCode == 2)
        #expect(answer.errors.contains("days"), "\(answer.errors)")
    }

    @Test func theHintNamesTheFileWhereThatIsTheTemplate() throws {
        let block = "# /// script\n# [tool.airlock.variables]\n# n = { type = \"integer\" }\n# ///\nprint({{ n }})\n"
        let path = try temporaryFile("hint.py", block)
        defer { unlink(path) }
        let run = try BuiltBinary().run(["run", path])
        #expect(run.exitCode == 2 && run.errors.contains("'airlock run \(path) --help'"), "\(run.errors)")
        let exec = try BuiltBinary().run(["exec", path])
        #expect(exec.exitCode == 2 && exec.errors.contains("block at the script's top"), "\(exec.errors)")
    }

    @Test func withoutAProjectKeyNoEventIsAccepted() throws {
        let answer = try BuiltBinary().run(
            ["capture", "signup", "--distinct-id", "ada", "--driver", "posthog"],
            environment: [
                "POSTHOG_API_URL": "http://127.0.0.1:1", "POSTHOG_PROJECT_ID": "1",
                "POSTHOG_PERSONAL_API_KEY": "phx_local",
            ])
        #expect(answer.exitCode == 2 && answer.errors.contains("POSTHOG_PROJECT_API_KEY"), "\(answer.errors)")
    }

    @Test func allWrongValuesAreReportedAtOnce() throws {
        let answer = try BuiltBinary().run(
            ["run", "top-events", "--days", "0", "--set", "limit=many", "--format", "json"])
        #expect(answer.exitCode == 2)
        let problems = try answer.json()["error"]?["problems"]?.arrayValue ?? []
        #expect(Set(problems.compactMap { $0["pointer"]?.stringValue }) == ["/days", "/limit"])
        #expect(problems.contains { $0["code"] == "minimum" && $0["suggested"] == 1 })
    }

    @Test func anUnknownEventNamesTheNearestRealOne() throws {
        let answer = try BuiltBinary().run(["run", "funnel", "--steps", "sinup,purchase"])
        #expect(answer.exitCode == 2)
        #expect(answer.errors.contains("signup"), "\(answer.errors)")
    }

    @Test func anUnknownTemplateNamesTheNearest() throws {
        let answer = try BuiltBinary().run(["run", "top-event"])
        #expect(answer.exitCode == 2)
        #expect(answer.errors.contains("top-events"), "\(answer.errors)")
    }

    @Test func aBrokenManifestIsLocated() throws {
        let path = try temporaryFile(
            "broken.py", "# /// script\n# [tool.airlock]\n# title = nonsense\n# ///\nprint(1)\n")
        defer { unlink(path) }
        let answer = try BuiltBinary().run(["run", path])
        #expect(answer.exitCode == 2)
        #expect(answer.errors.contains("line 3"), "\(answer.errors)")
    }

    @Test func aMissingInterpreterIsSaid() throws {
        let answer = try BuiltBinary().run(["run", "top-events"], environment: ["AIRLOCK_PYTHON": "/no/python"])
        #expect(answer.exitCode == 70)
        #expect(answer.errors.contains("AIRLOCK_PYTHON"), "\(answer.errors)")
    }

    @Test func aCorruptWarehouseIsSaid() throws {
        let path = try temporaryFile("corrupt.airlock", String(repeating: "this is no warehouse ", count: 500))
        defer { unlink(path) }
        let answer = try BuiltBinary().run(["query", "SELECT 1", "--data", path])
        #expect(answer.exitCode != 0)
        #expect(answer.errors.contains("warehouse"), "\(answer.errors)")
    }

    @Test func aQueryErrorShowsThePlace() throws {
        let answer = try BuiltBinary().run(["query", "SELECT event FROM events WHERE ORDER BY 1"])
        #expect(answer.exitCode == 2)
        #expect(answer.errors.contains("^"), "\(answer.errors)")
    }

    @Test func aScriptThatFailsIsAResult() throws {
        let answer = try BuiltBinary().run(["exec", "-", "--format", "json"], input: "x = 1\nraise ValueError('no')\n")
        #expect(answer.exitCode == 1)
        let result = try answer.json()
        #expect(result["status"] == "failed")
        #expect(result["exception"]?["type"] == "ValueError")
        #expect(result["exception"]?["line"] == 2)
    }

    @Test func aRefusedSocketIsACleanPythonErrorAndStandsInTheResult() throws {
        let answer = try BuiltBinary().run(
            ["exec", "-", "--format", "json"],
            input: #"import socket; socket.create_connection(("127.0.0.1", 80))"#)
        #expect(answer.exitCode == 1)
        let result = try answer.json()
        #expect(result["exception"]?["type"] == "PermissionError")
        #expect(result["usage"]?["refused_syscalls"]?["socket"]?.intValue ?? 0 >= 1)
    }

    @Test func aClosedPipeEndsQuietly() throws {
        let process = try BuiltBinary().start(
            ["query", "SELECT number FROM numbers(50000)", "--format", "csv"], outputIsClosed: true)
        process.feed("")
        let end = process.finish()
        #expect(end.errors.isEmpty, "\(String(decoding: end.errors, as: UTF8.self))")
        #expect(end.code == 141)
    }

    @Test func interruptingCancels() throws {
        let process = try BuiltBinary().start(["exec", "-", "--format", "json", "--limit", "wall=60s"])
        process.feed("import airlock, time; airlock.log('started'); time.sleep(60)")
        let deadline = ContinuousClock.now + .seconds(20)
        while Outside.children(of: process.pid).isEmpty, ContinuousClock.now < deadline { sched_yield() }
        process.signal(SIGINT)
        let end = process.finish()
        #expect(end.code == 130)
        #expect(try JSONValue(json: end.output)["status"] == "cancelled")
    }

    @Test func anOutputThatCannotBeWrittenIsSaidByName() throws {
        let answer = try BuiltBinary().run(["query", "SELECT 1", "-o", "/no/such/folder/x.csv"])
        #expect(answer.exitCode == 70)
        #expect(answer.errors.contains("/no/such/folder"), "\(answer.errors)")
    }
}
