internal import GRDB

/// Events of one uuid in a file that has not compared them so far.
enum Repetitions {
    /// The uuid of a further event of the same content.
    ///
    /// - Parameter ordinal: from 2.
    static func uuid(_ base: String, _ ordinal: Int) -> String {
        NameBasedUUID.make(space: NameBasedUUID.events, name: "\(base)#\(ordinal)".utf8)
    }

    /// Leaves one event of each uuid, the first that came.
    ///
    /// - Parameter keeping: whether the others become events of their own: see ``CSVEventReader``.
    /// - Returns: how many were removed.
    static func settle(_ db: Database, keeping: Bool) throws -> Int {
        try db.execute(
            sql: """
                CREATE INDEX events_repeated ON events (uuid);
                CREATE TEMP TABLE repeated_events AS
                    SELECT row, uuid, ordinal FROM (
                        SELECT rowid AS row, uuid, row_number() OVER (PARTITION BY uuid ORDER BY rowid) AS ordinal
                        FROM events INDEXED BY events_repeated)
                    WHERE ordinal > 1;
                DROP INDEX events_repeated;
                """)
        defer { _ = try? db.execute(sql: "DROP TABLE temp.repeated_events") }
        if keeping {
            let update = try db.makeStatement(sql: "UPDATE events SET uuid = ? WHERE rowid = ?")
            let rows = try Row.fetchCursor(db, sql: "SELECT row, uuid, ordinal FROM temp.repeated_events")
            while let row = try rows.next() {
                guard let place = row.integer(0), let base = row.text(1), let ordinal = row.integer(2) else { continue }
                try update.execute(arguments: [uuid(base, Int(ordinal)), place])
            }
            return 0
        }
        for (table, column) in [
            ("events", "rowid"), ("temp.staged_persons", "row"), ("temp.staged_groups", "row"),
            ("temp.staged_merges", "row"),
        ] {
            try db.execute(sql: "DELETE FROM \(table) WHERE \(column) IN (SELECT row FROM temp.repeated_events)")
        }
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM temp.repeated_events") ?? 0
    }
}
