internal import AirlockCore

/// Version numbers of three parts, as the `semver_…` operators read them.
struct VersionText: Comparable {
    var major: Int
    var minor: Int
    var patch: Int

    init(_ major: Int, _ minor: Int, _ patch: Int) { (self.major, self.minor, self.patch) = (major, minor, patch) }

    /// A leading `v` and what follows `-` or `+` do not count; missing parts are 0.
    ///
    /// - Returns: `nil` for what is no version: other characters, leading zeros, numbers beyond 64 bits.
    init?(_ text: String) {
        let core = Self.stripped(text).prefix { $0 != "-" && $0 != "+" }
        let parts = core.split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first, let major = Self.part(first) else { return nil }
        func optional(_ index: Int) -> Int? {
            parts.count > index && !parts[index].isEmpty ? Self.part(parts[index]) : 0
        }
        guard let minor = optional(1), let patch = optional(2) else { return nil }
        self.init(major, minor, patch)
    }

    /// The versions that a range operator takes: from the first on, before the second.
    static func bounds(_ operation: String, _ text: String) -> (VersionText, VersionText)? {
        if operation == "semver_wildcard" { return wildcard(text) }
        guard let lower = VersionText(text) else { return nil }
        let upper: VersionText? =
            if operation == "semver_tilde" {
                next(lower.minor).map { VersionText(lower.major, $0, 0) }
            } else if lower.major > 0 {
                next(lower.major).map { VersionText($0, 0, 0) }
            } else if lower.minor > 0 {
                next(lower.minor).map { VersionText(0, $0, 0) }
            } else {
                next(lower.patch).map { VersionText(0, 0, $0) }
            }
        return upper.map { (lower, $0) }
    }

    private static func wildcard(_ text: String) -> (VersionText, VersionText)? {
        let parts = stripped(text).filter { $0 != "*" }.split(separator: ".")
        let numbers = parts.prefix(3).compactMap { part($0) }
        guard numbers.count == min(parts.count, 3), let major = numbers.first else { return nil }
        switch numbers.count {
        case 1: return next(major).map { (VersionText(major, 0, 0), VersionText($0, 0, 0)) }
        case 2: return next(numbers[1]).map { (VersionText(major, numbers[1], 0), VersionText(major, $0, 0)) }
        default:
            return next(numbers[2]).map {
                (VersionText(major, numbers[1], numbers[2]), VersionText(major, numbers[1], $0))
            }
        }
    }

    private static func stripped(_ text: String) -> Substring {
        var rest = text[...]
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest.drop { $0.isWhitespace }.drop { $0 == "v" || $0 == "V" }
    }

    private static func part(_ text: Substring) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text.utf8.count == 1 || text.first != "0" else {
            return nil
        }
        return Int(text)
    }

    private static func next(_ number: Int) -> Int? {
        let (next, isTooLarge) = number.addingReportingOverflow(1)
        return isTooLarge ? nil : next
    }

    static func < (left: VersionText, right: VersionText) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}
