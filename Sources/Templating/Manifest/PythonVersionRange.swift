/// A version specifier of `requires-python` (PEP 440): comma-separated clauses that must all hold.
///
/// Releases only: of what PEP 440 allows beyond numbers, `.*` is understood, epochs and pre-releases are not.
public struct PythonVersionRange: Sendable, Hashable {
    struct Clause: Sendable, Hashable {
        var comparison: String
        var release: [Int]
        var isPrefix: Bool
    }

    /// As it was written.
    public let text: String
    private let clauses: [Clause]

    /// - Returns: `nil` for what is not a specifier.
    public init?(_ text: String) {
        var clauses: [Clause] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = part.filter { $0 != " " && $0 != "\t" }
            guard let comparison = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"].first(where: trimmed.hasPrefix)
            else { return nil }
            var numbers = trimmed.dropFirst(comparison.count).split(separator: ".", omittingEmptySubsequences: false)
            let isPrefix = numbers.last == "*"
            if isPrefix { numbers.removeLast() }
            let release = numbers.compactMap { $0.allSatisfy(\.isASCIIDigit) ? Int($0) : nil }
            guard !release.isEmpty, release.count == numbers.count,
                !isPrefix || comparison == "==" || comparison == "!=", comparison != "~=" || release.count > 1
            else { return nil }
            clauses.append(Clause(comparison: comparison, release: release, isPrefix: isPrefix))
        }
        guard !clauses.isEmpty else { return nil }
        self.text = text
        self.clauses = clauses
    }

    /// Whether the release `version`, `[3, 11, 2]`, satisfies every clause.
    public func contains(_ version: [Int]) -> Bool {
        clauses.allSatisfy { clause in
            let order = Self.compare(version, clause.release)
            switch clause.comparison {
            case "<": return order < 0
            case "<=": return order <= 0
            case ">": return order > 0
            case ">=": return order >= 0
            case "~=": return order >= 0 && Self.hasPrefix(version, clause.release.dropLast())
            case "!=": return clause.isPrefix ? !Self.hasPrefix(version, clause.release[...]) : order != 0
            default: return clause.isPrefix ? Self.hasPrefix(version, clause.release[...]) : order == 0
            }
        }
    }

    private static func compare(_ left: [Int], _ right: [Int]) -> Int {
        for index in 0..<max(left.count, right.count) {
            let (a, b) = (index < left.count ? left[index] : 0, index < right.count ? right[index] : 0)
            if a != b { return a < b ? -1 : 1 }
        }
        return 0
    }

    private static func hasPrefix(_ version: [Int], _ prefix: ArraySlice<Int>) -> Bool {
        prefix.enumerated().allSatisfy { ($0 < version.count ? version[$0] : 0) == $1 }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
