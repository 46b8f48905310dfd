/// What a script may ask of the broker. What is not narrowed is open for reading; nothing is open for writing unless
/// ``writes`` says so, and then only if the caller grants it too.
public struct TemplateAccess: Sendable, Hashable {
    /// Names of driver methods; `nil` for all that read.
    public var methods: [String]?
    /// `nil` for all tables.
    public var tables: [String]?
    /// The columns that may be read, for the tables that are narrowed to some.
    public var columns: [String: [String]] = [:]
    /// Whether methods that change the source may be called.
    public var writes = false

    public init() {}

    /// The methods of the driver contract that read.
    public static let readMethods = [
        "query", "list_objects", "get_fields", "get_insights", "get_events", "export_events", "get_persons",
        "get_cohorts", "get_feature_flags", "evaluate_flag", "get_experiments", "get_annotations", "get_sessions",
        "get_project_info", "health_check",
    ]

    /// Those that change the source.
    public static let writeMethods = [
        "capture_event", "capture_batch", "create_insight", "create_cohort", "create_annotation",
    ]
}
