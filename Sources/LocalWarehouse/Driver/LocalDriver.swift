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
    public init(path: String, prepare: (@Sendable () async throws(AirlockError) -> Void)? = nil) {
        source = LocalSource(path: path, prepare: prepare)
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
        let (warehouse, schema) = try await source.current()
        let query = try QueryEngine.prepare(text: text, values: values, schema: schema)
        return query.prepared { body in
            do {
                return try await warehouse.read(body)
            } catch {
                // What was interrupted because the caller gave up must not look like a failure of the data.
                throw Task.isCancelled ? AirlockError(.cancelled, "the query was cancelled") : error
            }
        }
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
