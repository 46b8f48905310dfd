internal import AirlockCore

/// A filter of a condition or of a cohort.
struct PropertyFilter: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// A property of the person or, in a flag about groups, of the group.
        case property
        case cohort
        case flag
    }

    var kind: Kind
    var key: String
    /// `exact` unless said otherwise.
    var operation: String
    /// What is asked of the property; null when missing.
    var value: JSONValue
    /// In cohorts: the filter matches whoever it would not.
    var isNegated: Bool
    /// For a flag: the flags it depends on in the order of evaluation, itself last.
    var dependencyChain: JSONValue?
    /// Whether `operator` and `value` are there, which makes a difference for flags.
    var hasOperator: Bool

    /// - Returns: `nil` for what is no object.
    init?(_ value: JSONValue) {
        guard let members = value.objectValue else { return nil }
        switch members["type"]?.stringValue {
        case "cohort": kind = .cohort
        case "flag": kind = .flag
        default: kind = .property
        }
        key = members["key"].map(PropertyText.text) ?? ""
        let operation = members["operator"]?.stringValue ?? ""
        hasOperator = !operation.isEmpty
        self.operation = operation.isEmpty ? "exact" : operation
        self.value = members["value"] ?? .null
        isNegated = members["negation"]?.boolValue ?? false
        dependencyChain = members["dependency_chain"]
    }
}
