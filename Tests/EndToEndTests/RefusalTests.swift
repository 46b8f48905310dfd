import AirlockCore
import AirlockTesting
import Testing

/// What a result says of refused calls: names and counts by init's word, lines by the interpreter's, which a script can
/// spoil for itself and for nothing else.
@Suite(.timeLimit(.minutes(5))) struct RefusalTests {
    private static let prelude = """
        import ctypes, os, signal, socket
        def refused():
            try: socket.socket()
            except OSError as error: return error.errno

        """

    private func run(_ script: String, isolation: String = "full") throws -> JSONValue {
        try BuiltBinary().run(
            ["exec", "-", "--format", "json", "--isolation", isolation], input: Self.prelude + script
        ).json()
    }

    private func refusal(_ call: String, in result: JSONValue) -> JSONValue? {
        result["refusals"]?.arrayValue?.first { $0["syscall"]?.stringValue == call }
    }

    @Test(arguments: ["full", "portable"])
    func aRefusedCallHasItsLine(isolation: String) throws {
        let result = try run("refused()\nos.fork()", isolation: isolation)
        #expect(result["status"] == "failed")
        let socket = try #require(refusal("socket", in: result))
        #expect(socket["count"] == 1)
        #expect(socket["lines"] == [3])
        #expect(socket["message"] == "line 3 called socket (network). This sandbox has none; use airlock.query.")
        #expect(refusal("clone", in: result)?["lines"] == [6])
    }

    @Test(arguments: ["full", "portable"])
    func aKilledRunHasItsLine(isolation: String) throws {
        let result = try run("\nctypes.CDLL(None).ptrace(0, 0, 0, 0)\nprint('on')", isolation: isolation)
        #expect(result["status"] == "denied")
        #expect(result["syscall"] == "ptrace")
        #expect(result["syscall_line"] == 6)
        #expect(result["reason"]?.stringValue?.hasPrefix("line 6 called ptrace (other processes)") == true)
        #expect(result["stdout"]?["text"] == "")
    }

    @Test func textSaysItInPlainWords() throws {
        let answer = try BuiltBinary().run(["exec", "-"], input: "import socket\nsocket.socket()")
        #expect(answer.exitCode == 1)
        #expect(
            answer.errors.contains(
                "line 2 called socket (network). This sandbox has none; use airlock.query."), "\(answer.errors)")
    }

    @Test(arguments: [
        ("a flood", "for _ in range(1000): refused()", 1000, [3]),
        ("deep recursion", "def deeper(n): return deeper(n - 1) if n else refused()\ndeeper(150)", 1, [3]),
        ("the signal ignored", "signal.signal(signal.SIGURG, signal.SIG_IGN)\nrefused()\nrefused()", 2, []),
        ("the signal reset", "signal.signal(signal.SIGURG, signal.SIG_DFL)\nrefused()", 1, []),
        ("the signal blocked", "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGURG])\nrefused()", 1, []),
        ("faulthandler taken away", "import faulthandler\nfaulthandler.unregister(signal.SIGURG)\nrefused()", 1, []),
        ("the descriptor closed", "os.close(5)\nrefused()", 1, []),
        ("a line forged beforehand", "os.write(5, b'  File \"<stdin>\", line 999 in x\\n')\nrefused()", 1, [3]),
        (
            "the pipe full",
            "try:\n    while True: os.write(5, bytes(4096))\nexcept BlockingIOError: pass\nrefused()", 1, [3]
        ),
    ])
    func aScriptCanSpoilItsLineAlone(what: String, script: String, count: Int, lines: [Int]) throws {
        let result = try run(script + "\nprint('END')")
        #expect(result["status"] == "succeeded", "\(what): \(result.json)")
        #expect(result["stdout"]?["text"] == "END\n", "\(what)")
        let socket = try #require(refusal("socket", in: result))
        #expect(socket["count"]?.intValue == count, "\(what)")
        #expect(socket["lines"] == .array(lines.map { .int($0) }), "\(what)")
    }

    /// Between a call of the kill list and the kill the script may get to run a handler of its own: the call is not
    /// made, and nothing it does changes the verdict.
    @Test(arguments: [
        "signal.signal(signal.SIGURG, signal.SIG_IGN)", "signal.signal(signal.SIGURG, lambda *_: os._exit(0))",
        "signal.signal(signal.SIGURG, lambda *_: None)",
        "signal.signal(signal.SIGURG, lambda *_: refused())", "os.close(5)",
    ])
    func aKillStaysAKill(defence: String) throws {
        let result = try run(
            "\(defence)\nctypes.CDLL(None).ptrace(0, 0, 0, 0)\nwhile True: pass")
        #expect(result["status"] == "denied", "\(result.json)")
        #expect(result["syscall"] == "ptrace")
        #expect(result["syscall_line"] == .null)
        #expect(result["exit_code"] == .null || result["exit_code"] == 0)
    }
}
