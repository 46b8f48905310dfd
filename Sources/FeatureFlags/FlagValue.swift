public import AirlockCore

/// What a feature flag is for somebody.
public enum FlagValue: Sendable, Hashable {
    case off
    case on
    /// On, as this variant.
    case variant(String)

    public var isOn: Bool { self != .off }

    /// The variant's key, or a truth value: how PostHog writes it.
    public var jsonValue: JSONValue {
        switch self {
        case .off: false
        case .on: true
        case .variant(let key): .string(key)
        }
    }
}
