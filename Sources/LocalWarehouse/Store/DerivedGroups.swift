internal import AirlockCore
internal import GRDB

/// Groups, from `$groupidentify` events.
enum DerivedGroups {
    static let table =
        "CREATE TEMP TABLE staged_groups (type_index INTEGER, key TEXT, timestamp INTEGER, row INTEGER, set_values TEXT)"

    static func update(_ db: Database) throws {
        let census = PersonCensus(db)
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT type_index, key, timestamp, set_values FROM temp.staged_groups
                ORDER BY type_index, key, timestamp, row
                """)
        while let row = try rows.next() {
            guard let index = row.integer(0), let key = row.text(1), let timestamp = row.integer(2) else { continue }
            let stored = try String.fetchOne(
                db, sql: "SELECT properties FROM groups WHERE group_type_index = ? AND group_key = ?",
                arguments: [index, key])
            var properties = stored.flatMap { try? JSONValue(json: $0) }?.objectValue ?? JSONObject()
            let before = properties.keys
            let set = row.text(3).flatMap { try? JSONValue(json: $0) }
            for (name, value) in set?.objectValue ?? JSONObject() { properties[name] = value }
            census.count(from: before, to: properties.keys)
            try db.execute(
                sql: """
                    INSERT INTO groups (group_type_index, group_key, created_at, updated_at, properties)
                        VALUES (:index, :key, :time, :time, :properties)
                    ON CONFLICT (group_type_index, group_key) DO UPDATE SET
                        created_at = min(created_at, :time), updated_at = max(updated_at, :time),
                        properties = :properties
                    """,
                arguments: [
                    "index": index, "key": key, "time": timestamp, "properties": JSONValue.object(properties).json,
                ])
        }
        try census.store(.group)
    }
}
