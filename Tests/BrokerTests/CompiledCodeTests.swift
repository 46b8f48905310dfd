import AirlockCore
import Testing

@testable import Broker

/// A script's code, which only the guest may send: before the script's first line, and if it was asked for.
@Suite(.timeLimit(.minutes(10))) struct CompiledCodeTests {
    private static func compiled(_ code: JSONValue) -> [UInt8] { notification("compiled", ["code": code]) }

    @Test func theFirstMessageMayBeTheCode() {
        var state = BrokerState(awaitsCode: true)
        #expect(state.feed(Self.compiled("AAEC")).isEmpty)
        #expect(state.report.code == [0, 1, 2])
        #expect(state.report.calls == 0 && state.report.transcript.isEmpty && state.notifications == 0)
        #expect(state.feed(notification("metric", ["name": "n", "value": 1])).ending == nil)
        #expect(state.report.outputs.count == 1)
    }

    @Test func aGuestMayHaveNone() {
        var state = BrokerState(awaitsCode: true)
        #expect(state.feed(Self.compiled(nil)).isEmpty)
        #expect(state.report.code == nil)
        #expect(state.feed(Self.compiled("AAEC")).ending == .protocolViolation)
        #expect(state.report.code == nil)
    }

    @Test func theLargestCodeIsTaken() {
        var state = BrokerState(awaitsCode: true)
        let code = [UInt8](repeating: 7, count: ScriptStart.maxCodeBytes)
        #expect(state.feed(Self.compiled(.string(Base64.encoded(code)))).isEmpty)
        #expect(state.report.code == code)
    }

    /// Streams that end the run, and whether the start asked for code.
    @Test(
        arguments: [
            ("not asked for", false, compiled("AAEC")), ("none, not asked for", false, compiled(nil)),
            ("a second one", true, compiled("AAEC") + compiled("AAEC")),
            (
                "after another notification", true,
                notification("log", ["level": "info", "message": "m"]) + compiled("AAEC")
            ),
            ("after a wrong notification", true, notification("nonsense", [:]) + compiled("AAEC")),
            ("after a request", true, request(1) + compiled("AAEC")),
            (
                "too large", true,
                compiled(.string(Base64.encoded([UInt8](repeating: 7, count: ScriptStart.maxCodeBytes + 1))))
            ),
            ("much too large", true, compiled(.string(String(repeating: "A", count: 4 << 20)))),
            ("no base64", true, compiled("AAE")), ("base64 with a line's end", true, compiled("AAEC\n")),
            ("empty", true, compiled("")), ("a number", true, compiled(7)),
            ("nothing", true, notification("compiled", [:])),
            ("more members", true, notification("compiled", ["code": "AAEC", "name": "x"])),
        ] as [(String, Bool, [UInt8])])
    func refused(name: String, isAsked: Bool, stream: [UInt8]) {
        var state = BrokerState(awaitsCode: isAsked)
        let actions = state.feed(stream)
        #expect(actions.ending == .protocolViolation, "\(name)")
        #expect(state.report.ending?.status == .protocolViolation)
    }

    @Test func aRequestOfThatNameIsOneLikeOthers() {
        var state = BrokerState(awaitsCode: true)
        #expect(state.feed(request(1, "compiled")).errorCodes == ["unknown_method"])
    }

    // MARK: The real guest

    private static let script = """
        import sys
        def f(x):
            return 1 / x
        around = sys._getframe(1).f_locals
        print(__file__, f.__code__.co_filename, len(around["code"]), around["keep"], flush=True)
        f(0)

        """

    private func start(_ script: String = script, code: [UInt8] = [], asks: Bool = false) -> ScriptStart {
        var start = ScriptStart(script: script, name: "analysis.py")
        (start.code, start.asksForCode) = (code, asks)
        return start
    }

    @Test func codeRunsAsTheTextDoes() async throws {
        let first = try await runGuest(start(), isWarm: true)
        #expect(first.report.code == nil)
        #expect(first.standardOutput == "analysis.py analysis.py 0 False\n")
        let asked = try await runGuest(start(asks: true), isWarm: true)
        let code = try #require(asked.report.code)
        #expect(asked.standardOutput == "analysis.py analysis.py 0 True\n")
        let given = try await runGuest(start(code: code), isWarm: true)
        #expect(given.report.code == nil)
        #expect(given.standardOutput == "analysis.py analysis.py \(code.count) False\n")
        for run in [first, asked, given] {
            #expect(run.exitCode == 1 && run.link.ending == nil)
            #expect(run.standardError == first.standardError)
            #expect(run.standardError.contains("line 3, in f\n    return 1 / x"))
            #expect(run.report.exception?.line == 3)
        }
        // The code of the one text given with another: it is what runs, but nobody would do that.
        let other = try await runGuest(start("print('other')", code: code), isWarm: true)
        #expect(other.standardOutput == given.standardOutput)
    }

    /// Garbage, a number, and half of what there was.
    @Test(arguments: [[0xFF], Array("garbage".utf8), [0xE9, 1, 0, 0, 0], [0xE3, 0, 0, 0, 0]] as [[UInt8]])
    func whatIsNoCodeIsCompiledAnew(code: [UInt8]) async throws {
        let run = try await runGuest(start("print(6 * 7)", code: code), isWarm: true)
        #expect(run.standardOutput == "42\n" && run.standardError == "" && run.exitCode == 0)
    }

    /// An interpreter that has just started gives none, and reads over what it is given.
    @Test func aColdInterpreterNeedsNone() async throws {
        let run = try await runGuest(start("print(6 * 7)", code: [1, 2, 3]))
        #expect(run.standardOutput == "42\n" && run.exitCode == 0)
    }

    @Test func whatTheCompilerSaysIsSaidByEachRun() async throws {
        let broken = try await runGuest(start("a = 1\nb = = 2\n", asks: true), isWarm: true)
        #expect(broken.report.code == nil && broken.link.ending == nil)
        #expect(broken.report.exception?.type == "SyntaxError" && broken.report.exception?.line == 2)
        #expect(!broken.standardError.contains("During handling"))
        let warned = try await runGuest(start("\nprint(1 is 1)", asks: true), isWarm: true)
        #expect(warned.report.code == nil && warned.link.ending == nil)
        #expect(warned.standardOutput == "True\n")
        #expect(warned.standardError.contains("analysis.py:2: SyntaxWarning"))
    }

    /// Scripts of which the guest gives code, and none: because of its length, and because the compiler warns.
    @Test(arguments: ["pass", "text = '\(String(repeating: "x", count: ScriptStart.maxCodeBytes))'", "1 is 1"])
    func aScriptCannotGiveCodeItself(line: String) async throws {
        let script = """
            \(line)
            import airlock_channel
            print("sent", flush=True)
            airlock_channel.notify("compiled", {"code": "AAEC"})
            import time
            time.sleep(60)
            """
        for asks in [true, false] {
            let run = try await runGuest(start(script, asks: asks), isWarm: true)
            #expect(run.standardOutput == "sent\n")
            #expect(run.link.ending?.status == .protocolViolation)
            #expect(run.report.code != [0, 1, 2] && (run.report.code == nil || asks && line == "pass"))
        }
    }
}
