internal import AirlockCore
internal import GRDB
internal import Glibc

/// Makes a warehouse or adds to one, entirely or not at all.
enum WarehouseUpdate {
    /// Runs `body` in a transaction on a new file or on the one that is there.
    ///
    /// A new file is written beside `target` and named at the end. An existing one is changed in one transaction, in WAL
    /// mode for as long as that lasts, so that readers go on meanwhile; it is one file again afterwards.
    ///
    /// - Parameters:
    ///   - pinnedNow: for a new file, the instant `now()` stands at.
    static func run<T>(
        at target: String, pinnedNow: Int64? = nil, publication: TemporaryFile.Publication = .creating,
        cancellation: Cancellation, _ body: (Database) throws -> T
    ) throws(AirlockError) -> T {
        guard !cancellation.isCancelled else { throw cancelled }
        do {
            if publication == .creating, access(target, F_OK) == 0 {
                return try WarehouseError.translating(target) { try change(target, cancellation, body) }
            }
            return try WarehouseError.translating(target) {
                try create(target, pinnedNow, publication, cancellation, body)
            }
        } catch {
            // An interrupted statement fails like an interrupted query does.
            throw cancellation.isCancelled ? cancelled : error
        }
    }

    static let cancelled = AirlockError(
        .cancelled, "the import was cancelled", hint: "Nothing was changed; run it again to import.")

    private static func create<T>(
        _ target: String, _ pinnedNow: Int64?, _ publication: TemporaryFile.Publication, _ cancellation: Cancellation,
        _ body: (Database) throws -> T
    ) throws -> T {
        let file = try TemporaryFile(beside: target)
        // Until it has its name the file is nobody's: the order of writes does not matter, and the journal serves a failing
        // statement only.
        let queue = try open(file.path, journal: "MEMORY", synchronous: "OFF")
        let result: T
        do {
            defer { try? queue.close() }
            result = try transaction(queue, cancellation) { db in
                try WarehouseTables.create(db, pinnedNow: pinnedNow)
                return try body(db)
            }
        }
        try file.publish(publication)
        return result
    }

    private static func change<T>(
        _ target: String, _ cancellation: Cancellation, _ body: (Database) throws -> T
    ) throws -> T {
        // Opening it as a reader would first gives the reader's clear errors.
        try Warehouse.open(at: target).close()
        let queue = try open(target, journal: "WAL", synchronous: "FULL")
        defer { try? queue.close() }
        let result = Result { try transaction(queue, cancellation, body) }
        // Without success when readers have the file open; it then stays in WAL mode until the next import.
        try? queue.writeWithoutTransaction { db in
            try db.execute(
                sql: "PRAGMA busy_timeout = 100; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE")
        }
        return try result.get()
    }

    static func open(_ path: String, journal: String, synchronous: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "warehouse-import"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { db in
            try db.execute(
                sql: """
                    PRAGMA journal_mode = \(journal); PRAGMA synchronous = \(synchronous); PRAGMA cache_size = -32768;
                    PRAGMA trusted_schema = 0
                    """)
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func transaction<T>(
        _ queue: DatabaseQueue, _ cancellation: Cancellation, _ body: (Database) throws -> T
    ) throws -> T {
        defer { cancellation.onCancel(nil) }
        cancellation.onCancel { queue.interrupt() }
        return try queue.writeWithoutTransaction { db in
            var result: T?
            try db.inTransaction(.immediate) {
                result = try body(db)
                guard !cancellation.isCancelled else { throw cancelled }
                return .commit
            }
            guard let result else { throw AirlockError(.internalError, "the import ended without a result") }
            return result
        }
    }
}
