internal import AirlockCore

/// What a personal key may do, held against what the driver asks for.
struct KeyScopes: Sendable {
    private let granted: Set<String>

    init(_ scopes: [String]) { granted = Set(scopes) }

    /// Without these the driver's contract cannot be kept.
    static let needed = ["query:read"]

    /// What each of the others is for.
    static let useful: [(scope: String, use: String)] = [
        ("project:read", "get_project_info"), ("event_definition:read", "names of events"),
        ("property_definition:read", "fields"), ("feature_flag:read", "get_feature_flags, flags evaluated here"),
        ("insight:read", "get_insights"), ("person:read", "get_persons"), ("cohort:read", "get_cohorts"),
        ("session_recording:read", "get_sessions"), ("annotation:read", "get_annotations"),
        ("experiment:read", "get_experiments"),
    ]

    /// A scope to write is one to read as well; `*` is all.
    func allows(_ scope: String) -> Bool {
        granted.contains("*") || granted.contains(scope)
            || (scope.hasSuffix(":read") && granted.contains(scope.dropLast(5) + ":write"))
    }

    var check: HealthCheck {
        let missing = Self.needed.filter { !allows($0) }
        guard missing.isEmpty else {
            return HealthCheck(
                "scopes", .failed, "the key lacks \(missing.joined(separator: ", "))",
                remedy: "Give it that scope in PostHog's settings, under personal API keys.")
        }
        let lacking = Self.useful.filter { !allows($0.scope) }
        guard !lacking.isEmpty else { return HealthCheck("scopes", .good, "all that the driver asks for") }
        let list = lacking.map { "\($0.scope) (\($0.use))" }.joined(separator: ", ")
        return HealthCheck(
            "scopes", .advice, "queries work; not granted: \(list)",
            remedy: "Add those whose methods are to be used, in PostHog's settings under personal API keys.")
    }
}
