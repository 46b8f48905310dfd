public import AirlockCore

/// Values that satisfy a template's variables.
public struct ValidatedVariables: Sendable {
    /// What the script gets: all variables but the secrets, in the template's order; `null` for an optional one that
    /// was not given.
    public let values: JSONObject
    /// What only the broker gets.
    public let secrets: SecretValues
    /// SHA-256 of the canonical JSON of ``values``, in hexadecimal. Secrets are not part of it: a digest can be guessed
    /// at.
    public let digest: String
    public let origins: [String: VariableOrigin]
    /// What is worth saying: names that could not be checked against the data, for one.
    public let notes: [Problem]

    init(
        values: JSONObject, secrets: SecretValues, origins: [String: VariableOrigin], notes: [Problem]
    ) {
        self.values = values
        self.secrets = secrets
        self.origins = origins
        self.notes = notes
        digest = SHA256.hexDigest(JSONValue.object(values).canonicalJSONBytes)
    }
}

/// Secrets by the names of their variables. No description of it shows a value.
public struct SecretValues: Sendable, CustomStringConvertible, CustomReflectable {
    private var values: [String: String] = [:]

    public init() {}

    public var names: [String] { values.keys.sorted() }
    public var isEmpty: Bool { values.isEmpty }

    public subscript(name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    public var description: String { "\(values.count) secrets" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
