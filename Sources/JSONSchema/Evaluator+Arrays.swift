internal import AirlockCore

extension Evaluator {
    mutating func checkArray(_ keyword: Keyword, _ elements: [JSONValue], _ evaluated: inout Evaluated?) -> Bool {
        switch keyword {
        case .items(let prefix, let rest): return checkItems(elements, prefix, rest, &evaluated)
        case .minItems(let limit):
            if elements.count >= limit { return true }
            report("minItems", "must have at least \(counted(limit, "item"))", allowed: .int(limit))
        case .maxItems(let limit):
            if elements.count <= limit { return true }
            report("maxItems", "must have at most \(counted(limit, "item"))", allowed: .int(limit))
        case .uniqueItems: return checkUnique(elements)
        case .contains(let node, let minimum, let maximum):
            return checkContains(elements, node, minimum, maximum, &evaluated)
        case .unevaluatedItems(let node):
            let seen = evaluated ?? Evaluated()
            evaluated?.allElements = true
            if seen.allElements { return true }
            var valid = true
            for (index, element) in elements.enumerated()
            where index >= seen.prefix && !seen.elements.contains(index) && !descend(.index(index), node, element) {
                valid = false
                if !collects { break }
            }
            return valid
        default: return true
        }
        return false
    }

    private mutating func checkItems(
        _ elements: [JSONValue], _ prefix: [Int], _ rest: Int?, _ evaluated: inout Evaluated?
    ) -> Bool {
        var valid = true
        for (index, element) in elements.enumerated() {
            guard let node = index < prefix.count ? prefix[index] : rest else { break }
            if !descend(.index(index), node, element) {
                valid = false
                if !collects || isExhausted { break }
            }
        }
        if rest != nil { evaluated?.allElements = true }
        let seen = max(evaluated?.prefix ?? 0, min(prefix.count, elements.count))
        evaluated?.prefix = seen
        return valid
    }

    private mutating func checkUnique(_ elements: [JSONValue]) -> Bool {
        guard spend(JSONValue.array(elements).weight) else { return false }
        var first: [JSONValue: Int] = [:]
        first.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let earlier = first.updateValue(index, forKey: element) else { continue }
            report(
                "uniqueItems", "must not have the same item twice: items \(earlier) and \(index) are equal",
                allowed: true, candidates: [.array(Suggestions.withoutRepeats(elements))])
            return false
        }
        return true
    }

    private mutating func checkContains(
        _ elements: [JSONValue], _ node: Int, _ minimum: Int, _ maximum: Int?, _ evaluated: inout Evaluated?
    ) -> Bool {
        var count = 0
        for (index, element) in elements.enumerated() {
            var nothing: Evaluated?
            guard quietly(node, element, &nothing) else { continue }
            count += 1
            evaluated?.elements.insert(index)
            if evaluated == nil, maximum == nil, count >= minimum { return true }
        }
        if count < minimum {
            let code = minimum == 1 ? "contains" : "minContains"
            report(
                code,
                "must have at least \(counted(minimum, "item")) of the kind that 'contains' describes, has \(count)",
                allowed: .int(minimum))
            return false
        }
        if let maximum, count > maximum {
            report(
                "maxContains",
                "must have at most \(counted(maximum, "item")) of the kind that 'contains' describes, has \(count)",
                allowed: .int(maximum))
            return false
        }
        return true
    }
}
