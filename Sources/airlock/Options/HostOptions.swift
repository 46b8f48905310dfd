import AirlockCore
import ArgumentParser
import Settings

/// What is set for the host's side of a command.
struct HostOptions: ParsableArguments {
    @Option(
        name: .customLong("config"), parsing: .unconditional,
        help: ArgumentHelp("A TOML file of settings; weaker than the environment.", valueName: "file"))
    var file: String?

    @Option(
        name: .customLong("setting"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Set a setting, as posthog.flags=local. May be repeated; 'airlock config' lists them.",
            valueName: "name=value"))
    var settings: [String] = []

    @Option(
        name: .customLong("metrics"), parsing: .unconditional,
        help: ArgumentHelp("Add metrics to this file at the end, in Prometheus' text format.", valueName: "file"))
    var metrics: String?

    @Option(
        name: .customLong("audit"), parsing: .unconditional,
        help: ArgumentHelp("Record every call in this file before it is answered.", valueName: "file"))
    var audit: String?

    /// The flags as settings.
    func flags() throws(AirlockError) -> [String: (text: String, flag: String)] {
        var flags: [String: (text: String, flag: String)] = [:]
        for text in settings {
            let (name, value) = try VariableOptions.pair(text, option: "--setting")
            flags[name] = (value, "--setting \(name)")
        }
        if let metrics { flags["metrics.file"] = (metrics, "--metrics") }
        if let audit { flags["audit.file"] = (audit, "--audit") }
        return flags
    }
}
