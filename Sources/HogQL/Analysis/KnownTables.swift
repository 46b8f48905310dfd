/// What is known of PostHog's tables without asking a source: which fields join another table, and which columns there
/// are, so that a bare name can be attributed to the one table that has it.
enum KnownTables {
    /// The table that a field of `table` joins lazily: `events.person` is `persons`.
    static func joined(by field: String, of table: String) -> String? {
        switch (table, field) {
        case ("events", "person"), ("events", "poe"), ("person_distinct_ids", "person"), ("cohort_people", "person"),
            ("static_cohort_people", "person"), ("session_replay_events", "person"), ("sessions", "person"),
            ("raw_person_distinct_ids", "person"), ("raw_session_replay_events", "person"):
            "persons"
        case ("events", "pdi"), ("persons", "pdi"), ("raw_persons", "pdi"), ("session_replay_events", "pdi"):
            "person_distinct_ids"
        case ("events", "session"), ("session_replay_events", "session"): "sessions"
        case ("session_replay_events", "events"): "events"
        case ("events", _) where isGroup(field): "groups"
        default: nil
        }
    }

    /// `group_0` to `group_4` and `goe_0` to `goe_4`; `$group_0` is a plain column.
    private static func isGroup(_ field: String) -> Bool {
        guard field.hasPrefix("group_") || field.hasPrefix("goe_"), let last = field.utf8.last else { return false }
        return isDigit(last) && field.utf8.count <= 8
    }

    /// The column by which a table of events is kept in order; `nil` for tables that are not.
    static func timeColumn(of table: String) -> String? {
        switch table {
        case "events", "raw_events", "log_entries", "heatmaps", "logs", "ai_events": "timestamp"
        case "sessions", "raw_sessions": "$start_timestamp"
        case "session_replay_events", "raw_session_replay_events": "start_time"
        default: nil
        }
    }

    /// Whether `table` has a column or field `name`; `nil` when the table is not known.
    static func has(_ name: String, in table: String) -> Bool? {
        if joined(by: name, of: table) != nil { return true }
        switch table {
        case "events":
            return [
                "uuid", "event", "properties", "timestamp", "distinct_id", "created_at", "$session_id", "$window_id",
                "person_mode", "person_id", "issue_id",
            ].contains(name) || name.hasPrefix("elements_chain") || name.hasPrefix("$group_")
                || name.hasPrefix("$virt_")
        case "persons":
            return ["id", "created_at", "properties", "is_identified"].contains(name) || name.hasPrefix("$virt_")
        case "person_distinct_ids": return ["distinct_id", "person_id"].contains(name)
        case "groups": return ["index", "key", "created_at", "updated_at", "properties"].contains(name)
        case "cohort_people": return ["person_id", "cohort_id"].contains(name)
        case "sessions":
            return [
                "id", "session_id", "session_id_v7", "distinct_id", "person_id", "duration",
            ].contains(name) || name.hasPrefix("$")
        default: return nil
        }
    }
}
