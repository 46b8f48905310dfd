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

    /// - Returns: whether the file is of an older format, and needs ``WarehouseMigration``.
    /// - Throws: `invalid_data` when the file is an SQLite database of something else, or of a newer format.
    static func verify(_ db: Database, path: String) throws -> Bool {
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
        if version < Int64(WarehouseFormat.version) { return true }
        let tables = try Set(String.fetchAll(db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1000"))
        let missing = names.filter { !tables.contains($0) }
        guard missing.isEmpty else {
            throw AirlockError(
                .invalidData, "the warehouse lacks the table '\(missing[0])': the file is damaged", at: .file(path),
                hint: "Restore it from a copy, or import the events again.")
        }
        return false
    }

    static let names = [
        "events", "persons", "person_distinct_ids", "sessions", "groups", "cohorts", "cohort_people",
        "property_definitions", "property_statistics", "event_definitions", "event_properties", "meta",
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

extension WarehouseTables {
    /// Whether the table of events refuses a second event of a uuid already.
    static func comparesUUIDs(_ db: Database) throws -> Bool {
        try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM pragma_index_list('events') AS list WHERE list."unique" AND (
                        SELECT group_concat(name) FROM pragma_index_info(list.name)) = 'uuid')
                """) ?? false
    }

    static func propertyTypes(_ db: Database) throws -> [PropertyDefinitions.Key: PropertyType] {
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

    static func define(_ db: Database, _ key: PropertyDefinitions.Key, _ type: PropertyType) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO property_definitions (scope, name, type) VALUES (?, ?, ?)",
            arguments: [key.scope.rawValue, key.name, type.rawValue])
    }
}
