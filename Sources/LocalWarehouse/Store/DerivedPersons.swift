internal import AirlockCore
internal import GRDB

/// Persons, from the events and from what these say about them.
enum DerivedPersons {
    static let table = """
        CREATE TEMP TABLE staged_persons (
            person_id TEXT, timestamp INTEGER, row INTEGER, properties TEXT, set_values TEXT, set_once TEXT, unset TEXT,
            is_identified INTEGER, created_at INTEGER, merged_person TEXT)
        """

    /// - Parameter boundary: rows of events beyond this one are new.
    static func update(_ db: Database, boundary: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO persons (id, created_at, properties, is_identified)
                    SELECT person_id, min(timestamp), '{}', 0 FROM events WHERE rowid > :boundary GROUP BY person_id
                ON CONFLICT (id) DO UPDATE SET created_at = min(created_at, excluded.created_at)
                """, arguments: ["boundary": boundary])
        let census = PersonCensus(db)
        try applyChanges(db, boundary: boundary, census)
        try census.store(.person)
        try db.execute(sql: "DELETE FROM persons WHERE id IN (SELECT person_id FROM temp.moved_persons)")
    }

    /// Person by person, in the order of time; what became one person is gone through together.
    private static func applyChanges(_ db: Database, boundary: Int64, _ census: PersonCensus) throws {
        var fold: PersonFold?
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT staged.person_id, timestamp, properties, set_values, set_once, unset, is_identified, created_at,
                    merged_person, coalesce(target, staged.person_id) AS final
                FROM temp.staged_persons AS staged
                LEFT JOIN temp.moved_persons AS moved ON moved.person_id = staged.person_id
                ORDER BY final, timestamp, row, merged_person IS NULL
                """)
        while let row = try rows.next() {
            guard let person = row.text(0), let final = row.text(9) else { continue }
            if fold?.id != final {
                try fold?.store(census)
                fold = try PersonFold(db, id: final, boundary: boundary)
            }
            try fold?.apply(row, to: person)
        }
        try fold?.store(census)
    }
}

/// A person's properties while the changes are applied in the order of their events.
private struct PersonFold {
    private struct State {
        var properties: JSONObject
        /// How many of them the warehouse knew before.
        var known: [String]
        var isIdentified = false
        var createdAt: Int64?
        /// The text of the properties that were read last: exports repeat them with each event.
        var lastText: String?
    }

    let id: String
    private let db: Database
    private var states: [String: State] = [:]
    /// Who was merged into whom.
    private var successors: [String: String] = [:]
    /// The last event of earlier imports: what is older does not replace what they left.
    private let lastKnown: Int64?

    init(_ db: Database, id: String, boundary: Int64) throws {
        self.db = db
        self.id = id
        lastKnown =
            boundary == 0
            ? nil
            : try Int64.fetchOne(
                db, sql: "SELECT max(timestamp) FROM events WHERE person_id = ? AND rowid <= ?",
                arguments: [id, boundary])
    }

    mutating func apply(_ row: Row, to person: String) throws {
        let person = successor(of: person)
        var state = try state(person)
        states[person] = nil
        defer { states[person] = state }
        if let merged = row.text(8) {
            let source = try self.state(merged)
            states[merged] = nil
            successors[merged] = person
            take(source, into: &state)
            return
        }
        let isOld = lastKnown.map { (row.integer(1) ?? 0) < $0 } ?? false
        if let whole = row.text(2), whole != state.lastText || isOld {
            state.lastText = isOld ? state.lastText : whole
            if let object = Self.object(whole) {
                if isOld { fill(object, &state) } else { state.properties = object }
            }
        }
        if let once = Self.object(row.text(4)) {
            fill(once, &state)
            state.lastText = nil
        }
        if let set = Self.object(row.text(3)) {
            if isOld { fill(set, &state) } else { for (name, value) in set { state.properties[name] = value } }
            state.lastText = nil
        }
        if !isOld, let unset = row.text(5).flatMap({ try? JSONValue(json: $0) })?.arrayValue {
            for name in unset.compactMap(\.stringValue) { state.properties[name] = nil }
            state.lastText = nil
        }
        if row.integer(6) == 1 { state.isIdentified = true }
        if let created = row.integer(7) { state.createdAt = min(state.createdAt ?? created, created) }
    }

    /// Whoever was not merged by a row of this import is this person, or will be told apart by the id.
    func store(_ census: PersonCensus) throws {
        for (person, state) in states {
            census.count(from: state.known, to: state.properties.keys)
            try db.cachedStatement(
                sql: """
                    UPDATE persons SET properties = ?, is_identified = max(is_identified, ?),
                        created_at = min(created_at, coalesce(?, created_at)) WHERE id = ?
                    """
            ).execute(
                arguments: [JSONValue.object(state.properties).json, state.isIdentified, state.createdAt, person])
        }
    }

    private func successor(of person: String) -> String {
        var current = person
        while let next = successors[current] { current = next }
        return current
    }

    private func state(_ person: String) throws -> State {
        if let state = states[person] { return state }
        let row = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT properties, is_identified, created_at FROM persons WHERE id = ?"),
            arguments: [person])
        let properties = Self.object(row?.text(0)) ?? JSONObject()
        return State(
            properties: properties, known: properties.keys, isIdentified: row?.integer(1) == 1,
            createdAt: row?.integer(2))
    }

    /// The person that stays keeps what both have.
    private func take(_ source: State, into state: inout State) {
        fill(source.properties, &state)
        state.known += source.known
        state.isIdentified = state.isIdentified || source.isIdentified
        if let created = source.createdAt { state.createdAt = min(state.createdAt ?? created, created) }
        state.lastText = nil
    }

    private func fill(_ object: JSONObject, _ state: inout State) {
        for (name, value) in object where state.properties[name] == nil { state.properties[name] = value }
    }

    private static func object(_ text: String?) -> JSONObject? {
        text.flatMap { try? JSONValue(json: $0) }?.objectValue
    }
}

/// How many persons, or groups, have which property.
final class PersonCensus {
    private let db: Database
    private var changes: [String: Int64] = [:]

    init(_ db: Database) { self.db = db }

    /// Notes that properties of the names `before` became those of `after`.
    func count(from before: [String], to after: [String]) {
        for name in before { changes[name, default: 0] &-= 1 }
        for name in after where changes[name] != nil || changes.count < PropertyTypes.maxNames {
            changes[name, default: 0] &+= 1
        }
    }

    func store(_ scope: PropertyScope) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO property_statistics (scope, name, count) VALUES (?, ?, ?)
                ON CONFLICT (scope, name) DO UPDATE SET count = count + excluded.count
                """)
        for (name, change) in changes where change != 0 {
            try statement.execute(arguments: [scope.rawValue, name, change])
        }
        changes.removeAll()
    }
}
