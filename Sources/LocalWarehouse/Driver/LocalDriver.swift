public import AirlockCore
public import DriverKit
internal import GRDB
internal import GRDBSQLite

/// The driver of a local warehouse: HogQL over an SQLite file, without a network.
///
/// Making one costs nothing; the file is opened by the first call, and opened anew when another has taken its place.
public final class LocalDriver: DataDriver {
    public let name = "local"
    let source: LocalSource

    /// - Parameters:
    ///   - path: the warehouse.
    ///   - prepare: called before the file is opened for the first time, to bring it about: ``DemoData/ensure(at:progress:)``.
    public convenience init(path: String, prepare: (@Sendable () async throws(AirlockError) -> Void)? = nil) {
        self.init(path: path, bounds: QuickQueries.Bounds(), prepare: prepare)
    }

    init(
        path: String, bounds: QuickQueries.Bounds, prepare: (@Sendable () async throws(AirlockError) -> Void)? = nil
    ) {
        source = LocalSource(path: path, bounds: bounds, prepare: prepare)
    }

    /// The demo data set at `path`, made by the first call when it is not there.
    public static func demo(at path: String, progress: (@Sendable (Double) -> Void)? = nil) -> LocalDriver {
        LocalDriver(path: path) { () async throws(AirlockError) in
            try await DemoData.ensure(at: path, progress: progress)
        }
    }

    /// The version of the SQLite in use.
    package static var sqliteVersion: String { String(cString: sqlite3_libversion()) }

    public func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery {
        let key = QuickQueries.Key(text, values)
        if let key, let opened = source.unchanged, let query = opened.quickQueries.query(key) {
            return LocalQuery(
                query: query, warehouse: opened.warehouse, quickQueries: opened.quickQueries, key: key, wasQuick: true)
        }
        // An actor's: from here on the caller's thread is free.
        let opened = try await source.current()
        return LocalQuery(
            query: try QueryEngine.prepare(text: text, values: values, schema: opened.schema),
            warehouse: opened.warehouse, quickQueries: opened.quickQueries, key: key, wasQuick: false)
    }

    public func names(of kind: DataNameKind) async throws(AirlockError) -> [String] {
        let sql: String
        switch kind {
        case .table: return TableShape.all.map(\.name)
        case .event: sql = "SELECT name FROM event_definitions ORDER BY count DESC, name LIMIT ?"
        case .property:
            sql = """
                SELECT DISTINCT name FROM property_definitions WHERE scope IN ('event', 'person')
                ORDER BY name LIMIT ?
                """
        case .cohort:
            sql = "SELECT CAST(id AS TEXT) FROM cohorts ORDER BY id LIMIT ?"
        }
        return try await source.current().warehouse.read { db in
            try String.fetchAll(db, sql: sql, arguments: [Self.maxNames])
        }
    }

    /// More names than this are not told; a variable's format and a hint for a mistyped name need no more.
    static let maxNames = 10_000
}
