internal import AirlockCore
internal import GRDB
internal import LocalWarehouse

/// What is made over the API and is no event: insights, cohorts, annotations, flags, experiments.
///
/// Kept as JSON in a table of its own in the warehouse file, `posthog_objects`, whose version stands in `meta` under
/// `posthog_objects_version`. The warehouse's own format knows nothing of it, nor does an export.
struct ObjectStore: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        case insight, cohort, annotation, flag, experiment
    }

    static let version = 1
    private static let versionKey = "posthog_objects_version"
    private static let table = """
        CREATE TABLE IF NOT EXISTS posthog_objects (
            kind TEXT NOT NULL,
            id INTEGER NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (kind, id)
        ) WITHOUT ROWID
        """

    private let live: LiveWarehouse

    init(_ live: LiveWarehouse) { self.live = live }

    /// All that are not deleted, by id.
    func all(_ kind: Kind) async throws(AirlockError) -> [JSONObject] {
        try await live.read { db in
            guard try db.tableExists("posthog_objects") else { return [] }
            try Self.verify(db)
            return try Self.all(kind, db).filter { $0["deleted"]?.boolValue != true }
        }
    }

    /// One of them, deleted or not.
    func one(_ kind: Kind, _ id: Int) async throws(AirlockError) -> JSONObject? {
        try await live.read { db in
            guard try db.tableExists("posthog_objects") else { return nil }
            try Self.verify(db)
            let sql = "SELECT body FROM posthog_objects WHERE kind = ? AND id = ?"
            return try String.fetchOne(db, sql: sql, arguments: [kind.rawValue, id]).flatMap(Self.object)
        }
    }

    /// Adds an object under the next id.
    ///
    /// - Parameters:
    ///   - least: the id is beyond this one.
    ///   - check: looks at those that are there; what it throws keeps the new one out.
    func add(
        _ kind: Kind, least: Int = 0, _ object: JSONObject,
        check: @escaping @Sendable ([JSONObject]) throws -> Void = { _ in }
    ) async throws(AirlockError) -> JSONObject {
        try await live.write { db in
            try Self.prepare(db)
            try check(try Self.all(kind, db).filter { $0["deleted"]?.boolValue != true })
            let last = try Int.fetchOne(
                db, sql: "SELECT max(id) FROM posthog_objects WHERE kind = ?", arguments: [kind.rawValue])
            var object = object
            let id = max(last ?? 0, least) + 1
            object["id"] = .int(id)
            try Self.put(kind, id, object, db)
            return object
        }
    }

    /// - Returns: the object as it is now; `nil` for an id that is not there.
    func change(
        _ kind: Kind, _ id: Int, _ body: @escaping @Sendable (inout JSONObject) throws -> Void
    ) async throws(AirlockError) -> JSONObject? {
        try await live.write { db in
            try Self.prepare(db)
            let sql = "SELECT body FROM posthog_objects WHERE kind = ? AND id = ?"
            guard var object = try String.fetchOne(db, sql: sql, arguments: [kind.rawValue, id]).flatMap(Self.object)
            else { return nil }
            try body(&object)
            try Self.put(kind, id, object, db)
            return object
        }
    }

    private static func put(_ kind: Kind, _ id: Int, _ object: JSONObject, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO posthog_objects (kind, id, body) VALUES (?, ?, ?)",
            arguments: [kind.rawValue, id, JSONValue.object(object).json])
    }

    private static func all(_ kind: Kind, _ db: Database) throws -> [JSONObject] {
        try String.fetchAll(
            db, sql: "SELECT body FROM posthog_objects WHERE kind = ? ORDER BY id", arguments: [kind.rawValue]
        ).compactMap(object)
    }

    private static func object(_ text: String) -> JSONObject? { (try? JSONValue(json: text))?.objectValue }

    private static func prepare(_ db: Database) throws {
        if try db.tableExists("posthog_objects") { return try verify(db) }
        try db.execute(sql: table)
        try db.execute(
            sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", arguments: [versionKey, String(version)])
    }

    private static func verify(_ db: Database) throws {
        let text = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [versionKey])
        guard let found = text.flatMap(Int.init), found <= version else {
            throw AirlockError(
                .invalidData, "the objects in this warehouse were kept by a newer version of Airlock",
                hint: "Use that version, or serve a copy without the table posthog_objects.")
        }
    }
}
