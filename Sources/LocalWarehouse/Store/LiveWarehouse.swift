package import AirlockCore
package import GRDB

/// A warehouse that one process keeps open to write, while drivers read it: what a server stands on.
///
/// The file is in WAL mode for as long as it is open, and one file again after ``close()``. Other processes may import
/// into it meanwhile; whoever writes waits for the other, up to five seconds.
package final class LiveWarehouse: Sendable {
    package let path: String
    /// The instant that `now()` stands at in queries; `nil` when it runs with the clock.
    package let pinnedNow: Int64?
    package let timeZone: String
    package let weekStart: Int
    private let queue: DatabaseQueue

    /// Opens an existing warehouse; one of an older format is brought to the present one.
    ///
    /// - Throws: as ``Warehouse/open(at:)``; `file_failed` where it may not be written.
    package init(at path: String) throws(AirlockError) {
        self.path = path
        let warehouse = try Warehouse.open(at: path)
        (pinnedNow, timeZone, weekStart) = (warehouse.pinnedNow, warehouse.timeZone, warehouse.weekStart)
        warehouse.close()
        queue = try WarehouseError.translating(path) {
            try WarehouseUpdate.open(path, journal: "WAL", synchronous: "NORMAL")
        }
    }

    /// Makes a warehouse without events.
    ///
    /// - Throws: `file_failed` when there is a file already, or none can be written.
    package static func makeEmpty(at path: String) throws(AirlockError) {
        _ = try WarehouseUpdate.run(at: path, cancellation: Cancellation()) { db in
            try WarehouseWriter(db).finish {}
        }
    }

    /// What became of events that were handed over.
    package struct Report: Sendable, Hashable {
        package struct Rejected: Sendable, Hashable {
            /// Its place among the lines, from 0.
            package var place: Int
            package var reason: String
        }

        package var events = 0
        /// Events whose uuid was there already.
        package var duplicates = 0
        /// What was no event.
        package var rejected: [Rejected] = []
    }

    /// Adds events, each the line of a JSONL import, in one transaction: all of them are there for queries afterwards.
    package func add(_ lines: [[UInt8]]) async throws(AirlockError) -> Report {
        try await write { db in
            let writer = try WarehouseWriter(db)
            let draft = EventDraft()
            var report = Report()
            for (place, line) in lines.enumerated() {
                do throws(Rejection) {
                    try JSONEventReader.read(line, into: draft)
                } catch {
                    report.rejected.append(Report.Rejected(place: place, reason: error.reason))
                    continue
                }
                try writer.add(draft)
            }
            let outcome = try writer.finish {}
            (report.events, report.duplicates) = (outcome.events, outcome.duplicates)
            return report
        }
    }

    /// Changes the file in one transaction; what `body` throws undoes it.
    package func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(AirlockError) -> T
    {
        do {
            return try await queue.writeWithoutTransaction { db in
                var result: T?
                try db.inTransaction(.immediate) {
                    result = try body(db)
                    return .commit
                }
                guard let result else { throw AirlockError(.internalError, "the change ended without a result") }
                return result
            }
        } catch {
            throw WarehouseError.translate(error, path: path)
        }
    }

    /// Reads the file as the last change left it.
    package func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(AirlockError) -> T {
        do {
            return try await queue.read(body)
        } catch {
            throw WarehouseError.translate(error, path: path)
        }
    }

    /// The names of the group types; the place of a name is its index.
    package static func groupTypes(_ db: Database) throws -> [String] { try WarehouseTables.groupTypes(db) }

    /// Makes one file of it again, unless others have it open, and gives the descriptors back.
    package func close() {
        try? queue.writeWithoutTransaction { db in
            try db.execute(
                sql: "PRAGMA busy_timeout = 100; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
        }
        try? queue.close()
    }
}
