internal import AirlockCore

extension FlagRun {
    private enum Verdict {
        case match, noMatch, outOfRollout
    }

    mutating func matchConditions(_ flag: FlagDefinition, _ subject: Subject) throws(Undecided) -> FlagResult {
        var open: UnresolvedReason?
        var best = FlagResult(.off, .noConditionMatch)
        var hasReason = false
        conditions: for (index, condition) in flag.conditions.enumerated() {
            let verdict: (Verdict, Subject)?
            do throws(Undecided) {
                verdict = try match(condition, of: flag, subject)
            } catch {
                if error.needsServer {
                    // What the loop does not get to may be worse.
                    throw Undecided(
                        reason: definitionProblem(flag).joined(with: error.reason), needsServer: true)
                }
                open = open.joined(with: error.reason)
                continue
            }
            let reason: FlagReason
            switch verdict {
            case nil: reason = .noGroupType
            case (.match, let effective)?:
                return FlagResult(value(of: flag, condition, effective), .conditionMatch, condition: index)
            case (.noMatch, _)?: reason = .noConditionMatch
            case (.outOfRollout, _)?: reason = .outOfRolloutBound
            }
            if !hasReason || reason.weight > best.reason.weight {
                best = FlagResult(.off, reason, condition: index)
                hasReason = true
            }
            // The condition was right and only the share was not: later ones cannot change that.
            if reason == .outOfRolloutBound, flag.exitsEarly { break conditions }
        }
        if let open { throw Undecided(reason: open) }
        return best
    }

    private func value(of flag: FlagDefinition, _ condition: FlagDefinition.Condition, _ subject: Subject) -> FlagValue
    {
        if let forced = condition.variant, flag.variants.contains(where: { PropertyText.same($0.key, forced) }) {
            return .variant(forced)
        }
        return flag.variant(for: subject.bucket).map { .variant($0) } ?? .on
    }

    /// - Returns: `nil` for a condition about groups of a type that was not named.
    private mutating func match(
        _ condition: FlagDefinition.Condition, of flag: FlagDefinition, _ subject: Subject
    ) throws(Undecided) -> (Verdict, Subject)? {
        guard let subject = try self.subject(of: condition, flag, subject) else { return nil }
        if !condition.filters.isEmpty {
            guard try all(condition.filters, subject) else { return (.noMatch, subject) }
        }
        if let percentage = condition.percentage,
            FlagHash.rollout(flag: flag.key, value: subject.bucket) > percentage / 100
        {
            return (.outOfRollout, subject)
        }
        return (.match, subject)
    }

    /// A condition may speak of other subjects than its flag.
    private func subject(
        of condition: FlagDefinition.Condition, _ flag: FlagDefinition, _ subject: Subject
    ) throws(Undecided) -> Subject? {
        guard let groupType = condition.groupType, !groupType.isNull, groupType != flag.groupType else {
            return subject
        }
        if subject.isDependency, !context.isComplete { return nil }
        guard let name = definitions.groupTypes[PropertyText.text(groupType)], let key = context.groups[name] else {
            return nil
        }
        guard let properties = context.effectiveGroupProperties(name) else { throw .missing }
        return Subject(
            identity: subject.identity, bucket: key, properties: properties, isDependency: subject.isDependency)
    }

    /// Filters have no order: one that cannot be decided does not keep a later one from ruling the condition out.
    private mutating func all(_ filters: [PropertyFilter], _ subject: Subject) throws(Undecided) -> Bool {
        var open: UnresolvedReason?
        var server = false
        for filter in filters {
            do throws(Undecided) {
                if try !match(filter, subject) { return false }
            } catch {
                if error.needsServer, open == nil { server = true }
                open = open.joined(with: error.reason)
            }
        }
        if let open { throw Undecided(reason: open, needsServer: server) }
        return true
    }

    mutating func match(_ filter: PropertyFilter, _ subject: Subject) throws(Undecided) -> Bool {
        switch filter.kind {
        case .property: try evaluator.properties.matches(filter, subject.properties)
        case .cohort: try matchCohort(filter, subject)
        case .flag: try matchFlag(filter, subject)
        }
    }
}
