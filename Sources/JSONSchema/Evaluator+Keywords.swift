internal import AirlockCore
internal import LinearRegex

extension Evaluator {
    /// Whether one keyword is met; a keyword about another type of value always is.
    mutating func check(_ keyword: Keyword, _ value: JSONValue, _ evaluated: inout Evaluated?) -> Bool {
        switch keyword {
        case .type(let types, let raw):
            if types.admits(value) { return true }
            report(
                "type", "must be \(types.description)", allowed: raw,
                candidates: Suggestions.converting(value, to: types))
            return false
        case .enumeration(let enumeration): return check(enumeration, value)
        case .const(let wanted, let weight):
            guard spend(weight) else { return false }
            if value == wanted { return true }
            report("const", "must be \(listed([wanted]))", allowed: wanted, candidates: [wanted])
            return false
        case .minimum, .maximum, .exclusiveMinimum, .exclusiveMaximum, .multipleOf:
            guard case .number(let number) = value else { return true }
            return checkNumber(keyword, number)
        case .minLength, .maxLength, .pattern:
            guard case .string(let text) = value else { return true }
            return checkString(keyword, text)
        case .format(let name, let format): return check(format, named: name, value)
        case .items, .minItems, .maxItems, .uniqueItems, .contains, .unevaluatedItems:
            guard case .array(let elements) = value else { return true }
            return checkArray(keyword, elements, &evaluated)
        case .members, .required, .propertyNames, .minProperties, .maxProperties, .dependentRequired,
            .unevaluatedProperties:
            guard case .object(let members) = value else { return true }
            return checkObject(keyword, members, &evaluated)
        case .dependentSchemas, .reference, .allOf, .anyOf, .oneOf, .not, .conditional:
            return checkApplicator(keyword, value, &evaluated)
        }
    }

    private mutating func check(_ enumeration: Enumeration, _ value: JSONValue) -> Bool {
        let isMember: Bool
        if let lookup = enumeration.lookup {
            guard spend(value.weight) else { return false }
            isMember = lookup.contains(value)
        } else {
            guard spend(enumeration.weight) else { return false }
            isMember = enumeration.values.contains(value)
        }
        if isMember { return true }
        let candidates = collects ? Suggestions.nearest(to: value, in: enumeration.values) : []
        let hint = candidates.first.map { "; did you mean \(listed([$0]))" } ?? ""
        let listing =
            enumeration.values.isEmpty ? "nothing is allowed here" : "must be one of \(listed(enumeration.values))"
        report("enum", listing + hint, allowed: .array(enumeration.values), candidates: candidates)
        return false
    }

    private mutating func checkNumber(_ keyword: Keyword, _ number: JSONNumber) -> Bool {
        // Exact arithmetic on long numbers is not free.
        guard spend(number.text.utf8.count / 4) else { return false }
        let step = collects ? self.step : nil
        switch keyword {
        case .minimum(let limit):
            if number >= limit { return true }
            report(
                "minimum", "must be at least \(limit.text)", allowed: .number(limit),
                candidates: Suggestions.within(limit, .up, step: step))
        case .maximum(let limit):
            if number <= limit { return true }
            report(
                "maximum", "must be at most \(limit.text)", allowed: .number(limit),
                candidates: Suggestions.within(limit, .down, step: step))
        case .exclusiveMinimum(let limit):
            if number > limit { return true }
            report(
                "exclusiveMinimum", "must be greater than \(limit.text)", allowed: .number(limit),
                candidates: Suggestions.within(limit, .up, step: step))
        case .exclusiveMaximum(let limit):
            if number < limit { return true }
            report(
                "exclusiveMaximum", "must be less than \(limit.text)", allowed: .number(limit),
                candidates: Suggestions.within(limit, .down, step: step))
        case .multipleOf(let step):
            if number.isMultiple(of: step) { return true }
            let message = step == JSONNumber(1) ? "must be a whole number" : "must be a multiple of \(step.text)"
            report(
                "multipleOf", message, allowed: .number(step), candidates: Suggestions.multiples(of: step, near: number)
            )
        default: return true
        }
        return false
    }

    private mutating func checkString(_ keyword: Keyword, _ text: String) -> Bool {
        guard spend(text.utf8.count / 32) else { return false }
        switch keyword {
        case .minLength(let limit):
            // A scalar takes at most four bytes, so often the bytes decide.
            if text.utf8.count / 4 >= limit || text.unicodeScalars.count >= limit { return true }
            report("minLength", "must have at least \(counted(limit, "character"))", allowed: .int(limit))
        case .maxLength(let limit):
            if text.utf8.count <= limit || text.unicodeScalars.count <= limit { return true }
            report(
                "maxLength", "must have at most \(counted(limit, "character"))", allowed: .int(limit),
                candidates: Suggestions.tidied(text))
        case .pattern(let regex):
            // A regex step is much cheaper than one of ours.
            let answer = withBudget { left in
                var (regexSteps, overflow) = left.multipliedReportingOverflow(by: 8)
                if overflow { regexSteps = .max }
                let answer = regex.contains(text, stepsLeft: &regexSteps)
                left = answer == nil ? -1 : regexSteps / 8
                return answer
            }
            if answer == true { return true }
            report(
                "pattern", "must match the pattern \(regex.pattern)", allowed: .string(regex.pattern),
                candidates: Suggestions.tidied(text))
        default: return true
        }
        return false
    }

    private mutating func check(_ format: FormatCheck, named name: String, _ value: JSONValue) -> Bool {
        switch format {
        case .registered(let check):
            guard let fault = check(value) else { return true }
            if collects {
                add(
                    Problem(
                        "format", fault.message, pointer: pointer, allowed: fault.allowed ?? .string(name),
                        suggested: fault.suggested))
            }
            return false
        case .builtIn(let check, let expectation):
            guard case .string(let text) = value else { return true }
            guard spend(text.utf8.count / 8) else { return false }
            if check(text) { return true }
            report(
                "format", "must be \(expectation)", allowed: .string(name),
                candidates: Suggestions.repaired(text, format: name) + Suggestions.tidied(text))
            return false
        case .regex:
            guard case .string(let text) = value else { return true }
            guard spend(text.utf8.count) else { return false }
            do throws(PatternError) {
                _ = try LinearRegex(text, dialect: .ecmaScript)
                return true
            } catch {
                report("format", "must be a regular expression: \(error)", allowed: .string(name))
                return false
            }
        }
    }
}
