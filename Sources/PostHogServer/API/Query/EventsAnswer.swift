internal import AirlockCore
internal import DriverKit
internal import LocalWarehouse

extension PostHogAPI {
    /// What `*` stands for, packed into one object.
    private static let star = ["uuid", "event", "properties", "timestamp", "distinct_id", "created_at", "person_id"]

    /// EventsQuery, as the HogQL it means.
    func answerEvents(_ query: JSONObject) async throws(APIError) -> JSONObject {
        guard let select = query["select"]?.arrayValue?.compactMap(\.stringValue), !select.isEmpty else {
            throw .validation("This field is required.", code: "required", attr: "query__select")
        }
        for name in ["properties", "fixedProperties", "actionId", "filterTestAccounts"] {
            guard let value = query[name], !value.isNull, value != [], value != false else { continue }
            throw .validation("The local server answers EventsQuery without '\(name)'; use 'where'.", attr: "query")
        }
        var conditions: [String] = []
        var values = JSONObject()
        func bind(_ value: JSONValue) -> String {
            let name = "events_query_\(values.count)"
            values[name] = value
            return "{\(name)}"
        }
        if let event = query["event"]?.stringValue { conditions.append("event = \(bind(.string(event)))") }
        if let person = query["personId"]?.stringValue { conditions.append("person_id = \(bind(.string(person)))") }
        for (name, comparison) in [("after", ">"), ("before", "<")] {
            guard let text = query[name]?.stringValue, text != "all" else { continue }
            guard let time = Self.time(text, now: now) else { throw .validation("'\(text)' is no date.", attr: name) }
            conditions.append("timestamp \(comparison) fromUnixTimestamp64Micro(\(time))")
        }
        conditions += (query["where"]?.arrayValue ?? []).compactMap(\.stringValue).map { "(\($0))" }
        let limit = min(max(1, query["limit"]?.intValue ?? 100), 50_000)
        if let offset = query["offset"]?.intValue, offset > 0 {
            throw .validation("The local server answers EventsQuery without 'offset'; page by 'before'.", attr: "query")
        }
        let columns = select.flatMap { $0 == "*" ? Self.star : [$0] }
        let order = query["orderBy"]?.arrayValue?.compactMap(\.stringValue) ?? ["timestamp DESC"]
        let text = """
            SELECT \(columns.joined(separator: ", ")) FROM events\
            \(conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND "))\
             ORDER BY \(order.joined(separator: ", ")) LIMIT \(min(limit + 1, 50_000))
            """
        do throws(AirlockError) {
            let prepared = try await driver.prepare(text, values: values)
            let reply = try await prepared.run(QueryOptions(timeout: .seconds(60)))
            return Self.eventsBody(reply, select, limit, text)
        } catch {
            throw APIError(error)
        }
    }

    private static func eventsBody(_ reply: QueryReply, _ select: [String], _ limit: Int, _ text: String) -> JSONObject
    {
        let rows = reply.table.rows.prefix(limit).map { row -> JSONValue in
            var rest = row[...]
            return .array(
                select.map { column in
                    guard column == "*" else { return rest.popFirst() ?? .null }
                    var object = JSONObject()
                    for name in star { object[name] = rest.popFirst() ?? .null }
                    if let properties = object["properties"]?.stringValue, let value = try? JSONValue(json: properties)
                    {
                        object["properties"] = value
                    }
                    return .object(object)
                })
        }
        var types = reply.table.types[...]
        let named = select.map { column -> JSONValue in
            guard column == "*" else { return .string(types.popFirst() ?? "") }
            types = types.dropFirst(star.count)
            return "Tuple"
        }
        return [
            "columns": .array(select.map(JSONValue.string)), "types": .array(named), "results": .array(rows),
            "hasMore": .bool(reply.table.rows.count > limit), "limit": .int(limit), "offset": 0,
            "hogql": .string(text), "timings": [], "error": .null, "is_cached": false,
            "modifiers": .object(JSONObject()),
        ]
    }
}
