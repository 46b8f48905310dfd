import AirlockCore
import ArgumentParser
import Templating

/// The sources of a template's variables.
struct VariableOptions: ParsableArguments {
    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Set a variable. May be repeated.", valueName: "name=value"))
    var settings: [String] = []

    @Option(
        name: .customLong("vars"), parsing: .unconditional,
        help: ArgumentHelp("Read variables from a JSON, YAML or TOML file; '-' is standard input.", valueName: "file"))
    var file: String?

    /// What the flags `--NAME VALUE` were rewritten to.
    @Option(name: .customLong(VariableFlags.carrier), parsing: .unconditionalSingleValue, help: .private)
    var flags: [String] = []

    /// - Parameter readsInput: whether standard input is read already, by the script.
    func inputs(readsInput: Bool = false) throws(AirlockError) -> VariableInputs {
        var inputs = VariableInputs()
        inputs.environment = Environment.all()
        for setting in settings { inputs.settings.append(try Self.pair(setting, option: "--set")) }
        for flag in flags { inputs.flags.append(try Self.pair(flag, option: "--" + VariableFlags.carrier)) }
        if let file {
            guard file != "-" || !readsInput else {
                throw AirlockError(
                    .invalidArgument, "the script and the variables cannot both come from standard input",
                    at: .argument("--vars"), hint: "Put one of them into a file.")
            }
            inputs.file = try VariableFile(
                name: file, bytes: try InputFile.read(file, maxBytes: VariableFile.maxBytes))
        }
        return inputs
    }

    static func pair(_ text: String, option: String) throws(AirlockError) -> (name: String, text: String) {
        guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
            throw AirlockError(
                .invalidArgument, "'\(text)' is not of the form name=value", at: .argument(option),
                hint: "As in \(option) days=14.")
        }
        return (String(text[..<equals]), String(text[text.index(after: equals)...]))
    }
}
