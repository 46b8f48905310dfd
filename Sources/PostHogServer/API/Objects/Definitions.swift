internal import AirlockCore
internal import GRDB
internal import LocalWarehouse

extension PostHogAPI {
    /// `/api/projects/:id/event_definitions/`
    func eventDefinitions(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require("event_definition:read", request)
        guard path.isEmpty else { throw .endpointNotFound }
        guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
        try await settle()
        let rows = try await read { db in
            try Row.fetchAll(
                db, sql: "SELECT name, first_seen, last_seen, count FROM event_definitions ORDER BY name"
            )
            .map { row -> JSONObject in
                let name = row[0] as String
                return [
                    "id": .string(Self.nameID("event", name)), "name": .string(name),
                    "created_at": .string(Instant.text(row[1])), "last_seen_at": .string(Instant.text(row[2])),
                    "last_updated_at": .string(Instant.text(row[2])), "volume_30_day": .int(row[3] as Int64),
                    "tags": [], "is_action": false, "description": .null, "verified": false, "hidden": .null,
                ]
            }
        }
        let text = request.parameter("search") ?? ""
        let found = text.isEmpty ? rows : rows.filter { Self.contains(text, [$0["name"]]) }
        return Page(request, found.map { .object($0) }).response
    }

    /// `/api/projects/:id/property_definitions/`
    func propertyDefinitions(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require("property_definition:read", request)
        if path == ["seen_together"] { return .json(200, .object(JSONObject())) }
        guard path.isEmpty else { throw .endpointNotFound }
        guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
        let type = request.parameter("type") ?? "event"
        guard PropertyScope(rawValue: type) != nil else {
            throw .validation("\"\(type)\" is not a valid choice.", code: "invalid_choice", attr: "type")
        }
        try await settle()
        let events = request.parameter("event_names").flatMap { (try? JSONValue(json: $0))?.arrayValue }?
            .compactMap(\.stringValue)
        let rows = try await read { db in
            var seen: Set<String>?
            if let events {
                let marks = events.map { _ in "?" }.joined(separator: ", ")
                seen = Set(
                    try String.fetchAll(
                        db, sql: "SELECT DISTINCT property FROM event_properties WHERE event IN (\(marks))",
                        arguments: StatementArguments(events)))
            }
            let sql = """
                SELECT name, type FROM property_definitions WHERE scope = ?
                UNION SELECT name, NULL FROM property_statistics WHERE scope = ? AND name NOT IN (
                    SELECT name FROM property_definitions WHERE scope = ?)
                ORDER BY name
                """
            return try Row.fetchAll(db, sql: sql, arguments: [type, type, type]).map { row -> JSONObject in
                let name = row[0] as String
                let kind = row[1] as String?
                var object: JSONObject = [
                    "id": .string(Self.nameID(type, name)), "name": .string(name),
                    "is_numerical": .bool(kind == "Numeric"), "property_type": kind.map(JSONValue.string) ?? .null,
                    "tags": [], "description": .null, "verified": false, "hidden": .null,
                ]
                object["is_seen_on_filtered_events"] = seen.map { .bool($0.contains(name)) } ?? .null
                return object
            }
        }
        let text = request.parameter("search") ?? ""
        let filtersEvents = request.flag("filter_by_event_names") && request.parameter("filter_by_event_names") != nil
        let found = rows.filter { row in
            (text.isEmpty || Self.contains(text, [row["name"]]))
                && (!filtersEvents || row["is_seen_on_filtered_events"] == true)
                && (request.parameter("is_numerical") != "true" || row["is_numerical"] == true)
                && (request.parameter("is_feature_flag").map { flag in
                    (row["name"]?.stringValue?.hasPrefix("$feature/") ?? false) == (flag == "true")
                } ?? true)
        }
        return Page(request, found.map { .object($0) }).response
    }

    /// Reads the warehouse for an endpoint.
    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws(APIError) -> T {
        do throws(AirlockError) {
            return try await live.read(body)
        } catch {
            throw APIError(error)
        }
    }

    /// An id that a name always has.
    static func nameID(_ kind: String, _ name: String) -> String {
        let hex = SHA256.hexDigest(Array("\(kind)/\(name)".utf8))
        let digits = Array(hex)
        let parts = [digits[0..<8], digits[8..<12], ["4"] + digits[13..<16], ["8"] + digits[17..<20], digits[20..<32]]
        return parts.map { String($0) }.joined(separator: "-")
    }
}
