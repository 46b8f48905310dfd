internal import AirlockCore
internal import FeatureFlags
internal import GRDB
internal import LocalWarehouse

extension PostHogAPI {
    /// `/api/projects/:id/persons/…`
    func persons(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require(request.method == "GET" ? "person:read" : "person:write", request)
        guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
        try await settle()
        switch path.count {
        case 0: return try await listPersons(request)
        case 1:
            let id = UUIDText.canonical(path[0]) ?? path[0]
            let found = try await read { db in try PersonRow.fetch(db, where: "id = ?", [id]) }
            guard let person = found.first else { throw .notFound }
            return .json(200, .object(person.json))
        default: throw .endpointNotFound
        }
    }

    private func listPersons(_ request: Request) async throws(APIError) -> HTTPResponse {
        var condition = "1"
        var arguments: [String] = []
        if let id = request.parameter("distinct_id") {
            condition += " AND id IN (SELECT person_id FROM person_distinct_ids WHERE distinct_id = ?)"
            arguments.append(id)
        }
        if let email = request.parameter("email") {
            condition += " AND json_extract(properties, '$.email') = ?"
            arguments.append(email)
        }
        if let text = request.parameter("search"), !text.isEmpty {
            let pattern = "%" + String(text.flatMap { "%_\\".contains($0) ? ["\\", $0] : [$0] }) + "%"
            condition += """
                 AND (json_extract(properties, '$.email') LIKE ? ESCAPE '\\' OR id = ? OR id IN (
                    SELECT person_id FROM person_distinct_ids WHERE distinct_id LIKE ? ESCAPE '\\'))
                """
            arguments += [pattern, text, pattern]
        }
        let (limit, offset) = Page.bounds(request)
        let filters = request.parameter("properties").flatMap { (try? JSONValue(json: $0))?.arrayValue } ?? []
        let (sql, values) = (condition, arguments)
        let now = now
        let (part, total) = try await read { db -> ([PersonRow], Int) in
            guard filters.isEmpty else {
                let conditions = PropertyConditions(filters, now: now)
                let found = try PersonRow.fetch(db, where: sql, values).filter { conditions.matches($0.properties) }
                return (Array(found.dropFirst(offset).prefix(limit)), found.count)
            }
            let total =
                try Int.fetchOne(
                    db, sql: "SELECT count(*) FROM persons WHERE \(sql)", arguments: StatementArguments(values)) ?? 0
            return (try PersonRow.fetch(db, where: sql, values, limit: limit, offset: offset), total)
        }
        return Page(request, part.map { .object($0.json) }, total: total, hasCount: false).response
    }
}

/// A person as the API tells it.
struct PersonRow: Sendable {
    var id: String
    var createdAt: Int64
    var properties: JSONObject
    var isIdentified: Bool
    var distinctIDs: [String]

    /// - Parameter condition: SQL of this program's own, with a mark for each argument.
    static func fetch(
        _ db: Database, where condition: String, _ arguments: [String], limit: Int = -1, offset: Int = 0
    ) throws -> [PersonRow] {
        let sql = """
            SELECT id, created_at, properties, is_identified FROM persons WHERE \(condition)
            ORDER BY created_at DESC, id LIMIT \(limit) OFFSET \(offset)
            """
        let ids = try db.cachedStatement(
            sql: "SELECT distinct_id FROM person_distinct_ids WHERE person_id = ? ORDER BY distinct_id LIMIT 1000")
        return try Row.fetchAll(db, sql: sql, arguments: StatementArguments(arguments)).map { row in
            let id = row[0] as String
            let text = row[2] as String
            return PersonRow(
                id: id, createdAt: row[1], properties: (try? JSONValue(json: text))?.objectValue ?? JSONObject(),
                isIdentified: row[3], distinctIDs: try String.fetchAll(ids, arguments: [id]))
        }
    }

    var json: JSONObject {
        let name = ["email", "name", "username"].lazy.compactMap { properties[$0]?.stringValue }.first
        return [
            "id": .string(id), "uuid": .string(id), "name": .string(name ?? distinctIDs.first ?? id),
            "distinct_ids": .array(distinctIDs.map(JSONValue.string)), "properties": .object(properties),
            "created_at": .string(Instant.text(createdAt)), "is_identified": .bool(isIdentified),
        ]
    }
}
