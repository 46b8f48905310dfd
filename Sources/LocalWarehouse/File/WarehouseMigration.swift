internal import AirlockCore
internal import GRDB
internal import Glibc

/// Brings a warehouse of an older format to the present one, in one transaction.
enum WarehouseMigration {
    static func run(_ path: String) throws {
        guard access(path, W_OK) == 0, access(TemporaryFile.folder(of: path), W_OK) == 0 else {
            throw AirlockError(
                .invalidData, "the warehouse is of an older format and may not be written to bring it up to date",
                at: .file(path),
                hint: "Copy it to where you may write and name the copy; opening it once there is enough.")
        }
        var configuration = Configuration()
        configuration.label = "warehouse-migration"
        configuration.busyMode = .timeout(10)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        try queue.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                // Another process may have been faster.
                if try WarehouseTables.verify(db, path: path) { try migrate(db) }
                return .commit
            }
        }
    }

    private static func migrate(_ db: Database) throws {
        // Its columns stood in another order than its key, which quick_check of SQLite 3.40 takes for damage.
        try db.execute(sql: "ALTER TABLE cohort_people RENAME TO former_cohort_people")
        try db.execute(sql: WarehouseFormat.additions)
        try db.execute(
            sql: """
                INSERT INTO cohort_people (cohort_id, person_id) SELECT cohort_id, person_id FROM former_cohort_people;
                DROP TABLE former_cohort_people;
                ALTER TABLE person_distinct_ids ADD COLUMN last_seen INTEGER NOT NULL DEFAULT 0;
                INSERT INTO cohorts (id, name, count)
                    SELECT cohort_id, 'Cohort ' || cohort_id, count(*) FROM cohort_people GROUP BY cohort_id;
                CREATE TEMP TABLE seen_ids AS SELECT distinct_id, max(timestamp) AS last_seen FROM events GROUP BY 1;
                CREATE UNIQUE INDEX temp.seen_ids_id ON seen_ids (distinct_id);
                UPDATE person_distinct_ids SET last_seen = coalesce(
                    (SELECT last_seen FROM temp.seen_ids WHERE seen_ids.distinct_id = person_distinct_ids.distinct_id), 0);
                DROP TABLE temp.seen_ids;
                """)
        for index in WarehouseFormat.indexes { try db.execute(sql: index) }
        try countProperties(db)
        try db.execute(sql: "PRAGMA user_version = \(WarehouseFormat.version)")
        try WarehouseTables.setMeta(db, WarehouseFormat.MetaKey.format, String(WarehouseFormat.version))
    }

    private static func countProperties(_ db: Database) throws {
        var census = PropertyCensus()
        var types = PropertyTypes(known: try WarehouseTables.propertyTypes(db))
        try EventScan.forEach(db, EventDraft()) { draft, _, person in
            census.add(draft, person: person, types: &types, detectsTypes: false)
        }
        try census.store(db)
        for (scope, table) in [(PropertyScope.person, "persons"), (.group, "groups")] {
            let persons = PersonCensus(db)
            let rows = try Row.fetchCursor(db, sql: "SELECT properties FROM \(table)")
            while let row = try rows.next() {
                let properties = row.text(0).flatMap { try? JSONValue(json: $0) }?.objectValue
                persons.count(from: [], to: properties?.keys ?? [])
            }
            try persons.store(scope)
        }
    }
}
