import AirlockCore
import Testing

/// How the guest has a text run shows in nothing that the script, or who reads its errors, could see.
@Suite struct GuestExecutionTests {
    @Test func codeBearsTheScriptsName() async throws {
        let script = """
            import sys, warnings
            def outer():
                def inner(): raise KeyError
                return inner
            print(outer.__code__.co_filename, outer().__code__.co_filename, sys._getframe().f_code.co_filename)
            print(sys.gettrace(), [entry for entry in warnings.filters if entry[0] == "error"])
            outer()()
            """
        let run = try await runGuest(script)
        #expect(run.standardOutput == "analysis.py analysis.py analysis.py\nNone []\n")
        #expect(run.standardError.contains("File \"analysis.py\", line 3, in inner"))
        #expect(!run.standardError.contains("During handling"))
    }

    @Test func aWarningOfTheCompilerIsNoErrorAndBearsTheName() async throws {
        let run = try await runGuest("\nprint(1 is 1)")
        #expect(run.exitCode == 0)
        #expect(run.standardOutput == "True\n")
        #expect(run.standardError.contains("analysis.py:2: SyntaxWarning"))
    }

    @Test(arguments: [
        ("print(1)\nx = (", "File \"analysis.py\", line 2"), ("x = 'a\0'", "null bytes"),
        ("raise SyntaxError('its own')", "File \"analysis.py\", line 1, in <module>"),
        ("class exec: pass\nprint(1 is 1, missing)", "File \"analysis.py\", line 2, in <module>"),
    ])
    func whatIsWrongIsSaidOnceAndRunsNothingTwice(script: String, expected: String) async throws {
        let run = try await runGuest(script)
        #expect(run.exitCode == 1)
        #expect(run.standardOutput == "")
        #expect(run.standardError.contains(expected), "\(run.standardError)")
        #expect(!run.standardError.contains("During handling") && !run.standardError.contains("<string>"))
    }
}
