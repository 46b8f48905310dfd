import AirlockCore
import ArgumentParser
import Reporting
import Settings

/// A command line of `run` or `exec` that leaves no question, read without the argument parser, which takes 2.5 ms to find
/// out by reflection what these two commands declare: a fifth of a cold start.
///
/// Whatever is not of the plainest form is not read at all, so that the argument parser answers it: help, completion
/// scripts, values that begin with a dash or fail to be one, options that are repeated or unknown. For all that is read
/// the outcome is the parser's own, which tests compare.
struct PlainCommandLine {
    private var target: String?
    private var lists: [String: [String]] = [:]
    private var values: [String: String] = [:]
    private var switches: Set<String> = []

    private static let listOptions: Set = [
        "--" + VariableFlags.carrier, "--set", "--limit", "--templates", "--setting",
    ]
    private static let valueOptions: Set = [
        "--vars", "--driver", "--data", "--format", "--output", "--isolation", "--profile", "--artifacts", "--config",
        "--metrics", "--audit",
    ]
    private static let longSwitches: Set = ["--quiet", "--allow-writes", "--timings"]

    /// - Parameter arguments: as ``VariableFlags`` prepared them.
    /// - Returns: the command as the argument parser would make it; `nil` for what is the parser's to read.
    static func command(_ arguments: [String]) -> (any AsyncParsableCommand)? {
        guard let name = arguments.first, name == "run" || name == "exec" else { return nil }
        guard let line = PlainCommandLine(arguments.dropFirst()), let target = line.target else { return nil }
        return name == "run" ? line.runCommand(target) : line.execCommand(target)
    }

    private init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        while let token = rest.popFirst() {
            if !token.hasPrefix("-") || token == "-" {
                guard target == nil, !token.isEmpty else { return nil }
                target = token
            } else if Self.longSwitches.contains(token) || token == "-q" {
                guard switches.insert(token == "-q" ? "--quiet" : token).inserted else { return nil }
            } else {
                guard take(token, &rest) else { return nil }
            }
        }
    }

    /// Takes an option and its value, `--name=value` or `--name value`.
    private mutating func take(_ token: String, _ rest: inout ArraySlice<String>) -> Bool {
        let equals = token.firstIndex(of: "=")
        let written = equals.map { String(token[..<$0]) } ?? token
        let option = written == "-o" && equals == nil ? "--output" : written
        let isList = Self.listOptions.contains(option)
        guard isList || Self.valueOptions.contains(option),
            let value = equals.map({ String(token[token.index(after: $0)...]) }) ?? rest.popFirst(),
            !value.isEmpty, !value.hasPrefix("-")
        else { return false }
        if isList {
            lists[option, default: []].append(value)
            return true
        }
        return values.updateValue(value, forKey: option) == nil
    }

    private func runCommand(_ target: String) -> RunCommand? {
        var command = RunCommand()
        command.template = target
        command.variables = variables
        command.matrix = MatrixOptions.unset
        command.templates = templates
        guard let data, let run, let output else { return nil }
        (command.data, command.run, command.output) = (data, run, output)
        (command.host, command.timing) = (host, timing)
        return command
    }

    private func execCommand(_ target: String) -> ExecCommand? {
        // There are no templates to be found for a script.
        guard lists["--templates"] == nil, let data, let run, let output else { return nil }
        var command = ExecCommand()
        command.file = target
        command.variables = variables
        (command.data, command.run, command.output) = (data, run, output)
        (command.host, command.timing) = (host, timing)
        return command
    }

    // MARK: Groups of options

    private var variables: VariableOptions {
        var options = VariableOptions()
        options.settings = lists["--set"] ?? []
        options.file = values["--vars"]
        options.flags = lists["--" + VariableFlags.carrier] ?? []
        return options
    }

    private var data: DataOptions? {
        var options = DataOptions()
        options.driver = nil
        if let name = values["--driver"] {
            guard let driver = AirlockSettings.DriverName(rawValue: name) else { return nil }
            options.driver = driver
        }
        options.data = values["--data"]
        return options
    }

    private var run: RunOptions? {
        var options = RunOptions()
        options.limitTexts = lists["--limit"] ?? []
        options.isolation = .full
        if let name = values["--isolation"] {
            guard let level = IsolationReport.Level(rawValue: name) else { return nil }
            options.isolation = level
        }
        options.profileName = values["--profile"]
        options.allowWrites = switches.contains("--allow-writes")
        options.seed = nil
        options.artifacts = values["--artifacts"]
        return options
    }

    private var templates: TemplateOptions {
        var options = TemplateOptions()
        options.directories = lists["--templates"] ?? []
        return options
    }

    private var host: HostOptions {
        var options = HostOptions()
        options.file = values["--config"]
        options.settings = lists["--setting"] ?? []
        options.metrics = values["--metrics"]
        options.audit = values["--audit"]
        return options
    }

    private var output: OutputOptions? {
        var options = OutputOptions()
        options.format = .table
        if let name = values["--format"] {
            guard let format = OutputFormat(rawValue: name) else { return nil }
            options.format = format
        }
        options.output = values["--output"]
        options.quiet = switches.contains("--quiet")
        return options
    }

    private var timing: TimingOptions {
        var options = TimingOptions()
        options.timings = switches.contains("--timings")
        return options
    }
}

extension MatrixOptions {
    /// Of a command line without `--matrix` and `--jobs`.
    fileprivate static var unset: MatrixOptions {
        var jobs = JobOptions()
        jobs.count = nil
        var options = MatrixOptions()
        options.texts = []
        options.jobs = jobs
        return options
    }
}
