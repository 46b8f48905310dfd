public import AirlockCore
package import GRDB

/// A local warehouse, open for reading.
///
/// The file is SQLite (see ``WarehouseFormat``) and holds everything in itself. Any number of readers may have it open
/// while one import adds to it; each read sees one state of the file from beginning to end.
public final class Warehouse: Sendable {
    public let path: String
    /// The project's time zone, an IANA name; `UTC` unless the file says otherwise.
    public let timeZone: String
    /// The first day of a week: 0 is Sunday (the default), 1 is Monday.
    public let weekStart: Int
    /// The instant that `now()` stands at, in microseconds since the epoch; `nil` when it runs with the clock.
    public let pinnedNow: Int64?

    package let pool: DatabasePool

    /// Opens an existing warehouse.
    ///
    /// - Throws: `file_failed` when the file cannot be read, `invalid_data` when it is no warehouse, damaged, or of a
    ///   newer format. The content is not searched for damage: that is ``check()``. A file of an older format is brought
    ///   to the present one where it may be written; where not, the error says so.
    public static func open(at path: String) throws(AirlockError) -> Warehouse {
        try open(at: path, prepare: nil)
    }

    /// - Parameter prepare: called with each new connection, to give it functions and collations.
    package static func open(
        at path: String, prepare: (@Sendable (Database) throws -> Void)?
    ) throws(AirlockError) -> Warehouse {
        try FileSignature.requireRegularFile(at: path)
        do {
            return try WarehouseError.translating(path) { try connect(path, prepare) }
        } catch {
            throw error.code == .invalidData ? FileSignature.explain(error, path: path) : error
        }
    }

    private static func configuration(_ prepare: (@Sendable (Database) throws -> Void)?) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "warehouse"
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA query_only = 1; PRAGMA cache_size = -16384")
            // Views and triggers of a file from elsewhere must not reach functions with side effects.
            try db.execute(sql: "PRAGMA trusted_schema = 0")
            try prepare?(db)
        }
        return configuration
    }

    /// A connection of its own to a warehouse that was opened before; fails at once where another holds a lock.
    static func connection(to path: String) throws -> DatabaseQueue {
        var configuration = configuration(nil)
        configuration.busyMode = .immediateError
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func connect(_ path: String, _ prepare: (@Sendable (Database) throws -> Void)?) throws -> Warehouse {
        var configuration = configuration(prepare)
        // As many readers as a small server wants; a further read waits for one of them.
        configuration.maximumReaderCount = 4
        // An import commits within this time, or is stuck.
        configuration.busyMode = .timeout(10)
        var pool = try DatabasePool(path: path, configuration: configuration)
        if try pool.read({ try WarehouseTables.verify($0, path: path) }) {
            try pool.close()
            try WarehouseMigration.run(path)
            pool = try DatabasePool(path: path, configuration: configuration)
            _ = try pool.read { try WarehouseTables.verify($0, path: path) }
        }
        let meta = try pool.read { try WarehouseTables.meta($0) }
        return Warehouse(path: path, pool: pool, meta: meta)
    }

    private init(path: String, pool: DatabasePool, meta: [String: String]) {
        self.path = path
        self.pool = pool
        timeZone = meta[WarehouseFormat.MetaKey.timeZone] ?? "UTC"
        weekStart = meta[WarehouseFormat.MetaKey.weekStart].flatMap { Int($0) } == 1 ? 1 : 0
        pinnedNow = meta[WarehouseFormat.MetaKey.now].flatMap { Int64($0) }
    }

    /// The instant that `now()` means, in microseconds since the epoch.
    public var now: Int64 { pinnedNow ?? Instant.systemNow() }

    /// Gives the descriptors back; a later read fails.
    public func close() {
        try? pool.close()
    }
}

extension Warehouse {
    /// Reads in one transaction, off the cooperative threads.
    ///
    /// When `timeout` passes, or the surrounding task is cancelled, the statement that runs is interrupted
    /// (`sqlite3_interrupt`).
    ///
    /// - Throws: `timed_out`, `cancelled`, what `body` throws as an `AirlockError`, and SQLite's failures translated.
    package func read<T: Sendable>(
        timeout: Duration? = nil, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws(AirlockError) -> T {
        let pool = self.pool
        do {
            guard let timeout else { return try await pool.read(body) }
            return try await withThrowingTaskGroup(of: T?.self) { group in
                group.addTask { try await pool.read(body) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                guard let first = try await group.next(), let value = first else {
                    throw AirlockError(
                        .timedOut, "the query took longer than \(timeout.shortText)",
                        hint: "Read a shorter period, aggregate in the query, or raise the time limit.")
                }
                return value
            }
        } catch {
            throw WarehouseError.translate(error, path: path)
        }
    }

    /// Searches the whole file for damage (`PRAGMA quick_check`); takes time in proportion to its size.
    ///
    /// - Returns: what is wrong, one sentence each; empty for a sound file.
    public func check() async throws(AirlockError) -> [String] {
        let findings = try await read { try String.fetchAll($0, sql: "PRAGMA quick_check(20)") }
        return findings == ["ok"] ? [] : findings
    }
}
