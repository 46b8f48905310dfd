/// Words for the fields of tables, and names as a query writes them.
enum FieldText {
    static func of(_ field: String, _ table: String) -> String {
        if field.hasPrefix("$group_") { return "Key of the group of this type" }
        return texts["\(table).\(field)"] ?? texts[field] ?? ""
    }

    private static let texts: [String: String] = [
        "uuid": "Id of the event", "event": "Name of the event", "timestamp": "When it happened",
        "distinct_id": "Id the sender gave the person", "person_id": "Id of the person",
        "properties": "All properties as JSON", "created_at": "When the event arrived",
        "persons.created_at": "Time of the person's first event",
        "groups.created_at": "When the group was first described",
        "groups.updated_at": "When the group was last described", "$session_id": "Id of the session",
        "$window_id": "Id of the browser window", "id": "Id of the person",
        "is_identified": "Whether the person was identified", "session_id": "Id of the session",
        "$start_timestamp": "Time of the first event", "$end_timestamp": "Time of the last event",
        "$session_duration": "From the first event to the last, in seconds",
        "duration": "From the first event to the last, in seconds", "$pageview_count": "Pages viewed",
        "$autocapture_count": "Clicks and other automatically captured events", "$screen_count": "Screens viewed",
        "$entry_current_url": "First URL", "$entry_pathname": "Path of the first URL",
        "$entry_hostname": "Host of the first URL", "$end_current_url": "Last URL",
        "$end_pathname": "Path of the last URL", "$entry_referring_domain": "Where the visit came from",
        "$entry_utm_source": "Campaign source of the first URL",
        "$entry_utm_medium": "Campaign medium of the first URL",
        "$entry_utm_campaign": "Campaign name of the first URL",
        "$is_bounce": "One page, screen or click in under ten seconds; null without any",
        "index": "Index of the group's type",
        "key": "Key of the group", "cohort_id": "Id of the cohort", "elements_chain": "What was clicked",
    ]
}
