/// Distinct ids that come from a mistake in an instrumentation rather than from a person: PostHog merges nobody with them.
enum IllegalDistinctID {
    private static let inAnyCase: Set<String> = [
        "anonymous", "guest", "distinctid", "distinct_id", "id", "not_authenticated", "email", "undefined", "true",
        "false",
    ]
    private static let exactly: Set<String> = ["[object Object]", "NaN", "None", "none", "null", "0", "undefined"]

    static func contains(_ id: String) -> Bool {
        let plain = unquoted(id)
        return !id.contains { !$0.isWhitespace } || inAnyCase.contains(plain.lowercased()) || exactly.contains(plain)
    }

    /// Without one pair of quotes, which such ids are sometimes sent in.
    private static func unquoted(_ id: String) -> String {
        guard id.utf8.count > 2, let quote = id.first, quote == "'" || quote == "\"", id.last == quote else {
            return id
        }
        return String(id.dropFirst().dropLast())
    }
}
