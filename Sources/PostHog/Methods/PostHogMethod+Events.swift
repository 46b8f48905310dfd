internal import AirlockCore
internal import DriverKit
internal import HogQL
internal import Resilience

extension PostHogMethod {
    static let events = [
        PostHogMethod(name: "get_events", params: EventPage.filters + ["limit"]) {
            driver, params, options throws(AirlockError) in
            let limit = min(try params.integer("limit", 1...EventPage.maxRows) ?? 100, options.maxRows)
            var page = try EventPage(params)
            page.newestFirst = true
            return try await driver.events(page, limit: limit, options)
        },
        PostHogMethod(name: "export_events", params: EventPage.filters + ["limit", "after"]) {
            driver, params, options throws(AirlockError) in
            let limit = min(try params.integer("limit", 1...1_000_000) ?? options.maxRows, options.maxRows)
            return try await driver.events(try EventPage(params), limit: limit, options)
        },
    ]
}

/// Events in the order of (timestamp, uuid), page after page by the last row: PostHog refuses OFFSET, and by the
/// timestamp alone events of the same instant would be lost.
struct EventPage: Sendable {
    static let filters = ["event", "events", "distinct_id", "date_from", "date_to"]
    static let columns = ["uuid", "event", "timestamp", "distinct_id", "person_id", "properties"]
    /// PostHog answers no more to one query.
    static let maxRows = 50_000

    var conditions: [String] = []
    var values = JSONObject()
    var newestFirst = false
    /// The last row of the page before.
    var after: (timestamp: String, uuid: String)?

    init(_ params: MethodParams) throws(AirlockError) {
        var names = try params.texts("events", maxCount: 100) ?? []
        if let name = try params.text("event", maxBytes: 200) { names.append(name) }
        if !names.isEmpty {
            conditions.append("event IN {events}")
            values["events"] = .array(names.map(JSONValue.string))
        }
        if let id = try params.text("distinct_id", maxBytes: 400) {
            conditions.append("distinct_id = {distinct_id}")
            values["distinct_id"] = .string(id)
        }
        for (name, comparison) in [("date_from", ">="), ("date_to", "<")] {
            guard let date = try params.date(name) else { continue }
            conditions.append("timestamp \(comparison) toDateTime({\(name)})")
            values[name] = .string(date)
        }
        if let cursor = try params.object("after") {
            guard let timestamp = cursor["timestamp"]?.stringValue, let uuid = cursor["uuid"]?.stringValue else {
                throw AirlockError(
                    .invalidArgument, "'after' of export_events is the 'next' of an earlier answer",
                    hint: #"It is an object {"timestamp": "…", "uuid": "…"}."#)
            }
            after = (timestamp, uuid)
        }
    }

    /// One query for up to `count` rows, bound values apart.
    func query(_ count: Int) -> (text: String, values: JSONObject) {
        var (conditions, values) = (conditions, values)
        let (sign, direction) = newestFirst ? ("<", " DESC") : (">", "")
        if let after {
            conditions.append(
                """
                (timestamp \(sign) toDateTime64({after_timestamp}, 6) \
                OR (timestamp = toDateTime64({after_timestamp}, 6) AND uuid \(sign) toUUID({after_uuid})))
                """)
            values["after_timestamp"] = .string(after.timestamp)
            values["after_uuid"] = .string(after.uuid)
        }
        let filter = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
        return (
            """
            SELECT \(Self.columns.joined(separator: ", ")) FROM events\(filter) \
            ORDER BY timestamp\(direction), uuid\(direction) LIMIT \(count)
            """, values
        )
    }
}

extension PostHogDriver {
    /// - Returns: `{"columns", "rows", "complete", "next"}`; `next` is what the next export goes on after.
    func events(_ first: EventPage, limit: Int, _ options: QueryOptions) async throws(AirlockError) -> JSONValue {
        var page = first
        var rows: [[JSONValue]] = []
        var isComplete = false
        let deadline = client.clock.now + options.timeout
        while rows.count < limit, !isComplete {
            let count = min(limit - rows.count, EventPage.maxRows)
            let (text, values) = page.query(count)
            var remaining = options
            remaining.timeout = deadline - client.clock.now
            guard remaining.timeout > .zero else { break }
            remaining.maxRows = count
            let reply = try await client.ask(
                HogQLRequest(text: text, values: values, name: "airlock events"), hasLimit: true, remaining)
            rows += reply.table.rows
            isComplete = reply.table.rows.count < count && reply.cutBy == nil
            guard let last = reply.table.rows.last, last.count == EventPage.columns.count,
                let uuid = last[0].stringValue, let timestamp = last[2].stringValue
            else { break }
            page.after = (timestamp, uuid)
        }
        return [
            "columns": .array(EventPage.columns.map(JSONValue.string)), "rows": .array(rows.map(JSONValue.array)),
            "complete": .bool(isComplete),
            "next": page.after.map { ["timestamp": .string($0.timestamp), "uuid": .string($0.uuid)] } ?? .null,
        ]
    }
}
