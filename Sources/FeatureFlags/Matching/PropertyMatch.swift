internal import AirlockCore

/// Whether a property is as a filter asks.
struct PropertyMatch {
    let matchingVersion: Int
    let now: Int64
    /// Whether a property that is not there does not exist.
    let isComplete: Bool

    static let text: Set<String> = [
        "icontains", "not_icontains", "starts_with", "not_starts_with", "ends_with", "not_ends_with",
    ]
    static let numbers: Set<String> = ["gt", "gte", "lt", "lte"]
    static let dates: Set<String> = ["is_date_before", "is_date_after"]
    static let versions: Set<String> = [
        "semver_eq", "semver_neq", "semver_gt", "semver_gte", "semver_lt", "semver_lte", "semver_tilde",
        "semver_caret", "semver_wildcard",
    ]
    private static let ranges: Set<String> = ["semver_tilde", "semver_caret", "semver_wildcard"]
    private static let others: Set<String> = ["exact", "is_not", "is_set", "is_not_set", "regex", "not_regex"]

    func matches(_ filter: PropertyFilter, _ properties: JSONObject) throws(Undecided) -> Bool {
        do throws(Undecided) {
            return try compare(filter, properties)
        } catch {
            // A filter that cannot be used is worse than a property that is missing.
            if error.reason == .missingContext { try check(filter) }
            throw error
        }
    }

    /// - Throws: when no property could be compared with the filter.
    func check(_ filter: PropertyFilter) throws(Undecided) {
        let operation = filter.operation
        if operation == "regex" || operation == "not_regex" {
            do throws(FlagPattern.Failure) {
                try FlagPattern.check(PropertyText.text(filter.value), isLenient: isComplete)
            } catch {
                if error == .unsupported { throw .unsupported }
            }
        } else if Self.numbers.contains(operation) {
            if NumberText.number(filter.value) == nil { throw .unsupported }
        } else if Self.dates.contains(operation) {
            if FlagDate.filter(PropertyText.text(filter.value), now: now) == nil { throw .unsupported }
        } else if Self.versions.contains(operation) {
            if bounds(filter) == nil { throw .unsupported }
        } else if !Self.others.contains(operation), !Self.text.contains(operation) {
            throw .unsupported
        }
    }

    private func compare(_ filter: PropertyFilter, _ properties: JSONObject) throws(Undecided) -> Bool {
        let operation = filter.operation
        let isKnown =
            Self.others.contains(operation) || Self.text.contains(operation) || Self.numbers.contains(operation)
            || Self.dates.contains(operation) || Self.versions.contains(operation)
        guard isKnown else { throw .unsupported }
        guard let value = properties[filter.key] else {
            guard isComplete else { throw .missing }
            return operation == "is_not_set" || operation == "is_not" || operation.hasPrefix("not_")
        }
        if operation == "is_set" || operation == "is_not_set" { return operation == "is_set" }
        if Self.numbers.contains(operation) { return try compareNumbers(filter, value) }
        if operation == "exact" || operation == "is_not" {
            return isExact(filter.value, value) == (operation == "exact")
        }
        if Self.text.contains(operation) { return compareText(filter, value) }
        if operation == "regex" || operation == "not_regex" { return try comparePattern(filter, value) }
        if value.isNull { return false }
        if Self.dates.contains(operation) { return try compareDates(filter, value) }
        return try compareVersions(filter, value)
    }

    // MARK: - By kind of operator

    private func isExact(_ wanted: JSONValue, _ value: JSONValue) -> Bool {
        if case .array(let none) = wanted, none.isEmpty { return isTrue(value) }
        if matchingVersion != 2, isBoolean(wanted) { return isTrue(wanted) == isTrue(value) }
        let text = PropertyText.lowercased(value)
        let candidates = wanted.arrayValue ?? [wanted]
        return candidates.contains { PropertyText.same(PropertyText.lowercased($0), text) }
    }

    /// Whether a value says true or false, as a text too.
    private func isBoolean(_ value: JSONValue) -> Bool {
        switch value {
        case .bool: true
        case .string(let text): ["true", "false"].contains(text.lowercased())
        case .array(let elements): elements.allSatisfy { isBoolean($0) }
        default: false
        }
    }

    private func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .bool(let truth): truth
        case .string(let text): text.lowercased() == "true"
        case .array(let elements): elements.allSatisfy { isTrue($0) }
        default: false
        }
    }

    private func compareNumbers(_ filter: PropertyFilter, _ value: JSONValue) throws(Undecided) -> Bool {
        guard let wanted = NumberText.number(filter.value) else { throw .unsupported }
        guard let number = NumberText.number(value) else { return false }
        switch filter.operation {
        case "gt": return number > wanted
        case "gte": return number >= wanted
        case "lt": return number < wanted
        default: return number <= wanted
        }
    }

    private func compareText(_ filter: PropertyFilter, _ value: JSONValue) -> Bool {
        let text = PropertyText.asciiLowercased(value)
        let part = PropertyText.asciiLowercased(filter.value)
        let isNegative = filter.operation.hasPrefix("not_")
        let found =
            switch filter.operation {
            case "icontains", "not_icontains": text.contains(part: part)
            case "starts_with", "not_starts_with": text.starts(with: part)
            default: text.ends(with: part)
            }
        return found != isNegative
    }

    private func comparePattern(_ filter: PropertyFilter, _ value: JSONValue) throws(Undecided) -> Bool {
        do throws(FlagPattern.Failure) {
            let found = try FlagPattern.matches(
                PropertyText.text(filter.value), PropertyText.text(value), isLenient: isComplete)
            return found == (filter.operation == "regex")
        } catch {
            if error == .invalid || isComplete { return false }
            throw .unsupported
        }
    }

    private func compareDates(_ filter: PropertyFilter, _ value: JSONValue) throws(Undecided) -> Bool {
        guard let wanted = FlagDate.filter(PropertyText.text(filter.value), now: now) else { throw .unsupported }
        guard case .string(let text) = value, let date = FlagDate.instant(text, now: now) else {
            if isComplete { return false }
            throw .missing
        }
        return filter.operation == "is_date_before" ? date < wanted : date > wanted
    }

    private func bounds(_ filter: PropertyFilter) -> (VersionText, VersionText)? {
        let text = PropertyText.text(filter.value)
        if Self.ranges.contains(filter.operation) { return VersionText.bounds(filter.operation, text) }
        return VersionText(text).map { ($0, $0) }
    }

    private func compareVersions(_ filter: PropertyFilter, _ value: JSONValue) throws(Undecided) -> Bool {
        guard let (lower, upper) = bounds(filter) else { throw .unsupported }
        guard let version = VersionText(PropertyText.text(value)) else {
            if isComplete { return false }
            throw .missing
        }
        switch filter.operation {
        case "semver_eq": return version == lower
        case "semver_neq": return version != lower
        case "semver_gt": return version > lower
        case "semver_gte": return version >= lower
        case "semver_lt": return version < lower
        case "semver_lte": return version <= lower
        default: return version >= lower && version < upper
        }
    }
}
