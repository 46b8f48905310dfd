internal import AirlockCore
internal import GRDB
internal import LocalWarehouse

extension PostHogAPI {
    /// `/api/projects/:id/session_recordings/…`: a recording's description for each session; there are no snapshots.
    func sessionRecordings(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require("session_recording:read", request)
        guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
        try await settle()
        switch path.count {
        case 0: return try await listRecordings(request)
        case 1:
            let id = path[0]
            let found = try await recordings("session_id = ?", [.text(id)], limit: 1, offset: 0)
            guard let recording = found.first else { throw .notFound }
            return .json(200, .object(recording))
        default: throw .endpointNotFound
        }
    }

    /// A value that SQL compares with.
    enum SQLValue: Sendable {
        case text(String)
        case integer(Int64)
    }

    private func listRecordings(_ request: Request) async throws(APIError) -> HTTPResponse {
        var condition = "1"
        var arguments: [SQLValue] = []
        for (name, comparison) in [("date_from", ">="), ("date_to", "<=")] {
            guard let text = request.parameter(name), !text.isEmpty, text != "null" else { continue }
            guard let time = Self.time(text, now: now) else {
                throw .validation("'\(text)' is no date.", attr: name)
            }
            condition += " AND start_timestamp \(comparison) ?"
            arguments.append(.integer(time))
        }
        if let person = request.parameter("person_uuid") {
            condition += " AND person_id = ?"
            arguments.append(.text(UUIDText.canonical(person) ?? person))
        }
        if let ids = request.parameter("session_ids").flatMap({ (try? JSONValue(json: $0))?.arrayValue }) {
            let texts = ids.compactMap(\.stringValue)
            condition += " AND session_id IN (\(texts.map { _ in "?" }.joined(separator: ", ")))"
            arguments += texts.map { .text($0) }
        }
        let (limit, offset) = Page.bounds(request, 20)
        let part = try await recordings(condition, arguments, limit: limit + 1, offset: offset)
        var body: JSONObject = ["has_next": .bool(part.count > limit)]
        body["results"] = .array(part.prefix(limit).map { .object($0) })
        body["version"] = 4
        return .json(200, .object(body))
    }

    /// `-7d`, `-24h`, or a time.
    static func time(_ text: String, now: Int64) -> Int64? {
        guard text.hasPrefix("-"), let unit = text.last, let count = Int64(text.dropFirst().dropLast()),
            (0..<100_000).contains(count)
        else { return Instant.read(text) }
        switch unit {
        case "h": return now - count * 3_600_000_000
        case "d": return now - count * 86_400_000_000
        case "w": return now - count * 7 * 86_400_000_000
        case "m": return now - count * 30 * 86_400_000_000
        default: return nil
        }
    }

    private func recordings(
        _ condition: String, _ arguments: [SQLValue], limit: Int, offset: Int
    ) async throws(APIError) -> [JSONObject] {
        try await read { db in
            let sql = """
                SELECT session_id, distinct_id, person_id, start_timestamp, end_timestamp, duration, entry_current_url,
                    autocapture_count, pageview_count
                FROM sessions WHERE \(condition) ORDER BY start_timestamp DESC, session_id LIMIT \(limit) OFFSET \(offset)
                """
            let values = arguments.map { value -> any DatabaseValueConvertible in
                switch value {
                case .text(let text): text
                case .integer(let number): number
                }
            }
            return try Row.fetchAll(db, sql: sql, arguments: StatementArguments(values)).map { row in
                let duration = row[5] as Int64
                let person = try PersonRow.fetch(db, where: "id = ?", [row[2]]).first
                return [
                    "id": .string(row[0]), "distinct_id": .string(row[1]), "viewed": false,
                    "recording_duration": .int(duration), "active_seconds": .int(duration), "inactive_seconds": 0,
                    "start_time": .string(Instant.text(row[3])), "end_time": .string(Instant.text(row[4])),
                    "click_count": .int(row[7] as Int64), "keypress_count": 0, "mouse_activity_count": 0,
                    "console_log_count": 0, "console_warn_count": 0, "console_error_count": 0,
                    "start_url": (row[6] as String?).map(JSONValue.string) ?? .null,
                    "person": person.map { .object($0.json) } ?? .null, "storage": "object_storage_lts",
                    "snapshot_source": "web", "ongoing": false, "activity_score": .null, "retention_period_days": 30,
                ]
            }
        }
    }
}
