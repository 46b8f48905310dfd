internal import AirlockCore

extension FlagRun {
    private static let cohortOperators: Set<String> = ["exact", "in", "not_in"]

    mutating func matchCohort(_ filter: PropertyFilter, _ subject: Subject) throws(Undecided) -> Bool {
        let id = PropertyText.text(filter.value)
        guard Self.cohortOperators.contains(filter.operation) || definitions.cohorts[id] == nil else {
            throw .unsupported
        }
        let isNegative = filter.operation == "not_in"
        guard let group = definitions.cohorts[id] else {
            // A static cohort: whoever is in it is on a list.
            guard context.isComplete else { throw .server }
            return context.staticCohorts.contains(id) != isNegative
        }
        try enter()
        defer { leave() }
        return try matchGroup(group, subject) != isNegative
    }

    /// Filters and groups of filters that are joined by AND or OR. One that decides the group is worth more than one that
    /// cannot be decided.
    private mutating func matchGroup(_ group: JSONValue, _ subject: Subject) throws(Undecided) -> Bool {
        guard let members = group.objectValue else { throw .server }
        if members.isEmpty { return true }
        guard let joint = members["type"]?.stringValue, joint == "AND" || joint == "OR",
            let entries = members["values"]?.arrayValue
        else { throw .server }
        if entries.isEmpty { return true }
        try enter()
        defer { leave() }
        let isAnd = joint == "AND"
        var decided: Bool?
        var open: UnresolvedReason?
        for entry in entries {
            do throws(Undecided) {
                let matches = try matchEntry(entry, subject)
                if matches != isAnd { decided = matches }
            } catch {
                if error.needsServer { throw error }
                open = open.joined(with: error.reason)
            }
        }
        if let decided { return decided }
        if let open { throw Undecided(reason: open) }
        return isAnd
    }

    private mutating func matchEntry(_ entry: JSONValue, _ subject: Subject) throws(Undecided) -> Bool {
        guard let members = entry.objectValue, let filter = PropertyFilter(entry) else { throw .server }
        let type = members["type"]?.stringValue
        if members.isEmpty || members["values"] != nil || type == "AND" || type == "OR" {
            return try matchGroup(entry, subject)
        }
        // What people did is not among their properties.
        if type == "behavioral", context.isComplete { return filter.isNegated }
        return try match(filter, subject) != filter.isNegated
    }
}
