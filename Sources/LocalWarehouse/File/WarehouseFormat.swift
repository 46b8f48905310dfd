/// What makes an SQLite file a warehouse, version 2.
///
/// Timestamps are INTEGER microseconds since 1970-01-01T00:00:00Z; JSON is TEXT; booleans are 0 and 1.
package enum WarehouseFormat {
    /// `ALWH`, in the file's header (PRAGMA application_id).
    static let applicationID: Int32 = 0x414C_5748
    /// In the file's header (PRAGMA user_version) and in `meta`.
    static let version: Int32 = 2

    static let tables = """
        CREATE TABLE events (
            uuid TEXT NOT NULL,
            event TEXT NOT NULL,
            timestamp INTEGER NOT NULL,
            distinct_id TEXT NOT NULL,
            person_id TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            session_id TEXT,
            window_id TEXT,
            group_0 TEXT, group_1 TEXT, group_2 TEXT, group_3 TEXT, group_4 TEXT,
            properties TEXT NOT NULL
        );
        CREATE TABLE persons (
            id TEXT PRIMARY KEY NOT NULL,
            created_at INTEGER NOT NULL,
            properties TEXT NOT NULL,
            is_identified INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE person_distinct_ids (
            distinct_id TEXT PRIMARY KEY NOT NULL,
            person_id TEXT NOT NULL,
            last_seen INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID;
        CREATE TABLE sessions (
            session_id TEXT PRIMARY KEY NOT NULL,
            distinct_id TEXT NOT NULL,
            person_id TEXT NOT NULL,
            start_timestamp INTEGER NOT NULL,
            end_timestamp INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            pageview_count INTEGER NOT NULL,
            autocapture_count INTEGER NOT NULL,
            screen_count INTEGER NOT NULL,
            entry_current_url TEXT,
            entry_pathname TEXT,
            entry_hostname TEXT,
            end_current_url TEXT,
            end_pathname TEXT,
            entry_referring_domain TEXT,
            entry_utm_source TEXT,
            entry_utm_medium TEXT,
            entry_utm_campaign TEXT,
            is_bounce INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE groups (
            group_type_index INTEGER NOT NULL,
            group_key TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            properties TEXT NOT NULL,
            PRIMARY KEY (group_type_index, group_key)
        ) WITHOUT ROWID;
        CREATE TABLE property_definitions (
            scope TEXT NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            PRIMARY KEY (scope, name)
        ) WITHOUT ROWID;
        CREATE TABLE event_definitions (
            name TEXT PRIMARY KEY NOT NULL,
            count INTEGER NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE meta (
            key TEXT PRIMARY KEY NOT NULL,
            value TEXT NOT NULL
        ) WITHOUT ROWID;
        """ + additions

    /// What version 2 brought.
    static let additions = """
        CREATE TABLE IF NOT EXISTS cohorts (
            id INTEGER PRIMARY KEY NOT NULL,
            name TEXT NOT NULL,
            count INTEGER NOT NULL
        );
        CREATE TABLE IF NOT EXISTS cohort_people (
            cohort_id INTEGER NOT NULL,
            person_id TEXT NOT NULL,
            PRIMARY KEY (cohort_id, person_id)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS property_statistics (
            scope TEXT NOT NULL,
            name TEXT NOT NULL,
            count INTEGER NOT NULL,
            example TEXT,
            PRIMARY KEY (scope, name)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS event_properties (
            event TEXT NOT NULL,
            property TEXT NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (event, property)
        ) WITHOUT ROWID;

        """

    /// Of version 2 on; in a file that was made by version 1 the uuid is the primary key.
    static let uuidIndex = "CREATE UNIQUE INDEX events_uuid ON events (uuid)"

    /// Made after a first import's rows: sorting once costs a fraction of keeping the trees while rows arrive.
    static let indexes = [
        "CREATE INDEX IF NOT EXISTS events_timestamp ON events (timestamp)",
        "CREATE INDEX IF NOT EXISTS events_event_timestamp ON events (event, timestamp)",
        "CREATE INDEX IF NOT EXISTS events_person_timestamp ON events (person_id, timestamp)",
        "CREATE INDEX IF NOT EXISTS events_session ON events (session_id) WHERE session_id IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS person_distinct_ids_person ON person_distinct_ids (person_id)",
    ]

    /// Keys of the table `meta`.
    enum MetaKey {
        static let format = "format_version"
        static let timeZone = "time_zone"
        /// 0 is Sunday, 1 is Monday.
        static let weekStart = "week_start"
        /// Microseconds since the epoch that `now()` stands at; absent when it runs with the clock.
        static let now = "now"
        /// A JSON list of group type names; the place of a name is its index.
        static let groupTypes = "group_types"
    }
}
