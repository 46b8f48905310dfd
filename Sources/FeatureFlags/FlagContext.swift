public import AirlockCore

/// Whom a flag is asked for, and what is known of them.
public struct FlagContext: Sendable {
    /// How much of what a filter may ask for is known.
    public enum Knowledge: Sendable, Hashable {
        /// What an SDK has: a property that is not there may exist on the server, and leaves a filter undecided.
        case partial
        /// What the server has: a property that is not there does not exist.
        case complete
    }

    public var distinctID: String
    /// What a flag that buckets by device asks for.
    public var deviceID: String?
    public var personProperties: JSONObject
    /// The group's key, by group type.
    public var groups: [String: String]
    /// By group type. A group's key is added as `$group_key`.
    public var groupProperties: [String: JSONObject]
    /// Ids of the static cohorts the person is in; only the server knows.
    public var staticCohorts: Set<String>
    public var knowledge: Knowledge
    /// Microseconds since 1970 UTC, for dates such as `-7d`.
    public var now: Int64

    public init(
        distinctID: String, deviceID: String? = nil, personProperties: JSONObject = JSONObject(),
        groups: [String: String] = [:], groupProperties: [String: JSONObject] = [:], staticCohorts: Set<String> = [],
        knowledge: Knowledge = .partial, now: Int64
    ) {
        self.distinctID = distinctID
        self.deviceID = deviceID
        self.personProperties = personProperties
        self.groups = groups
        self.groupProperties = groupProperties
        self.staticCohorts = staticCohorts
        self.knowledge = knowledge
        self.now = now
    }

    var isComplete: Bool { knowledge == .complete }

    /// The person's properties with `distinct_id`, which a filter may ask for.
    var effectivePersonProperties: JSONObject {
        var properties = personProperties
        if properties["distinct_id"] == nil { properties["distinct_id"] = .string(distinctID) }
        return properties
    }

    /// The properties of a group that was named; the key can be replaced by what the caller says.
    func effectiveGroupProperties(_ type: String) -> JSONObject? {
        guard let key = groups[type] else { return nil }
        var properties: JSONObject = ["$group_key": .string(key)]
        for (name, value) in groupProperties[type] ?? JSONObject() { properties[name] = value }
        return properties
    }
}
