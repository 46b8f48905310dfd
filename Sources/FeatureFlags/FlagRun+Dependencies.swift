internal import AirlockCore

extension FlagRun {
    /// Whether another flag has the value that the filter asks for.
    mutating func matchFlag(_ filter: PropertyFilter, _ subject: Subject) throws(Undecided) -> Bool {
        // A filter of another shape matches nobody, as on the server.
        guard filter.hasDependencyShape else { return false }
        guard let chain = filter.dependencyChain?.arrayValue, !chain.isEmpty else { throw .unsupported }
        let keys = chain.map(PropertyText.text)
        if let missing = keys.first(where: { known[$0] == nil && definitions.byKey[$0] == nil }) {
            known[missing] = .some(nil)
            throw .unsupported
        }
        try enter()
        defer { leave() }
        for key in keys where known[key] == nil {
            guard let flag = definitions.byKey[key] else { continue }
            try evaluateDependency(flag, subject)
        }
        guard case .some(.some(let value)) = known[filter.key] else {
            let isKnown = definitions.byKey[filter.key] != nil && known[filter.key] != nil
            throw Undecided(reason: isKnown ? .unresolvedDependency : .unsupportedDefinition)
        }
        return Self.agrees(filter.value, value)
    }

    private mutating func evaluateDependency(_ flag: FlagDefinition, _ subject: Subject) throws(Undecided) {
        guard flag.isActive else {
            known[flag.key] = .some(.off)
            return
        }
        do throws(Undecided) {
            if flag.keepsExperience, !context.isComplete { throw Undecided(reason: .experienceContinuity) }
            let isByDevice = flag.groupType == nil && flag.bucketsByDevice
            let inner = Subject(
                identity: subject.identity, bucket: isByDevice ? try bucket(of: flag) : subject.identity,
                properties: subject.properties, isDependency: true)
            known[flag.key] = .some(try match(flag, inner).value)
        } catch {
            if error.needsServer { throw Undecided(reason: .unresolvedDependency, needsServer: true) }
            known[flag.key] = .some(nil)
            throw Undecided(reason: .unresolvedDependency)
        }
    }

    private static func agrees(_ wanted: JSONValue, _ value: FlagValue) -> Bool {
        switch (value, wanted) {
        case (.variant, .bool(let wanted)): wanted
        case (.variant(let key), .string(let wanted)): PropertyText.same(key, wanted)
        case (.on, .bool(let wanted)): wanted
        case (.off, .bool(let wanted)): !wanted
        default: false
        }
    }
}

extension PropertyFilter {
    var hasDependencyShape: Bool { operation == "flag_evaluates_to" && !key.isEmpty && !value.isNull }
}

// MARK: - What is wrong with a definition, whomever it is asked for

extension FlagRun {
    func definitionProblem(_ flag: FlagDefinition) -> UnresolvedReason? {
        guard flag.isActive else { return nil }
        if flag.keepsExperience, !context.isComplete { return .experienceContinuity }
        if let type = flag.groupType, definitions.groupTypes[PropertyText.text(type)] == nil {
            return .unsupportedDefinition
        }
        var seen: Set<String> = []
        for filter in flag.conditions.flatMap(\.filters) where isUnsupported(filter, &seen, depth: 0) {
            return .unsupportedDefinition
        }
        return nil
    }

    private func isUnsupported(_ filter: PropertyFilter, _ seen: inout Set<String>, depth: Int) -> Bool {
        guard depth < Self.maxDepth else { return true }
        switch filter.kind {
        case .property:
            do throws(Undecided) {
                try evaluator.properties.check(filter)
                return false
            } catch {
                return true
            }
        case .flag:
            guard filter.hasDependencyShape else { return false }
            guard let chain = filter.dependencyChain?.arrayValue, !chain.isEmpty else { return true }
            return chain.contains { definitions.byKey[PropertyText.text($0)] == nil }
        case .cohort:
            let id = PropertyText.text(filter.value)
            guard let group = definitions.cohorts[id], ["exact", "in", "not_in"].contains(filter.operation) else {
                return true
            }
            guard seen.insert(id).inserted else { return false }
            return isUnsupported(group: group, &seen, depth: depth + 1)
        }
    }

    private func isUnsupported(group: JSONValue, _ seen: inout Set<String>, depth: Int) -> Bool {
        guard depth < Self.maxDepth, let members = group.objectValue else { return true }
        if members.isEmpty { return false }
        guard let joint = members["type"]?.stringValue, joint == "AND" || joint == "OR",
            let entries = members["values"]?.arrayValue
        else { return true }
        for entry in entries {
            guard let filter = PropertyFilter(entry), let inner = entry.objectValue else { return true }
            let type = inner["type"]?.stringValue
            let isGroup = inner.isEmpty || inner["values"] != nil || type == "AND" || type == "OR"
            if isGroup
                ? isUnsupported(group: entry, &seen, depth: depth + 1)
                : isUnsupported(filter, &seen, depth: depth + 1)
            {
                return true
            }
        }
        return false
    }
}
