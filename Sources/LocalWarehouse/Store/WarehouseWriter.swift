internal import AirlockCore
internal import GRDB

/// Adds events to a warehouse inside one transaction, then makes the tables that follow from them.
final class WarehouseWriter {
    private let db: Database
    private let events: BulkStatement
    private let personChanges: BulkStatement
    private let groupChanges: BulkStatement
    /// Rows of events beyond this one are new.
    private let boundary: Int64
    private(set) var types: PropertyTypes
    private var groupTypes: [String]
    private var occurrences: [String: Int] = [:]

    /// PostHog's bound on group types of a project.
    static let maxGroupTypes = 5

    /// - Parameter definitions: known types; they take the place of those in the file.
    init(_ db: Database, definitions: PropertyDefinitions = PropertyDefinitions()) throws {
        self.db = db
        boundary = try Int64.fetchOne(db, sql: "SELECT max(rowid) FROM events") ?? 0
        try db.execute(
            sql: """
                CREATE TEMP TABLE staged_persons (
                    person_id TEXT, timestamp INTEGER, properties TEXT, set_values TEXT, set_once TEXT,
                    is_identified INTEGER, created_at INTEGER);
                CREATE TEMP TABLE staged_groups (type_index INTEGER, key TEXT, timestamp INTEGER, set_values TEXT);
                """)
        events = try BulkStatement(
            db,
            """
            INSERT OR IGNORE INTO events
                (uuid, event, timestamp, distinct_id, person_id, properties, created_at, session_id, window_id,
                 group_0, group_1, group_2, group_3, group_4)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        personChanges = try BulkStatement(db, "INSERT INTO temp.staged_persons VALUES (?, ?, ?, ?, ?, ?, ?)")
        groupChanges = try BulkStatement(db, "INSERT INTO temp.staged_groups VALUES (?, ?, ?, ?)")
        var known = try Self.storedTypes(db)
        for (key, type) in definitions.types {
            known[key] = type
            try Self.store(db, key, type)
        }
        types = PropertyTypes(known: known)
        groupTypes = try WarehouseTables.groupTypes(db)
    }

    /// Whether events were there before.
    var isAddition: Bool { boundary > 0 }

    /// - Returns: `false` when an event of this uuid is there already.
    func insert(_ row: EventRow) throws -> Bool {
        try events.bind(row.uuid, at: 1)
        try events.bind(row.event, at: 2)
        try events.bind(row.timestamp, at: 3)
        try events.bind(row.distinctID, at: 4)
        try events.bind(row.personID, at: 5)
        try events.bind(utf8: row.properties, at: 6)
        try events.bind(row.createdAt, at: 7)
        try events.bind(row.sessionID, at: 8)
        try events.bind(row.windowID, at: 9)
        for index in 0..<Self.maxGroupTypes {
            try events.bind(index < row.groups.count ? row.groups[index] : nil, at: Int32(10 + index))
        }
        return try events.run() > 0
    }

    /// Inserts a row whose uuid came from its content, so that a second one like it in this import becomes an event of its
    /// own, while all of an earlier import's are recognised.
    func insertRepeatable(_ row: EventRow) throws -> Bool {
        if try insert(row) { return true }
        var row = row
        let base = row.uuid
        // The memory of a file that repeats itself endlessly is bounded; beyond, the search begins anew.
        if occurrences.count > 100_000 { occurrences.removeAll() }
        while try isNew(row.uuid) {
            let ordinal = (occurrences[base] ?? 1) + 1
            occurrences[base] = ordinal
            row.uuid = NameBasedUUID.make(space: NameBasedUUID.events, name: "\(base)#\(ordinal)".utf8)
            if try insert(row) { return true }
        }
        return false
    }

    private func isNew(_ uuid: String) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT rowid > ? FROM events WHERE uuid = ?")
        return try Bool.fetchOne(statement, arguments: [boundary, uuid]) ?? false
    }

    func stage(_ change: PersonChange, person: String, at timestamp: Int64) throws {
        guard !change.isEmpty else { return }
        try personChanges.bind(person, at: 1)
        try personChanges.bind(timestamp, at: 2)
        for (index, object) in [change.properties, change.set, change.setOnce].enumerated() {
            try personChanges.bind(object.map { JSONValue.object($0).json }, at: Int32(3 + index))
            if let object { types.observe(.person, object, at: timestamp) }
        }
        try personChanges.bind(change.isIdentified.map { $0 ? 1 : 0 }, at: 6)
        try personChanges.bind(change.createdAt, at: 7)
        try personChanges.run()
    }

    func stage(_ change: GroupChange, at timestamp: Int64) throws {
        guard let index = groupIndex(of: change.type) else { return }
        try groupChanges.bind(Int64(index), at: 1)
        try groupChanges.bind(change.key, at: 2)
        try groupChanges.bind(timestamp, at: 3)
        try groupChanges.bind(JSONValue.object(change.set).json, at: 4)
        try groupChanges.run()
        types.observe(.group, change.set, at: timestamp)
    }

    /// The index of a group type, given in order of first appearance; `nil` beyond the fifth.
    func groupIndex(of type: String) -> Int? {
        if let index = groupTypes.firstIndex(of: type) { return index }
        guard groupTypes.count < Self.maxGroupTypes else { return nil }
        groupTypes.append(type)
        return groupTypes.count - 1
    }

    func observe(_ properties: JSONObject, at timestamp: Int64) {
        types.observe(.event, properties, at: timestamp)
    }

    func define(_ scope: PropertyScope, _ name: String, _ type: PropertyType) {
        types.define(scope, name, type)
    }

    /// Makes indexes, persons, sessions and definitions.
    ///
    /// - Parameter checkpoint: called between the steps; throws to stop.
    func finish(checkpoint: () throws -> Void) throws {
        // The sorts of indexes and sessions each take as much memory as the cache may.
        try db.execute(sql: "PRAGMA cache_size = -8192")
        try db.execute(sql: WarehouseFormat.indexes)
        try checkpoint()
        try DerivedPersons.update(db, boundary: boundary)
        try checkpoint()
        try DerivedGroups.update(db)
        try DerivedSessions.update(db, boundary: boundary)
        try checkpoint()
        try db.execute(
            sql: """
                DELETE FROM event_definitions;
                INSERT INTO event_definitions (name, count, first_seen, last_seen)
                    SELECT event, count(*), min(timestamp), max(timestamp) FROM events GROUP BY event;
                """)
        for (key, type) in types.added { try Self.store(db, key, type) }
        try WarehouseTables.setMeta(
            db, WarehouseFormat.MetaKey.groupTypes, JSONValue.array(groupTypes.map(JSONValue.string)).json)
        try db.execute(sql: "DROP TABLE temp.staged_persons; DROP TABLE temp.staged_groups")
        // A sample is enough for the planner; a full scan of a large file is not worth it.
        try db.execute(sql: "PRAGMA analysis_limit = 1000; ANALYZE")
    }

    private static func storedTypes(_ db: Database) throws -> [PropertyDefinitions.Key: PropertyType] {
        var known: [PropertyDefinitions.Key: PropertyType] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT scope, name, type FROM property_definitions")
        while let row = try rows.next() {
            guard let scope = row.text(0).flatMap(PropertyScope.init(rawValue:)), let name = row.text(1),
                let type = row.text(2).flatMap(PropertyType.init(rawValue:))
            else { continue }
            known[PropertyDefinitions.Key(scope: scope, name: name)] = type
        }
        return known
    }

    private static func store(_ db: Database, _ key: PropertyDefinitions.Key, _ type: PropertyType) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO property_definitions (scope, name, type) VALUES (?, ?, ?)",
            arguments: [key.scope.rawValue, key.name, type.rawValue])
    }
}
