extension TableShape {
    static func named(_ name: String) -> TableShape? { all.first { $0.name == name } }

    /// PostHog's tables that the warehouse does not hold.
    static let absent: Set<String> = [
        "session_replay_events", "log_entries", "query_log", "heatmaps", "ai_events", "raw_sessions", "logs",
        "static_cohort_people", "raw_persons", "raw_groups", "raw_cohort_people", "raw_person_distinct_ids",
        "raw_session_replay_events", "error_tracking_issues", "exchange_rate",
    ]

    static let all: [TableShape] = [
        events, persons, personDistinctIDs, sessions, groups, cohortPeople,
    ]

    private static let time = ClickHouseType.dateTime64(zoned: true)

    private static let events = TableShape(
        name: "events", storage: "events",
        fields: [
            ("uuid", .column("uuid", .uuid)), ("event", .column("event", .string)),
            ("properties", .json("properties", .event)), ("timestamp", .column("timestamp", time)),
            ("distinct_id", .column("distinct_id", .string)), ("created_at", .column("created_at", time)),
            ("$session_id", .defaulted("session_id", .string)), ("$window_id", .defaulted("window_id", .string)),
            ("person_id", .column("person_id", .uuid)),
        ] + (0..<5).map { ("$group_\($0)", .defaulted("group_\($0)", .string)) },
        relations: [
            ("person", .relation("persons", key: "person_id", foreignKey: "id", extra: nil)),
            ("poe", .relation("persons", key: "person_id", foreignKey: "id", extra: nil)),
            ("pdi", .relation("person_distinct_ids", key: "distinct_id", foreignKey: "distinct_id", extra: nil)),
            ("session", .relation("sessions", key: "session_id", foreignKey: "session_id", extra: nil)),
            ("elements_chain", .missing), ("elements_chain_href", .missing), ("elements_chain_texts", .missing),
            ("elements_chain_ids", .missing), ("elements_chain_elements", .missing), ("person_mode", .missing),
            ("$virt_is_bot", .missing), ("$virt_bot_name", .missing), ("$virt_bot_operator", .missing),
            ("$virt_traffic_type", .missing), ("$virt_traffic_category", .missing),
        ]
            + (0..<5).flatMap { index -> [(name: String, field: Field)] in
                let extra = Condition(column: "group_type_index", value: Int64(index))
                let relation = Field.relation(
                    "groups", key: "group_\(index)", foreignKey: "group_key", extra: extra)
                return [("group_\(index)", relation), ("goe_\(index)", relation)]
            })

    private static let persons = TableShape(
        name: "persons", storage: "persons",
        fields: [
            ("id", .column("id", .uuid)), ("created_at", .column("created_at", time)),
            ("properties", .json("properties", .person)), ("is_identified", .column("is_identified", .bool)),
        ],
        relations: [
            ("pdi", .relation("person_distinct_ids", key: "id", foreignKey: "person_id", extra: nil)),
            ("$virt_initial_channel_type", .missing), ("$virt_initial_referring_domain_type", .missing),
            ("$virt_revenue", .missing), ("$virt_mrr", .missing),
        ])

    private static let personDistinctIDs = TableShape(
        name: "person_distinct_ids", storage: "person_distinct_ids",
        fields: [("distinct_id", .column("distinct_id", .string)), ("person_id", .column("person_id", .uuid))],
        relations: [("person", .relation("persons", key: "person_id", foreignKey: "id", extra: nil))])

    private static let text = ClickHouseType.nullable(.string)

    private static let sessions = TableShape(
        name: "sessions", storage: "sessions",
        fields: [
            ("session_id", .column("session_id", .string)), ("distinct_id", .column("distinct_id", .string)),
            ("person_id", .column("person_id", .uuid)), ("$start_timestamp", .column("start_timestamp", time)),
            ("$end_timestamp", .column("end_timestamp", time)),
            ("$entry_current_url", .column("entry_current_url", text)),
            ("$entry_pathname", .column("entry_pathname", text)), ("$entry_hostname", .column("entry_hostname", text)),
            ("$end_current_url", .column("end_current_url", text)), ("$end_pathname", .column("end_pathname", text)),
            ("$entry_referring_domain", .column("entry_referring_domain", text)),
            ("$entry_utm_source", .column("entry_utm_source", text)),
            ("$entry_utm_medium", .column("entry_utm_medium", text)),
            ("$entry_utm_campaign", .column("entry_utm_campaign", text)),
            ("$pageview_count", .column("pageview_count", .uint64)),
            ("$autocapture_count", .column("autocapture_count", .uint64)),
            ("$screen_count", .column("screen_count", .uint64)), ("$session_duration", .column("duration", .int64)),
            ("duration", .column("duration", .int64)), ("$is_bounce", .column("is_bounce", .nullable(.bool))),
        ],
        relations: [
            ("id", .alias(["session_id"])), ("$exit_current_url", .alias(["$end_current_url"])),
            ("$exit_pathname", .alias(["$end_pathname"])), ("session_id_v7", .missing), ("$urls", .missing),
            ("$num_uniq_urls", .missing), ("$channel_type", .missing), ("$end_hostname", .missing),
            ("$last_external_click_url", .missing), ("$entry_utm_term", .missing), ("$entry_utm_content", .missing),
            ("$exit_hostname", .missing), ("$entry_gclid", .missing), ("$entry_fbclid", .missing),
            ("$entry_gad_source", .missing), ("$entry_gclsrc", .missing), ("$entry_dclid", .missing),
            ("$entry_gbraid", .missing), ("$entry_wbraid", .missing), ("$entry_msclkid", .missing),
            ("$entry_twclid", .missing), ("$entry_li_fat_id", .missing), ("$entry_mc_cid", .missing),
            ("$entry_igshid", .missing), ("$entry_ttclid", .missing),
            ("person", .relation("persons", key: "person_id", foreignKey: "id", extra: nil)),
        ])

    private static let groups = TableShape(
        name: "groups", storage: "groups",
        fields: [
            ("index", .column("group_type_index", .int64)), ("key", .column("group_key", .string)),
            ("created_at", .column("created_at", time)), ("updated_at", .column("updated_at", time)),
            ("properties", .json("properties", .group(-1))),
        ], relations: [])

    private static let cohortPeople = TableShape(
        name: "cohort_people", storage: "cohort_people",
        fields: [("person_id", .column("person_id", .uuid)), ("cohort_id", .column("cohort_id", .int64))],
        relations: [("person", .relation("persons", key: "person_id", foreignKey: "id", extra: nil))])
}
