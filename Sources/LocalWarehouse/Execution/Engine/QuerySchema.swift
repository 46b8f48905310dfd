/// What the compiler has to know of a warehouse besides its tables: how properties are typed and what time it is.
public struct QuerySchema: Sendable, Hashable {
    /// How PostHog reads a property's values.
    public enum PropertyType: String, Sendable, Hashable, CaseIterable {
        case string = "String"
        case numeric = "Numeric"
        case boolean = "Boolean"
        case dateTime = "DateTime"
    }

    /// Whose properties a definition speaks of.
    public enum PropertyScope: Sendable, Hashable {
        case event
        case person
        case session
        /// By the group type's index, 0 to 4.
        case group(Int)
    }

    public enum WeekStart: Sendable, Hashable {
        case sunday, monday
    }

    /// Properties without a definition are strings.
    public var properties: [PropertyScope: [String: PropertyType]]
    /// A name of the tz database.
    public var timeZone: String
    /// What `toStartOfWeek` without a mode takes; PostHog's default is Sunday.
    public var weekStart: WeekStart
    /// What `now()` answers, in microseconds since 1970 UTC; `nil` for the clock's time.
    public var now: Int64?
    /// Numbers of cohorts by their names, for `IN COHORT 'name'`.
    public var cohorts: [String: Int64]

    public init(
        properties: [PropertyScope: [String: PropertyType]] = [:], timeZone: String = "UTC",
        weekStart: WeekStart = .sunday, now: Int64? = nil, cohorts: [String: Int64] = [:]
    ) {
        self.properties = properties
        self.timeZone = timeZone
        self.weekStart = weekStart
        self.now = now
        self.cohorts = cohorts
    }
}
