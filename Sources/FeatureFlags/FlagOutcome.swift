public import AirlockCore

/// What came of the evaluation of one flag.
public enum FlagOutcome: Sendable, Hashable {
    case decided(FlagResult)
    /// What is known here does not decide it; the server has to be asked.
    case undecided(UnresolvedReason)

    public var value: FlagValue? { if case .decided(let result) = self { result.value } else { nil } }
}

/// A flag's value, why it has it and what comes with it.
public struct FlagResult: Sendable, Hashable {
    public var value: FlagValue
    public var reason: FlagReason
    /// The condition that decided, from 0.
    public var condition: Int?
    /// What `filters.payloads` has for the value; mostly JSON text.
    public var payload: JSONValue?

    init(_ value: FlagValue, _ reason: FlagReason, condition: Int? = nil) {
        self.value = value
        self.reason = reason
        self.condition = condition
    }

    /// The reason as PostHog puts it to a person.
    public var reasonText: String {
        switch reason {
        case .superCondition: "Super condition value"
        case .conditionMatch: "Matched condition set \((condition ?? 0) + 1)"
        case .noConditionMatch: "No matching condition set"
        case .outOfRolloutBound: "Out of rollout bound"
        case .noGroupType: "No group type"
        case .holdout: "Holdout condition value"
        case .disabled: "Feature flag is disabled"
        case .missingDependency: "Flag cannot be evaluated due to missing dependency"
        }
    }
}

/// Why a flag has its value; the raw value is PostHog's `reason.code`.
public enum FlagReason: String, Sendable, Hashable, CaseIterable {
    case superCondition = "super_condition_value"
    case conditionMatch = "condition_match"
    case noConditionMatch = "no_condition_match"
    case outOfRolloutBound = "out_of_rollout_bound"
    case noGroupType = "no_group_type"
    case holdout = "holdout_condition_value"
    case disabled = "flag_disabled"
    case missingDependency = "missing_dependency"

    /// Of several conditions that did not match, the reason that says most is told.
    var weight: Int {
        switch self {
        case .superCondition: 6
        case .holdout: 5
        case .conditionMatch: 4
        case .outOfRolloutBound: 3
        case .noConditionMatch: 2
        case .noGroupType: 1
        case .disabled: 0
        case .missingDependency: -1
        }
    }
}

/// Why a flag cannot be decided here. Where several apply, the first of this order is told.
public enum UnresolvedReason: String, Sendable, Hashable, CaseIterable, Comparable {
    case experienceContinuity = "experience_continuity"
    case unsupportedDefinition = "unsupported_definition"
    case unresolvedDependency = "unresolved_dependency"
    case missingContext = "missing_context"

    private var rank: Int {
        switch self {
        case .experienceContinuity: 0
        case .unsupportedDefinition: 1
        case .unresolvedDependency: 2
        case .missingContext: 3
        }
    }

    public static func < (left: UnresolvedReason, right: UnresolvedReason) -> Bool { left.rank < right.rank }
}

/// What keeps a filter, a condition or a flag from being decided.
struct Undecided: Error {
    var reason: UnresolvedReason
    /// No other condition may decide the flag either: only the server knows what is needed.
    var needsServer = false

    static let unsupported = Undecided(reason: .unsupportedDefinition)
    static let missing = Undecided(reason: .missingContext)
    static let server = Undecided(reason: .unsupportedDefinition, needsServer: true)
}

extension UnresolvedReason? {
    func joined(with reason: UnresolvedReason) -> UnresolvedReason { self.map { Swift.min($0, reason) } ?? reason }
}
