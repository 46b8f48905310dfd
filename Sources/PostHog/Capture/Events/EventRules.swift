internal import AirlockCore

/// What PostHog makes of names and ids, as far as it harms: what it would cut, drop, merge or refuse is refused here.
enum EventRules {
    /// PostHog cuts longer names and distinct ids, and what was two becomes one.
    static let maxNameCharacters = 200
    static let maxPropertyNameCharacters = 400

    /// Ids that programs send when they have none. PostHog would make one person of all of them, and refuses to merge it
    /// (plugin-server, `isDistinctIdIllegal`).
    static let placeholders: Set<String> = [
        "anonymous", "guest", "distinctid", "distinct_id", "id", "not_authenticated", "email", "undefined", "true",
        "false", "null", "none", "nan", "0", "[object object]", "nil",
    ]

    /// Events that do something that cannot be undone, or belong elsewhere.
    static let refusedNames = [
        "$merge_dangerously": "it merges persons for good, whoever they are: do that in PostHog itself",
        "$snapshot": "recordings of sessions have an endpoint of their own",
        "$snapshot_items": "recordings of sessions have an endpoint of their own",
    ]

    /// Properties that special events mean nothing without.
    static let required = [
        "$create_alias": ["alias"], "$groupidentify": ["$group_type", "$group_key"],
        "$feature_flag_called": ["$feature_flag"],
    ]

    /// Properties that the request has a place of its own for. A token among them would be taken for the batch's key, and
    /// the whole batch be refused.
    static let reservedProperties = [
        "token": "PostHog reads a project key from it: rename it",
        "distinct_id": "it stands beside the properties, not among them",
    ]

    static let members = ["event", "distinct_id", "properties", "timestamp", "uuid", "$set", "$set_once"]
}
