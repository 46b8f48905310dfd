/// What PostHog holds, in the words of `list_objects`.
enum EntityType: String, CaseIterable {
    case events, insights, persons, cohorts
    case featureFlags = "feature_flags"
    case sessions, annotations, experiments

    /// The table that a query reads it from.
    var table: String? {
        switch self {
        case .events, .persons, .sessions: rawValue
        case .insights, .cohorts, .featureFlags, .annotations, .experiments: nil
        }
    }

    var text: String {
        switch self {
        case .events: "What people did, when, with properties"
        case .insights: "Saved analyses; get_insights and create_insight"
        case .persons: "Persons with their properties; also get_persons"
        case .cohorts: "Groups of persons; get_cohorts and create_cohort, and 'person_id IN COHORT 1' in a query"
        case .featureFlags: "Definitions of flags; get_feature_flags and evaluate_flag"
        case .sessions: "Sessions with duration, entry and exit; get_sessions lists their recordings"
        case .annotations: "Notes on dates; get_annotations and create_annotation"
        case .experiments: "Experiments and their results; get_experiments"
        }
    }

    /// The fields of what is not a table, as PostHog's API names and types them.
    var fields: [(name: String, type: String, text: String)] {
        switch self {
        case .events, .persons, .sessions: []
        case .insights:
            [
                ("id", "Integer", "Number of the insight"), ("short_id", "String", "As in its URL"),
                ("name", "String", "Name"), ("description", "String", "Description"),
                ("query", "JSON", "What it asks"), ("result", "JSON", "Its last result"),
                ("last_refresh", "DateTime", "When that was computed"), ("created_at", "DateTime", "When it was made"),
                ("tags", "Array(String)", "Tags"), ("favorited", "Boolean", "Whether it is a favourite"),
            ]
        case .cohorts:
            [
                ("id", "Integer", "Number of the cohort"), ("name", "String", "Name"),
                ("description", "String", "Description"), ("filters", "JSON", "Who belongs to it"),
                ("is_static", "Boolean", "Whether its members are a fixed list"),
                ("is_calculating", "Boolean", "Whether it is being counted"), ("count", "Integer", "Members"),
                ("last_calculation", "DateTime", "When it was counted"),
            ]
        case .featureFlags:
            [
                ("id", "Integer", "Number of the flag"), ("key", "String", "Key, as code asks for it"),
                ("name", "String", "Description"), ("active", "Boolean", "Whether it is on at all"),
                ("filters", "JSON", "Conditions, variants and payloads"), ("version", "Integer", "Counts its changes"),
                ("rollout_percentage", "Integer", "Share of those who get it"),
                ("created_at", "DateTime", "When it was made"),
            ]
        case .annotations:
            [
                ("id", "Integer", "Number of the annotation"), ("content", "String", "The note"),
                ("date_marker", "DateTime", "What it is about"),
                ("scope", "String", "dashboard_item, dashboard, project, organization or recording"),
                ("created_at", "DateTime", "When it was made"), ("deleted", "Boolean", "Whether it was deleted"),
            ]
        case .experiments:
            [
                ("id", "Integer", "Number of the experiment"), ("name", "String", "Name"),
                ("description", "String", "Description"), ("feature_flag_key", "String", "The flag that decides"),
                ("start_date", "DateTime", "When it was started"), ("end_date", "DateTime", "When it was ended"),
                ("metrics", "JSON", "What it measures"), ("archived", "Boolean", "Whether it was put away"),
                ("conclusion", "String", "won, lost, inconclusive …"),
            ]
        }
    }
}
