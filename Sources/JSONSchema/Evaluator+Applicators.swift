internal import AirlockCore

extension Evaluator {
    mutating func checkApplicator(_ keyword: Keyword, _ value: JSONValue, _ evaluated: inout Evaluated?) -> Bool {
        switch keyword {
        case .reference(let node): return check(node, value, &evaluated)
        case .allOf(let nodes):
            var valid = true
            for node in nodes where !check(node, value, &evaluated) {
                valid = false
                if !collects || isExhausted { break }
            }
            return valid
        case .anyOf(let nodes, let raw): return checkAnyOf(nodes, raw, value, &evaluated)
        case .oneOf(let nodes, let raw): return checkOneOf(nodes, raw, value, &evaluated)
        case .not(let node, let raw):
            var nothing: Evaluated?
            if !quietly(node, value, &nothing) { return !isExhausted }
            report("not", "must not be what 'not' describes", allowed: raw)
            return false
        case .conditional(let condition, let then, let otherwise):
            let holds = quietly(condition, value, &evaluated)
            guard !isExhausted, let next = holds ? then : otherwise else { return !isExhausted }
            return check(next, value, &evaluated)
        case .dependentSchemas(let dependencies):
            guard case .object(let members) = value else { return true }
            var valid = true
            for (name, node) in dependencies where members[name] != nil {
                if !check(node, value, &evaluated) { valid = false }
            }
            return valid
        default: return true
        }
    }

    private mutating func checkAnyOf(
        _ nodes: [Int], _ raw: JSONValue, _ value: JSONValue, _ evaluated: inout Evaluated?
    ) -> Bool {
        var valid = false
        for node in nodes where quietly(node, value, &evaluated) {
            valid = true
            // What the other branches look at counts only where somebody asks.
            if evaluated == nil { return true }
        }
        if !valid, !isExhausted { reportNoBranch("anyOf", nodes, raw, value) }
        return valid
    }

    private mutating func checkOneOf(
        _ nodes: [Int], _ raw: JSONValue, _ value: JSONValue, _ evaluated: inout Evaluated?
    ) -> Bool {
        var matching: [Int] = []
        for (index, node) in nodes.enumerated() where quietly(node, value, &evaluated) {
            matching.append(index)
            if matching.count > 1, !collects { return false }
        }
        if isExhausted { return false }
        if matching.count == 1 { return true }
        if matching.isEmpty {
            reportNoBranch("oneOf", nodes, raw, value)
        } else {
            let places = joined(matching.prefix(10).map { "\($0 + 1)" }, by: "and")
            report("oneOf", "must fit exactly one of the choices of 'oneOf', but fits number \(places)", allowed: raw)
        }
        return false
    }

    /// Says that no branch fits, and what is wrong with the value in the branch it was most likely meant for: the one
    /// branch that takes a value of this type.
    private mutating func reportNoBranch(_ keyword: String, _ nodes: [Int], _ raw: JSONValue, _ value: JSONValue) {
        guard collects else { return }
        let here = pointer
        var likely: [[Problem]] = []
        var candidates: [JSONValue] = []
        for node in nodes {
            let found = problems { evaluator in
                var nothing: Evaluated?
                _ = evaluator.check(node, value, &nothing)
            }
            candidates += found.filter { $0.pointer == here }.compactMap(\.suggested)
            let isOther = found.contains {
                $0.pointer == here && ["type", "const", "enum", "false_schema"].contains($0.code)
            }
            if !isOther { likely.append(found) }
        }
        report(keyword, "must fit one of the choices of '\(keyword)'", allowed: raw, candidates: candidates)
        if likely.count == 1 { for problem in likely[0] { add(problem) } }
    }
}
