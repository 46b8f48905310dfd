public import AirlockCore

/// How many calls of a group may be under way at a time.
public struct BulkheadSettings: Sendable, Hashable {
    /// Default 16, at least 1.
    public var maxConcurrent = 16
    /// Calls that may wait at a time; further ones are refused. Default 1,000.
    public var maxWaiting = 1000

    public init() {}

    public init(maxConcurrent: Int, maxWaiting: Int = 1000) {
        self.maxConcurrent = maxConcurrent
        self.maxWaiting = maxWaiting
    }

    /// 3 at a time: more of one organisation's queries wait at PostHog, and are then refused.
    public static let queries = BulkheadSettings(maxConcurrent: 3)

    /// What is wrong with the values, each by its name under `pointer`.
    public func problems(under pointer: String = "") -> [Problem] {
        var found = SettingProblems(pointer: pointer)
        found.require(maxConcurrent, "maxConcurrent", from: 1, to: 1000)
        found.require(maxWaiting, "maxWaiting", from: 0, to: 10_000)
        return found.problems
    }
}
