import AirlockCore
import DriverKit
import Foundation
import Runner
import Templating
import Testing

/// Scripts that come again to a runner that keeps sandboxes waiting: their code is kept, and shows in nothing but the time.
@Suite(.serialized, .timeLimit(.minutes(2))) struct KeptCodeTests {
    /// A runner whose sandboxes wait.
    private final class Warm: Sendable {
        let runner: Runner

        init() async throws {
            runner = Runner(environment: [
                "AIRLOCK_CACHE": NSTemporaryDirectory() + "/airlock-tests-cache-\(geteuid())-runner",
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            ])
            var settings = PoolSettings()
            (settings.target, settings.maxSlots) = (1, 4)
            runner.keepWarm(settings)
            // The first of a kind starts cold, and is not noted.
            _ = try await run("pass", isWarm: false)
        }

        @discardableResult func run(
            _ script: String, name: String = "scripts", isWarm: Bool = true
        ) async throws -> RunResult {
            while isWarm, !runner.pools.contains(where: { $0.waiting > 0 }) {
                try await Task.sleep(for: .milliseconds(2))
            }
            let template = try Template(adHoc: name, bytes: Array(script.utf8))
            let result = await runner.run(RunRequest(template: template, driver: CountingDriver()))
            #expect((result.startPath == .warm) == isWarm, "\(result.coldReason ?? "") \(result.reason ?? "")")
            return result
        }

        /// What the script says it was run from: the bytes of its code, and whether it was asked for.
        func origins(_ script: String, name: String = "scripts", times: Int = 1) async throws -> [String] {
            var lines: [String] = []
            for _ in 0..<times {
                let output = try await run(script, name: name).standardOutput.bytes
                lines.append(String(decoding: output, as: UTF8.self))
            }
            return lines
        }
    }

    private static let origin = """
        import sys
        around = sys._getframe(1).f_locals
        print("code" if around["code"] else "text", "asked" if around["keep"] else "", flush=True)

        """
    private static let (new, seen, known) = ("text \n", "text asked\n", "code \n")

    @Test func theThirdRunHasCodeAndIsLikeTheFirst() async throws {
        let warm = try await Warm()
        let script =
            Self.origin + """
                import airlock, inspect, linecache
                def shown(value=(1, "é")):
                    return value
                airlock.result([
                    __file__, shown.__code__.co_filename, inspect.getsource(shown), linecache.getline(__file__, 5, globals()),
                    sys.argv, __name__, shown.__code__.co_firstlineno, shown(), sorted(globals()),
                ])

                """
        var results: [RunResult] = []
        for _ in 0..<4 { results.append(try await warm.run(script)) }
        let outputs = results.map { String(decoding: $0.standardOutput.bytes, as: UTF8.self) }
        #expect(outputs == [Self.new, Self.seen, Self.known, Self.known])
        for result in results {
            #expect(result.status == .succeeded, "\(result.reason ?? "")")
            #expect(result.result == results[0].result)
            #expect(result.usage.calls == 0 && result.transcript.isEmpty)
        }
        let said = results[0].result?.arrayValue ?? []
        #expect(said.first?.stringValue == "scripts.py" && said.dropFirst().first == said.first)
        #expect(said.dropFirst(2).first?.stringValue?.hasPrefix("def shown") == true)
        // Another name is another script.
        #expect(try await warm.origins(script, name: "others") == [Self.new])
        await warm.runner.letCool()
    }

    @Test func anErrorShowsTheSameLines() async throws {
        let warm = try await Warm()
        let script = Self.origin + "def f(x):\n    return {}[x]\n\nf('käse')\n"
        var results: [RunResult] = []
        for _ in 0..<3 { results.append(try await warm.run(script)) }
        let outputs = results.map { String(decoding: $0.standardOutput.bytes, as: UTF8.self) }
        #expect(outputs == [Self.new, Self.seen, Self.known])
        for result in results {
            #expect(result.status == .failed && result.exception?.type == "KeyError" && result.exception?.line == 5)
            let errors = String(decoding: result.standardError.bytes, as: UTF8.self)
            #expect(errors.contains("File \"scripts.py\", line 7, in <module>\n    f('käse')"), "\(errors)")
            #expect(result.standardError.bytes == results[0].standardError.bytes)
        }
        await warm.runner.letCool()
    }

    @Test func whatCannotBeCompiledSaysSoEachTime() async throws {
        let warm = try await Warm()
        var errors: Set<[UInt8]> = []
        for _ in 0..<4 {
            let result = try await warm.run("print(1)\nx = = 1\n")
            #expect(result.status == .failed && result.exception?.type == "SyntaxError" && result.exception?.line == 2)
            #expect(result.standardOutput.bytes.isEmpty)
            errors.insert(Array(result.standardError.bytes))
        }
        #expect(errors.count == 1)
        let warned = Self.origin + "print(1 is 1)\n"
        for expected in [Self.new, Self.seen, Self.new] {
            let result = try await warm.run(warned)
            #expect(String(decoding: result.standardOutput.bytes, as: UTF8.self) == expected + "True\n")
            #expect(String(decoding: result.standardError.bytes, as: UTF8.self).contains("scripts.py:4: SyntaxWarning"))
        }
        await warm.runner.letCool()
    }

    @Test func scriptsThatDifferInAByteShareNothing() async throws {
        let warm = try await Warm()
        let (one, other) = (Self.origin + "# caf\u{E9}\n", Self.origin + "# cafe\u{301}\n")
        #expect(try await warm.origins(one, times: 3) == [Self.new, Self.seen, Self.known])
        #expect(try await warm.origins(other, times: 3) == [Self.new, Self.seen, Self.known])
        #expect(try await warm.origins(one + "\n") == [Self.new])
        await warm.runner.letCool()
    }

    /// A script that sends code of its own, and one that is ended by a signal: nothing is kept of them, however often they come.
    @Test(arguments: [
        (
            "import airlock_channel, time\nairlock_channel.notify('compiled', {'code': 'AAEC'})\ntime.sleep(60)\n",
            RunStatus.protocolViolation
        ),
        ("import ctypes\nctypes.string_at(0)\n", .failed),
    ])
    func whatEndsOtherwiseLeavesNothing(end: String, status: RunStatus) async throws {
        let warm = try await Warm()
        for expected in [Self.new, Self.seen, Self.seen, Self.seen] {
            let result = try await warm.run(Self.origin + end)
            #expect(result.status == status, "\(result.reason ?? "")")
            #expect(String(decoding: result.standardOutput.bytes, as: UTF8.self) == expected)
        }
        await warm.runner.letCool()
    }
}
