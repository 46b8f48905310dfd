internal import AirlockCore
internal import LinearRegex

extension Evaluator {
    mutating func checkObject(_ keyword: Keyword, _ members: JSONObject, _ evaluated: inout Evaluated?) -> Bool {
        switch keyword {
        case .members(let wanted): return check(wanted, members, &evaluated)
        case .required(let names): return checkRequired(names, members)
        case .propertyNames(let node): return checkNames(node, members)
        case .minProperties(let limit):
            if members.count >= limit { return true }
            report("minProperties", "must have at least \(counted(limit, "property"))", allowed: .int(limit))
        case .maxProperties(let limit):
            if members.count <= limit { return true }
            report("maxProperties", "must have at most \(counted(limit, "property"))", allowed: .int(limit))
        case .dependentRequired(let dependencies):
            var valid = true
            for (name, required) in dependencies where members[name] != nil {
                for other in required where members[other] == nil {
                    report(
                        "dependentRequired", "the property \(quoted(other)) is required where \(quoted(name)) is given",
                        allowed: .array(required.map(JSONValue.string)))
                    valid = false
                }
            }
            return valid
        case .unevaluatedProperties(let node):
            let seen = evaluated ?? Evaluated()
            evaluated?.allMembers = true
            if seen.allMembers { return true }
            var valid = true
            for (name, value) in members where !seen.members.contains(.string(name)) {
                if !checkAdditional("unevaluatedProperties", node, name, value, known: []) {
                    valid = false
                    if !collects || isExhausted { break }
                }
            }
            return valid
        default: return true
        }
        return false
    }

    private mutating func check(_ wanted: Members, _ members: JSONObject, _ evaluated: inout Evaluated?) -> Bool {
        var valid = true
        for (name, value) in members {
            var isKnown = false
            if !wanted.properties.isEmpty, let node = wanted.properties[.string(name)] {
                isKnown = true
                if !descend(.name(name), node, value) { valid = false }
            }
            for (regex, node) in wanted.patterns where matches(regex, name) {
                isKnown = true
                if !descend(.name(name), node, value) { valid = false }
            }
            if !isKnown, let additional = wanted.additional {
                isKnown = true
                if !checkAdditional("additionalProperties", additional, name, value, known: wanted.names) {
                    valid = false
                }
            }
            if isKnown { evaluated?.members.insert(.string(name)) }
            if !valid, !collects || isExhausted { return false }
        }
        return valid
    }

    private mutating func matches(_ regex: LinearRegex, _ name: String) -> Bool {
        withBudget { left in
            var steps = left > Int.max / 8 ? Int.max : max(0, left) * 8
            let answer = regex.contains(name, stepsLeft: &steps)
            left = answer == nil ? -1 : steps / 8
            return answer ?? false
        }
    }

    /// A member that no other keyword knows; where none such is allowed, the name is at fault and not the value.
    private mutating func checkAdditional(
        _ keyword: String, _ node: Int, _ name: String, _ value: JSONValue, known: [String]
    ) -> Bool {
        guard schema.nodes[node].boolean == false else { return descend(.name(name), node, value) }
        guard collects else { return false }
        let nearest = nearestName(to: name, in: known)
        let hint = nearest.map { "; did you mean \(quoted($0))" } ?? ""
        path.append(.name(name))
        add(
            Problem(
                keyword, "is not a known property\(hint)", pointer: pointer,
                allowed: known.isEmpty ? nil : .array(known.map(JSONValue.string)),
                suggested: nearest.map(JSONValue.string)))
        path.removeLast()
        return false
    }

    private mutating func checkRequired(_ names: [String], _ members: JSONObject) -> Bool {
        var valid = true
        for name in names where members[name] == nil {
            report(
                "required", "the property \(quoted(name)) is required", allowed: .array(names.map(JSONValue.string)))
            valid = false
            if !collects { break }
        }
        return valid
    }

    private mutating func checkNames(_ node: Int, _ members: JSONObject) -> Bool {
        var valid = true
        for (name, _) in members {
            var nothing: Evaluated?
            if quietly(node, .string(name), &nothing) { continue }
            valid = false
            if !collects || isExhausted { break }
            // The name's own problems, said of the name.
            let problems = problems { evaluator in
                _ = evaluator.descend(.name(name), node, .string(name))
            }
            for problem in problems {
                var problem = problem
                problem.message = "has a name that is not allowed: it \(problem.message)"
                problem.code = "propertyNames"
                add(problem)
            }
        }
        return valid
    }
}
