import AirlockCore
import ArgumentParser
import DriverKit
import HogQL
import Reporting
import Templating
import Testing

@testable import airlock

@Suite struct CommandParsingTests {
    @Test func valuesMayLookLikeOptions() throws {
        let command = try #require(
            try AirlockCommand.parseAsRoot([
                "run", "t", "-o", "-odd", "--set", "a=-1", "--set", "--b=2", "--vars", "-", "--variable-flag=c=--d",
                "--seed", "-7", "--limit", "wall=3s", "--format", "json", "-q",
            ]) as? RunCommand)
        #expect(command.output.output == "-odd")
        #expect(command.variables.settings == ["a=-1", "--b=2"])
        #expect(command.variables.file == "-")
        #expect(command.variables.flags == ["c=--d"])
        #expect(command.run.seed == -7)
        #expect(try command.run.limits().wall == .seconds(3))
        #expect(command.output.format == .json && command.output.quiet)
    }

    @Test(arguments: [
        ["run"], ["run", "a", "b"], ["run", "t", "--format", "xml"], ["run", "t", "--seed", "x"], ["frobnicate"],
        ["templates", "shw"], ["query"], ["run", "t", "--isolation", "none"], ["doctor", "--metrics", "x"],
        ["doctor", "--probe", "--driver", "posthog"], ["capture"], ["capture", "signup"],
        ["capture", "signup", "--distinct-id", "ada", "--batch", "0"], ["audit", "verify"],
    ])
    func wrongArguments(arguments: [String]) {
        #expect(throws: (any Error).self) { try AirlockCommand.parseAsRoot(arguments) }
    }

    @Test(arguments: [
        (["run", "x", "--format", "json"], true), (["run", "--format=json"], true),
        (["run", "--format", "csv"], false),
        (["run", "--", "--format", "json"], false), (["query", "--format"], false), ([], false),
    ])
    func theWishForJSONIsFoundInAnyText(arguments: [String], isWanted: Bool) {
        #expect(CommandLineSession(arguments: arguments).wantsJSON == isWanted)
    }

    @Test(arguments: [
        RunCommand.helpMessage(), ExecCommand.helpMessage(), QueryCommand.helpMessage(), ObjectsCommand.helpMessage(),
        FieldsCommand.helpMessage(), DataInfoCommand.helpMessage(), DoctorCommand.helpMessage(),
        BatchCommand.helpMessage(),
    ])
    func helpNamesDefaultsEnvironmentAndExitCodes(help: String) {
        for part in ["EXIT CODES", "ENVIRONMENT", "default", "130", "70"] { #expect(help.contains(part)) }
        #expect(!help.contains("variable-flag"))
    }

    @Test(arguments: [("wall=30s", nil), ("wal=30s", "wall"), ("wall", "name=value"), ("wall=soon", "20s")])
    func limits(text: String, expected: String?) throws {
        let options = try RunOptions.parse(["--limit", text])
        do throws(AirlockError) {
            _ = try options.limits()
            #expect(expected == nil)
        } catch {
            #expect(error.description.contains(expected ?? "nothing"))
        }
    }

    @Test func scriptAndVariablesCannotShareStandardInput() throws {
        let options = try VariableOptions.parse(["--vars", "-"])
        #expect(throws: AirlockError.self) { try options.inputs(readsInput: true) }
    }
}

@Suite struct FailureTests {
    @Test(
        arguments: [
            (AirlockError.Code.invalidVariables, 2), (.unknownTemplate, 2), (.invalidTemplate, 2),
            (.invalidArgument, 2),
            (.fileFailed, 2), (.invalidQuery, 2), (.upstreamFailed, 6), (.invalidData, 6), (.timedOut, 6),
            (.cancelled, 130), (.isolationUnavailable, 70), (.interpreterUnavailable, 70), (.internalError, 70),
            (.quotaExceeded, 5),
        ] as [(AirlockError.Code, Int32)])
    func exitCodes(code: AirlockError.Code, expected: Int32) {
        #expect(CommandFailure(AirlockError(code, "x")).status.exitCode == expected)
    }
}

@Suite struct QueryInputTests {
    @Test func valuesAreJSONOrText() throws {
        let input = try QueryInput(
            text: "SELECT 1", values: ["n=3", "s=signup", "q=\"3\"", "l=[1,2]", "e=", "x=a=b"], maxRows: 5,
            timeout: "2m")
        #expect(
            input.values == ["n": 3, "s": "signup", "q": "3", "l": [1, 2], "e": "", "x": "a=b"])
        #expect(input.options.maxRows == 5 && input.options.timeout == .seconds(120))
    }

    @Test(arguments: [("=3", 5, "1s"), ("n", 5, "1s"), ("n=1", 0, "1s"), ("n=1", 5, "soon"), ("n=1", 5, "0s")])
    func refuses(value: String, maxRows: Int, timeout: String) {
        #expect(throws: AirlockError.self) {
            try QueryInput(text: "SELECT 1", values: [value], maxRows: maxRows, timeout: timeout)
        }
    }

    @Test func theCaretStandsBelowThePlace() {
        let error = AirlockError(.invalidQuery, "unexpected ','", at: .query(line: 2, column: 9))
        let lines = QueryPlace.excerpt(error, of: "SELECT\n  日本 a ,,\nFROM x")
        #expect(lines == ["  日本 a ,,", String(repeating: " ", count: 10) + "^"])
        var failure = CommandFailure(error)
        failure.excerpt = lines
        #expect(
            failure.text(TerminalStyle(width: 80)) == """
                error: unexpected ',' (query line 2, column 9)
                      日本 a ,,
                              ^

                """)
        let far = QueryPlace.excerpt(
            AirlockError(.invalidQuery, "x", at: .query(line: 1, column: 501)), of: String(repeating: "a", count: 1000))
        #expect(far == [String(repeating: "a", count: 100), String(repeating: " ", count: 60) + "^"])
    }

    @Test(arguments: ["SELECT\r\n  é ,,\r\nFROM x", "SELECT\r  é ,,\rFROM x", "SELECT\n  e\u{301} ,,\nFROM x"])
    func linesEndAsThoseOfAPlace(query: String) throws {
        let error = try #require(throws: AirlockError.self) { try parseSelect(query) }
        let lines = QueryPlace.excerpt(error, of: query)
        #expect(lines.count == 2 && lines[0].hasSuffix(",,") && lines[1].hasSuffix("^"), "\(lines)")
    }

    @Test(arguments: [(0, 1), (1, 0), (9, 1), (1, 999)])
    func placesOutsideTheTextAreHarmless(line: Int, column: Int) {
        let error = AirlockError(.invalidQuery, "x", at: .query(line: line, column: column))
        _ = QueryPlace.excerpt(error, of: "SELECT 1")
        _ = QueryPlace.excerpt(error, of: "")
    }
}

@Suite struct TemplateHelpTests {
    @Test func variablesWithTypesRangesAndDefaults() throws {
        let source = """
            # /// script
            # [tool.airlock]
            # title = "Top events"
            # [tool.airlock.variables]
            # days = { type = "integer", description = "Length of the period", minimum = 1, maximum = 365, default = 7 }
            # event_name = { type = "string", minLength = 2 }
            # plan = { enum = ["free", "pro"], default = "free" }
            # strict = { type = "boolean", default = true }
            # [tool.airlock.access]
            # methods = ["query"]
            # tables = ["events"]
            # [tool.airlock.limits]
            # wall = "20s"
            # ///
            print(1)
            """
        let help = TemplateHelp(
            try Template(name: "top-events", bytes: Array(source.utf8)), named: "top-events", command: "run"
        ).text
        #expect(
            help.hasPrefix(
                """
                OVERVIEW: Top events

                USAGE: airlock run top-events [--VARIABLE VALUE ...] [OPTIONS]

                VARIABLES:
                  --days <integer>       Length of the period.
                                         integer; 1 to 365; default 7
                  --event-name <string>  string; at least 2 characters; required
                  --plan <value>         one of free, pro; default 'free'
                  --strict, --no-strict  boolean; default true

                LIMITS AND ACCESS:
                  limits:  wall 20 s; else the defaults
                  methods: query
                  tables:  events
                """))
    }

    @Test func limitsTableNamesEveryLimit() {
        let names = LimitTable.report.table.rows.compactMap(\.first?.stringValue)
        #expect(names == TemplateLimits.names)
    }
}

@Suite struct UTCTextTests {
    @Test(arguments: [
        (0, "1970-01-01 00:00:00"), (1_767_225_600_000_000, "2026-01-01 00:00:00"), (-1, "1969-12-31 23:59:59"),
        (1_709_208_000_999_999, "2024-02-29 12:00:00"), (-62_135_596_800_000_000, "0001-01-01 00:00:00"),
    ])
    func text(microseconds: Int64, expected: String) {
        #expect(UTCText.text(microseconds: microseconds) == expected)
    }
}
