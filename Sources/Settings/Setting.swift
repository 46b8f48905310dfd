internal import AirlockCore

/// One thing that can be set: under which names, what it means, and where it goes.
package struct Setting: Sendable {
    enum Kind: Sendable {
        /// Takes a text in, or says what it has to be; shows the value in force, `nil` where there is none.
        case plain(
            take: @Sendable (inout AirlockSettings, String) -> Bool, show: @Sendable (AirlockSettings) -> String?)
        /// A key: also from a file or a command, and shown as its mask.
        case secret(any WritableKeyPath<AirlockSettings, SecretText?> & Sendable)
    }

    /// As a file has it: `posthog.api_url` is `api_url` in the table `[posthog]`.
    package let name: String
    /// In the environment, the strongest first.
    package let variables: [String]
    /// A flag of its own, besides `--setting name=value`.
    package let flag: String?
    package let meaning: String
    /// What it has to be, as an error says it.
    let allowed: String
    let kind: Kind

    package var isSecret: Bool { if case .secret = kind { true } else { false } }

    /// The value when nothing sets it; `nil` where there is none.
    package var defaultText: String? { text(in: AirlockSettings()) }

    package func text(in settings: AirlockSettings) -> String? {
        switch kind {
        case .plain(_, let show): show(settings)
        case .secret(let path): settings[keyPath: path]?.mask
        }
    }

    /// The JSON pointer of a problem with it.
    var pointer: String { "/" + String(name.map { $0 == "." ? "/" : $0 }) }
}

/// How a kind of value is written.
struct SettingForm<Value: Sendable>: Sendable {
    var allowed: String
    var read: @Sendable (String) -> Value?
    var write: @Sendable (Value) -> String
}

extension Setting {
    init<Value>(
        _ name: String, _ variables: [String] = [], flag: String? = nil, _ form: SettingForm<Value>,
        _ path: any WritableKeyPath<AirlockSettings, Value> & Sendable, _ meaning: String
    ) {
        self.init(
            name: name, variables: variables, flag: flag, meaning: meaning, allowed: form.allowed,
            kind: .plain(
                take: { settings, text in
                    guard let value = form.read(text) else { return false }
                    settings[keyPath: path] = value
                    return true
                },
                show: { form.write($0[keyPath: path]) }))
    }

    /// One that may be absent.
    init<Value>(
        _ name: String, _ variables: [String] = [], flag: String? = nil, _ form: SettingForm<Value>,
        _ path: any WritableKeyPath<AirlockSettings, Value?> & Sendable, _ meaning: String
    ) {
        self.init(
            name: name, variables: variables, flag: flag, meaning: meaning, allowed: form.allowed,
            kind: .plain(
                take: { settings, text in
                    guard let value = form.read(text) else { return false }
                    settings[keyPath: path] = value
                    return true
                },
                show: { $0[keyPath: path].map(form.write) }))
    }

    init(
        secret name: String, _ variables: [String],
        _ path: any WritableKeyPath<AirlockSettings, SecretText?> & Sendable,
        _ meaning: String
    ) {
        self.init(
            name: name, variables: variables, flag: nil, meaning: meaning, allowed: "a key", kind: .secret(path))
    }
}
