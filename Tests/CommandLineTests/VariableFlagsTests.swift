import AirlockCore
import ArgumentParser
import Templating
import Testing

@testable import airlock

@Suite struct VariableFlagsTests {
    private static let source = """
        # /// script
        # requires-python = ">=3.9"
        # [tool.airlock.variables]
        # days = { type = "integer", default = 7 }
        # limit = { type = "integer", default = 10 }
        # event_name = { type = "string", default = "x" }
        # verbose = { type = "boolean", default = false }
        # no_cache = { type = "boolean", default = false }
        # ///
        print({{ days }})
        """

    private func flags() throws -> VariableFlags {
        let template = try Template(name: "t", bytes: Array(Self.source.utf8))
        return VariableFlags { $0 == "t" ? template.variables : nil }
    }

    @Test(arguments: [
        (["t"], ["t"]), (["t", "--days", "14"], ["t", "--variable-flag=days=14"]),
        (["t", "--days=14"], ["t", "--variable-flag=days=14"]),
        (["t", "--days", "-5"], ["t", "--variable-flag=days=-5"]),
        (["t", "--days="], ["t", "--variable-flag=days="]),
        (["t", "--event-name", "--odd--"], ["t", "--variable-flag=event-name=--odd--"]),
        (["t", "--event-name=--days"], ["t", "--variable-flag=event-name=--days"]),
        (["t", "--event_name", "a=b c"], ["t", "--variable-flag=event_name=a=b c"]),
        (["t", "--verbose"], ["t", "--variable-flag=verbose=true"]),
        (["t", "--verbose", "false"], ["t", "--variable-flag=verbose=false"]),
        (["t", "--no-verbose", "-o", "x"], ["t", "--variable-flag=verbose=false", "-o", "x"]),
        (["t", "--verbose", "--days", "3"], ["t", "--variable-flag=verbose=true", "--variable-flag=days=3"]),
        (["t", "--no-cache"], ["t", "--variable-flag=no-cache=true"]),
        (["t", "--dys", "7"], ["t", "--variable-flag=dys=7"]), (["t", "--dys=7"], ["t", "--variable-flag=dys=7"]),
        (["t", "--dys", "--days", "1"], ["t", "--variable-flag=dys=true", "--variable-flag=days=1"]),
        (["t", "--dys", "-q"], ["t", "--variable-flag=dys=true", "-q"]),
        (["--format", "json", "t", "--days", "1"], ["--format", "json", "t", "--variable-flag=days=1"]),
        (["-q", "t", "--set", "days=-1", "--quiet"], ["-q", "t", "--set", "days=-1", "--quiet"]),
        (["t", "--limit", "wall=3s", "--limit", "5"], ["t", "--limit", "wall=3s", "--variable-flag=limit=5"]),
        (["t", "--limit=5"], ["t", "--variable-flag=limit=5"]), (["t", "--limit=wall=5s"], ["t", "--limit=wall=5s"]),
        (["t", "-o", "--days"], ["t", "-o", "--days"]), (["t", "--", "--days", "3"], ["t", "--", "--days", "3"]),
        (["unknown", "--anything", "1"], ["unknown", "--variable-flag=anything=1"]), (["-"], ["-"]),
        (["t", "--seed", "-3"], ["t", "--seed", "-3"]),
    ])
    func rewrites(given: [String], expected: [String]) throws {
        let (arguments, help) = try flags().rewrite(given)
        #expect(arguments == expected)
        #expect(help == nil)
    }

    @Test(arguments: [
        (["t", "--days"], "--days needs a value"), (["t", "--days", "--limit", "3"], "--days needs a value"),
        (["t", "--days", "--verbose"], "--days needs a value"), (["t", "--days", "-q"], "--days needs a value"),
        (["--days", "7", "t"], "own flags stand after its name"), (["--formt", "json", "t"], "nearest is --format"),
        (["t", "--formt", "json"], "nearest is --format"),
    ])
    func refuses(given: [String], message: String) throws {
        let flags = try flags()
        #expect {
            _ = try flags.rewrite(given)
        } throws: {
            ($0 as? AirlockError)?.description.contains(message) == true
        }
    }

    @Test func helpNamesTheTemplate() throws {
        #expect(try flags().rewrite(["t", "--days", "1", "--help"]).helpFor == "t")
        #expect(try flags().rewrite(["-h", "t"]).helpFor == "t")
        #expect(try flags().rewrite(["--help"]).helpFor == nil)
        #expect(try flags().rewrite(["t", "--", "--help"]).helpFor == nil)
    }

    @Test func nothingIsReadWithoutFlags() throws {
        let flags = VariableFlags { _ in
            Issue.record("the template was read")
            return nil
        }
        _ = try flags.rewrite(["t", "--set", "days=1", "--format", "json", "-o", "f", "--seed", "3", "--allow-writes"])
    }

    @Test func otherCommandsStayAsTheyAre() throws {
        for arguments in [[], ["query", "--vlue", "x"], ["templates", "list", "--x"], ["--help"]] {
            #expect(try VariableFlags.prepare(arguments) == .arguments(arguments))
        }
    }

    /// Whatever the pre-pass knows as an option, the commands declare, and the other way round.
    @Test func knownOptionsAreTheDeclaredOnes() throws {
        let help = RunCommand.helpMessage(includeHidden: true, columns: 1000)
        // The carrier is private and in no help.
        let shown = VariableFlags.valueOptions.subtracting(["--" + VariableFlags.carrier])
        for option in shown.union(VariableFlags.switches) where option.hasPrefix("--") {
            #expect(help.contains(option), "\(option) is not declared")
        }
        let declared = help.split(whereSeparator: { " ,\n()".contains($0) }).map(String.init)
            .filter { $0.hasPrefix("--") && $0.dropFirst(2).allSatisfy { $0.isLowercase || $0 == "-" } }
        let known = VariableFlags.valueOptions.union(VariableFlags.switches).union(VariableFlags.helpFlags)
        // Options named in running text count too, but for those of a template's variables.
        let examples: Set<String> = ["--days", "--name", "--version"]
        for option in declared where !examples.contains(option) {
            #expect(known.contains(option), "\(option) is not known to the pre-pass")
        }
    }
}
