internal import AirlockCore

/// Evaluates feature flags as PostHog does: the same people get the same value here, in its SDKs and on its servers.
///
/// Pure: what it answers follows from the definitions and the context alone.
public struct FlagEvaluator: Sendable {
    public let definitions: FlagDefinitions
    public let context: FlagContext
    let properties: PropertyMatch

    public init(_ definitions: FlagDefinitions, _ context: FlagContext) {
        self.definitions = definitions
        self.context = context
        properties = PropertyMatch(
            matchingVersion: definitions.propertyMatchingVersion, now: context.now, isComplete: context.isComplete)
    }

    /// - Returns: `nil` for a key that no definition has.
    public func evaluate(_ key: String) -> FlagOutcome? { definitions.flag(key).map(evaluate) }

    public func evaluate(_ flag: FlagDefinition) -> FlagOutcome {
        var run = FlagRun(evaluator: self)
        do throws(Undecided) {
            var result = try run.evaluate(flag)
            result.payload = flag.payload(for: result.value)
            return .decided(result)
        } catch {
            return .undecided(error.reason)
        }
    }
}

/// The evaluation of one flag, with the flags that it depends on.
struct FlagRun {
    let evaluator: FlagEvaluator
    /// Flags that others depend on; `nil` inside for those that were undecided.
    var known: [String: FlagValue?] = [:]
    /// Flags and cohorts that lie inside each other.
    private var depth = 0

    /// Flags and cohorts that were gone into.
    private var steps = 0

    /// More is a circle, or made to exhaust the stack.
    static let maxDepth = 32
    /// Definitions that name each other many times over would take for ever.
    private static let maxSteps = 10_000

    init(evaluator: FlagEvaluator) { self.evaluator = evaluator }

    /// Goes into another flag or cohort; ``leave()`` comes out again.
    mutating func enter() throws(Undecided) {
        steps += 1
        guard depth < Self.maxDepth, steps <= Self.maxSteps else { throw .unsupported }
        depth += 1
    }

    mutating func leave() { depth -= 1 }

    var definitions: FlagDefinitions { evaluator.definitions }
    var context: FlagContext { evaluator.context }

    /// Whose properties and whose place count.
    struct Subject {
        /// Whom the flag was asked for: a distinct id, or a group's key. Flags that it depends on are about them too.
        var identity: String
        var bucket: String
        var properties: JSONObject
        /// Whether this is about a flag that another depends on; SDKs know no groups there.
        var isDependency = false
    }

    mutating func evaluate(_ flag: FlagDefinition) throws(Undecided) -> FlagResult {
        guard flag.isActive else { return FlagResult(.off, .disabled) }
        // The server remembers; here it takes the person as they are.
        if flag.keepsExperience, !context.isComplete { throw Undecided(reason: .experienceContinuity) }
        guard let groupType = flag.groupType else {
            let bucket: String
            do throws(Undecided) {
                bucket = try self.bucket(of: flag)
            } catch {
                throw Undecided(reason: definitionProblem(flag) ?? error.reason)
            }
            let properties = context.effectivePersonProperties
            return try match(
                flag, Subject(identity: context.distinctID, bucket: bucket, properties: properties))
        }
        guard let name = definitions.groupTypes[PropertyText.text(groupType)] else { throw .unsupported }
        guard let key = context.groups[name] else { return FlagResult(.off, .noGroupType) }
        guard let properties = context.effectiveGroupProperties(name) else { throw .missing }
        return try match(flag, Subject(identity: key, bucket: key, properties: properties))
    }

    func bucket(of flag: FlagDefinition) throws(Undecided) -> String {
        guard flag.bucketsByDevice else { return context.distinctID }
        if let device = context.deviceID, !device.isEmpty { return device }
        if context.isComplete { return context.distinctID }
        throw .missing
    }

    /// Enrolment, then the holdout, then the conditions in their order.
    mutating func match(_ flag: FlagDefinition, _ subject: Subject) throws(Undecided) -> FlagResult {
        if flag.isMalformed { throw .unsupported }
        if flag.isEnrollment, let result = try enrollment(flag, subject) { return result }
        if let holdout = flag.holdout,
            holdout.percentage == 100 || FlagHash.holdout(value: subject.bucket) <= holdout.percentage / 100
        {
            return FlagResult(.variant("holdout-\(holdout.id)"), .holdout)
        }
        return try matchConditions(flag, subject)
    }

    private func enrollment(_ flag: FlagDefinition, _ subject: Subject) throws(Undecided) -> FlagResult? {
        if flag.groupType != nil { throw .unsupported }
        guard let value = subject.properties["$feature_enrollment/\(flag.key)"] else {
            // Who never enrolled is for the conditions to decide; an SDK does not know whether that is so.
            if context.isComplete { return nil }
            throw .missing
        }
        let isEnrolled = value == .bool(true) || value == .string("true")
        return FlagResult(isEnrolled ? .on : .off, .superCondition, condition: 0)
    }
}
