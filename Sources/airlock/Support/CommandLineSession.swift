import AirlockCore
import ArgumentParser
import Reporting

/// One invocation: parses, runs the command, and says what went wrong in the form that was asked for.
struct CommandLineSession {
    let arguments: [String]

    /// - Returns: the exit code.
    func run() async -> Int32 {
        let code = await execute()
        await HostTelemetry.finishCurrent()
        return code
    }

    private func execute() async -> Int32 {
        do {
            let outcome = try VariableFlags.prepare(arguments)
            guard case .arguments(let prepared) = outcome else {
                if case .help(let help) = outcome { try Console.standard.write(help) }
                return 0
            }
            if var command = PlainCommandLine.command(prepared) {
                try await command.run()
                return 0
            }
            var command = try parse(prepared)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return report(error)
        }
    }

    /// The two commands whose start-up time matters are parsed by themselves: the whole tree of commands takes some
    /// 2 ms more. What they cannot make sense of is the tree's to explain.
    private func parse(_ prepared: [String]) throws -> any ParsableCommand {
        let rest = Array(prepared.dropFirst())
        switch prepared.first {
        case "run": if let command = try? RunCommand.parse(rest) { return command }
        case "exec": if let command = try? ExecCommand.parse(rest) { return command }
        default: break
        }
        return try AirlockCommand.parseAsRoot(prepared)
    }

    private func report(_ error: any Error) -> Int32 {
        switch error {
        case let code as ExitCode: return code.rawValue
        case is ClosedOutput: return ClosedOutput.exitCode
        case let failure as AirlockError: return present(CommandFailure(failure))
        case let failure as CommandFailure: return present(failure)
        default: break
        }
        guard AirlockCommand.exitCode(for: error) != .success else {
            // Help and version are answers, not errors.
            do {
                try Console.standard.write(AirlockCommand.fullMessage(for: error) + "\n")
                return 0
            } catch { return report(error) }
        }
        let message = AirlockCommand.message(for: error)
        if wantsJSON { return present(CommandFailure(AirlockError(.invalidArgument, message, hint: usageHint))) }
        Console.standard.say(SafeText.block(AirlockCommand.fullMessage(for: error)) + "\n")
        return RunStatus.invalid.exitCode
    }

    private func present(_ failure: CommandFailure) -> Int32 {
        if wantsJSON {
            do { try Console.standard.write(document(failure)) } catch { return report(error) }
        } else {
            Console.standard.say(failure.text(Console.standard.errorStyle))
        }
        return failure.status.exitCode
    }

    /// A run that could not be made is a run's document too, so that a caller reads one shape.
    private func document(_ failure: CommandFailure) -> String {
        if arguments.first == "run" || arguments.first == "exec" {
            var result = RunResult(runID: "", template: "", status: failure.status)
            result.error = failure.error
            result.reason = failure.error.message
            return RunReport(result).document(.json, style: TerminalStyle(width: nil))
        }
        let document: JSONValue = [
            "status": .string(failure.status.rawValue), "error": failure.error.jsonValue,
        ]
        return SafeText.json(document.prettyJSON) + "\n"
    }

    /// Looked for in the text itself, since what cannot be parsed must be answered in this form too.
    var wantsJSON: Bool {
        let options = arguments.prefix { $0 != "--" }
        return options.contains("--format=json")
            || zip(options, options.dropFirst()).contains { $0 == ("--format", "json") }
    }

    private var usageHint: String {
        let names = arguments.prefix { !$0.hasPrefix("-") }.prefix(
            arguments.first == "templates" || arguments.first == "data" ? 2 : 1)
        return "'airlock \((names + ["--help"]).map { SafeText.line($0) }.joined(separator: " "))' shows what it takes."
    }
}
