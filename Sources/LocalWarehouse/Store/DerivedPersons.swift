internal import AirlockCore
internal import GRDB

/// Persons and their distinct ids, from the events.
enum DerivedPersons {
    /// - Parameter boundary: rows of events beyond this one are new.
    static func update(_ db: Database, boundary: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO persons (id, created_at, properties, is_identified)
                    SELECT person_id, min(timestamp), '{}', max(event = '$identify') FROM events
                    WHERE rowid > :boundary GROUP BY person_id
                ON CONFLICT (id) DO UPDATE SET
                    created_at = min(created_at, excluded.created_at),
                    is_identified = max(is_identified, excluded.is_identified)
                """, arguments: ["boundary": boundary])
        // With max(), SQLite takes the other columns from the row that has it: the last event decides.
        try db.execute(
            sql: """
                INSERT INTO person_distinct_ids (distinct_id, person_id)
                    SELECT distinct_id, person_id FROM (
                        SELECT distinct_id, person_id, max(timestamp) FROM events
                        WHERE rowid > :boundary GROUP BY distinct_id) WHERE true
                ON CONFLICT (distinct_id) DO UPDATE SET person_id = excluded.person_id
                """, arguments: ["boundary": boundary])
        try applyChanges(db, boundary: boundary)
    }

    private static func applyChanges(_ db: Database, boundary: Int64) throws {
        var fold: PersonFold?
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT person_id, timestamp, properties, set_values, set_once, is_identified, created_at
                FROM temp.staged_persons ORDER BY person_id, timestamp, rowid
                """)
        while let row = try rows.next() {
            guard let person = row.text(0) else { continue }
            if fold?.id != person {
                try fold?.store(db)
                fold = try PersonFold(db, id: person, boundary: boundary)
            }
            fold?.apply(row)
        }
        try fold?.store(db)
    }
}

/// A person's properties while the changes are applied in the order of their events.
private struct PersonFold {
    let id: String
    private var properties: JSONObject
    private var isIdentified = false
    private var createdAt: Int64?
    /// The last event of earlier imports: what is older does not replace what they left.
    private let lastKnown: Int64?
    /// The text of the properties that were read last: exports repeat them with each event.
    private var lastText: String?

    init(_ db: Database, id: String, boundary: Int64) throws {
        self.id = id
        let text = try String.fetchOne(db, sql: "SELECT properties FROM persons WHERE id = ?", arguments: [id])
        properties = Self.object(text) ?? JSONObject()
        lastKnown =
            boundary == 0
            ? nil
            : try Int64.fetchOne(
                db, sql: "SELECT max(timestamp) FROM events WHERE person_id = ? AND rowid <= ?",
                arguments: [id, boundary])
    }

    mutating func apply(_ row: Row) {
        let timestamp = row.integer(1) ?? 0
        let isOld = lastKnown.map { timestamp < $0 } ?? false
        if let whole = row.text(2), whole != lastText || isOld {
            lastText = isOld ? lastText : whole
            if let object = Self.object(whole) {
                if isOld { fill(object) } else { properties = object }
            }
        }
        if let once = Self.object(row.text(4)) {
            fill(once)
            lastText = nil
        }
        if let set = Self.object(row.text(3)) {
            if isOld { fill(set) } else { for (name, value) in set { properties[name] = value } }
            lastText = nil
        }
        if row.integer(5) == 1 { isIdentified = true }
        if let created = row.integer(6) { createdAt = min(createdAt ?? created, created) }
    }

    func store(_ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE persons SET properties = ?, is_identified = max(is_identified, ?),
                    created_at = min(created_at, coalesce(?, created_at)) WHERE id = ?
                """, arguments: [JSONValue.object(properties).json, isIdentified, createdAt, id])
    }

    private mutating func fill(_ object: JSONObject) {
        for (name, value) in object where properties[name] == nil { properties[name] = value }
    }

    private static func object(_ text: String?) -> JSONObject? {
        text.flatMap { try? JSONValue(json: $0) }?.objectValue
    }
}
