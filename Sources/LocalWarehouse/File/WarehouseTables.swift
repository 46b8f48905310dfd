internal import AirlockCore
internal import GRDB

/// Making and recognising the tables of a warehouse.
enum WarehouseTables {
    /// Makes the tables in an empty file; the indexes come with ``WarehouseFormat/indexes``.
    static func create(_ db: Database, pinnedNow: Int64? = nil) throws {
        try db.execute(sql: "PRAGMA application_id = \(WarehouseFormat.applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(WarehouseFormat.version)")
        try db.execute(sql: WarehouseFormat.tables)
        try setMeta(db, WarehouseFormat.MetaKey.format, String(WarehouseFormat.version))
        try setMeta(db, WarehouseFormat.MetaKey.timeZone, "UTC")
        try setMeta(db, WarehouseFormat.MetaKey.weekStart, "0")
        if let pinnedNow { try setMeta(db, WarehouseFormat.MetaKey.now, String(pinnedNow)) }
    }

    static func setMeta(_ db: Database, _ key: String, _ value: String) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", arguments: [key, value])
    }

    static func meta(_ db: Database) throws -> [String: String] {
        var meta: [String: String] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT key, value FROM meta LIMIT 1000")
        while let row = try rows.next() {
            if let key = row.text(0), let value = row.text(1) { meta[key] = value }
        }
        return meta
    }

    /// - Throws: `invalid_data` when the file is an SQLite database of something else, or of a newer format.
    static func verify(_ db: Database, path: String) throws {
        let application = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        guard application == Int64(WarehouseFormat.applicationID) else {
            throw AirlockError(
                .invalidData, "this SQLite database is not a warehouse of Airlock", at: .file(path),
                hint: "Name another file with --data, or import events with 'airlock data import'.")
        }
        let version = try Int64.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= Int64(WarehouseFormat.version) else {
            throw AirlockError(
                .invalidData,
                "the warehouse has format \(version); this version of Airlock reads \(WarehouseFormat.version)",
                at: .file(path), hint: "Use a newer Airlock, or export the events there and import them here.")
        }
        let tables = try Set(String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1000"))
        let missing = names.filter { !tables.contains($0) }
        guard missing.isEmpty else {
            throw AirlockError(
                .invalidData, "the warehouse lacks the table '\(missing[0])': the file is damaged", at: .file(path),
                hint: "Restore it from a copy, or import the events again.")
        }
    }

    static let names = [
        "events", "persons", "person_distinct_ids", "sessions", "groups", "cohort_people", "property_definitions",
        "event_definitions", "meta",
    ]
}

extension WarehouseTables {
    /// The names of the group types; the place of a name is its index.
    static func groupTypes(_ db: Database) throws -> [String] {
        let text = try meta(db)[WarehouseFormat.MetaKey.groupTypes]
        let names = text.flatMap { try? JSONValue(json: $0) }?.arrayValue ?? []
        return names.prefix(WarehouseWriter.maxGroupTypes).compactMap(\.stringValue)
    }
}
