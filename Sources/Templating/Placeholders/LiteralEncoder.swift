public import AirlockCore

/// Writes values as literals of a script's language.
///
/// A literal is an expression of its own: it stands on one line, holds no character that a reader or a terminal could
/// take for something else, and means the same whatever stands next to it.
public protocol LiteralEncoder: Sendable {
    /// - Throws: `invalid_variables` for a value the language has no literal for.
    func encode(_ value: JSONValue) throws(AirlockError) -> String
}

extension ScriptRuntime {
    /// How this language writes values.
    public var literals: any LiteralEncoder {
        switch self {
        case .python: PythonLiteral()
        }
    }

    /// How this language's scripts are searched for placeholders.
    func placeholders(in bytes: [UInt8]) -> PlaceholderScan {
        switch self {
        case .python: PythonPlaceholders.scan(bytes)
        }
    }
}
