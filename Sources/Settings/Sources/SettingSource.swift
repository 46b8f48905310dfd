/// Where a value comes from, weakest first.
package enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    case defaults
    case file(String, line: Int?)
    /// A variable's name.
    case environment(String)
    /// A flag as it was written: `--driver`, `--setting posthog.flags`.
    case flag(String)

    package var description: String {
        switch self {
        case .defaults: "default"
        case .file(let path, let line?): "\(path), line \(line)"
        case .file(let path, nil): path
        case .environment(let name): name
        case .flag(let flag): flag
        }
    }
}

/// A value as its source has it.
struct SettingText: Sendable {
    var text: String
    var source: SettingSource
}

/// What the caller of a command says.
package struct SettingInputs: Sendable {
    /// All of the environment.
    package var environment: [String: String]
    /// Settings given by flags, by their names: the text, and the flag it was given with.
    package var flags: [String: (text: String, flag: String)]
    /// `--config`; weaker, `AIRLOCK_CONFIG`.
    package var file: String?

    package init(
        environment: [String: String], flags: [String: (text: String, flag: String)] = [:], file: String? = nil
    ) {
        self.environment = environment
        self.flags = flags
        self.file = file
    }

    func variable(_ name: String) -> SettingText? {
        guard let text = environment[name], !text.isEmpty else { return nil }
        return SettingText(text: text, source: .environment(name))
    }
}
