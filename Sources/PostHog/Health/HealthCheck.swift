public import AirlockCore

/// One thing that a health check looked at.
public struct HealthCheck: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        case good
        /// It works, and something is worth knowing.
        case advice
        case failed
        /// What came before it failed, so that it could not be looked at.
        case unknown
    }

    /// A stable name: `reachable`, `key`, `scopes`, `project`, `project_key`, `queries`, `quota`, `circuit`, `clock`.
    public var name: String
    public var state: State
    /// What was found; no key is in it.
    public var detail: String
    /// What to do about it.
    public var remedy: String?

    init(_ name: String, _ state: State, _ detail: String, remedy: String? = nil) {
        self.name = name
        self.state = state
        self.detail = detail
        self.remedy = remedy
    }

    init(_ name: String, _ error: AirlockError) {
        let detail = [error.message, error.cause].compactMap { $0 }.joined(separator: ": ")
        self.init(name, .failed, detail, remedy: error.hint)
    }

    public var jsonValue: JSONValue {
        [
            "check": .string(name), "state": .string(state.rawValue), "detail": .string(detail),
            "remedy": remedy.map(JSONValue.string) ?? .null,
        ]
    }
}
