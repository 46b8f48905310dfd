internal import AirlockCore
internal import LocalWarehouse

/// Makes of what SDKs send the lines of an import.
struct CaptureReader {
    /// PostHog's bound on the properties of one event.
    static let maxEventBytes = 1 << 20
    private static let maxTextCharacters = 200
    /// Events from further ahead are taken for clocks that are wrong.
    private static let maxFuture: Int64 = 23 * 3_600_000_000

    let serverNow: Int64
    let token: String

    /// - Parameter isFromQuery: a token that came with the address.
    /// - Throws: what PostHog's capture answers, as plain text. One bad event refuses all.
    func lines(_ json: JSONValue, isFromQuery: String?) throws(APIError) -> [[UInt8]] {
        let events: [JSONValue]
        var sentAt: JSONValue?
        var tokens: Set<String> = isFromQuery.map { [$0] } ?? []
        var isHistorical = false
        if let list = json.arrayValue {
            events = list
        } else if let batch = json["batch"]?.arrayValue {
            events = batch
            sentAt = json["sent_at"]
            isHistorical = json["historical_migration"]?.boolValue ?? false
        } else {
            guard json.objectValue != nil else {
                throw APIError(text: 400, "failed to parse request: expected an event or a list of events")
            }
            events = [json]
            sentAt = json["sent_at"]
        }
        if let outer = Self.token(json) { tokens.insert(outer) }
        guard !events.isEmpty else { throw APIError(text: 400, "request holds no event") }
        for event in events {
            if let inner = Self.token(event) ?? event["properties"]?["token"]?.stringValue { tokens.insert(inner) }
        }
        guard let found = tokens.first else { throw APIError(text: 401, "event submitted without an api_key") }
        guard tokens.count == 1 else {
            throw APIError(text: 401, "batch submitted with inconsistent api_key values")
        }
        guard PostHogAPI.same(found, token) else {
            throw APIError(
                text: 401,
                "API key is not valid: \(found.hasPrefix("phx_") ? "personal_api_key" : "unknown token")")
        }
        let sent = sentAt?.stringValue.flatMap(Instant.read)
        var lines: [[UInt8]] = []
        lines.reserveCapacity(events.count)
        for event in events { lines.append(try line(event, sentAt: isHistorical ? nil : sent)) }
        return lines
    }

    private static func token(_ value: JSONValue) -> String? {
        for name in ["api_key", "token", "$token"] { if let token = value[name]?.stringValue { return token } }
        return nil
    }

    private func line(_ event: JSONValue, sentAt: Int64?) throws(APIError) -> [UInt8] {
        guard let members = event.objectValue else {
            throw APIError(text: 400, "failed to parse request: invalid type: \(event.typeName), expected an event")
        }
        guard let name = members["event"]?.stringValue, !name.isEmpty else {
            throw APIError(text: 400, "event submitted with an empty event name")
        }
        var properties = members["properties"]?.objectValue ?? JSONObject()
        let distinctID = try self.distinctID(members, properties)
        for key in ["$set", "$set_once", "$unset"] {
            if let value = members[key], !value.isNull, properties[key] == nil { properties[key] = value }
        }
        for key in ["distinct_id", "token"] { properties[key] = nil }
        return try line(
            name, uuid: members["uuid"], distinctID, properties, time: timestamp(members, properties, sentAt))
    }

    /// An event of the newer wire format: options instead of properties of special meaning.
    func lineV1(_ event: JSONValue, sentAt: Int64?, sdk: String) throws(APIError) -> [UInt8] {
        guard let members = event.objectValue, let name = members["event"]?.stringValue, !name.isEmpty else {
            throw APIError(text: 400, "event submitted with an empty event name")
        }
        var properties = members["properties"]?.objectValue ?? JSONObject()
        let distinctID = try self.distinctID(members, properties)
        if let session = members["session_id"] { properties["$session_id"] = session }
        if let window = members["window_id"] { properties["$window_id"] = window }
        if let profile = members["options"]?["process_person_profile"] {
            properties["$process_person_profile"] = profile
        }
        let parts = sdk.split(separator: "/", maxSplits: 1)
        if parts.count == 2 {
            properties["$lib"] = .string(String(parts[0]))
            properties["$lib_version"] = .string(String(parts[1]))
        }
        let ignoresSkew = members["options"]?["disable_skew_correction"]?.boolValue ?? false
        let time = timestamp(members, properties, ignoresSkew ? nil : sentAt)
        return try line(name, uuid: members["uuid"], distinctID, properties, time: time)
    }

    private func line(
        _ name: String, uuid: JSONValue?, _ distinctID: String, _ properties: JSONObject, time: Int64
    ) throws(APIError) -> [UInt8] {
        var id = Identifiers.timedUUID(micros: serverNow)
        if let uuid, !uuid.isNull {
            guard let given = uuid.stringValue.flatMap(UUIDText.canonical) else {
                throw APIError(text: 400, "failed to parse request: UUID parsing failed")
            }
            id = given
        }
        let bytes = JSONValue.object(properties).jsonBytes
        guard bytes.count <= Self.maxEventBytes else { throw APIError(text: 400, "maximum event size exceeded") }
        var line: [UInt8] = []
        line.reserveCapacity(bytes.count + 300)
        let head: JSONObject = [
            "uuid": .string(id), "event": .string(Self.cut(name)), "distinct_id": .string(Self.cut(distinctID)),
            "timestamp": .string(Instant.text(time)), "created_at": .string(Instant.text(serverNow)),
        ]
        JSONValue.object(head).appendJSON(to: &line)
        line.removeLast()
        line += Array(",\"properties\":".utf8) + bytes
        line.append(UInt8(ascii: "}"))
        return line
    }

    private func distinctID(_ members: JSONObject, _ properties: JSONObject) throws(APIError) -> String {
        let candidates = [members["distinct_id"], members["$distinct_id"], properties["distinct_id"]]
        guard let value = candidates.lazy.compactMap({ $0 }).first(where: { !$0.isNull }) else {
            throw APIError(text: 400, "event submitted without a distinct_id")
        }
        let text = value.stringValue ?? value.json
        guard !text.isEmpty else { throw APIError(text: 400, "event submitted with an empty distinct_id") }
        return text
    }

    /// The time on the server's clock: what the client's clock is wrong by shows in the time of sending.
    private func timestamp(_ members: JSONObject, _ properties: JSONObject, _ sentAt: Int64?) -> Int64 {
        guard let text = members["timestamp"]?.stringValue, let time = Instant.read(text) else {
            let offset = members["offset"]?.numberValue?.int64 ?? 0
            let (shift, isTooLarge) = offset.multipliedReportingOverflow(by: 1000)
            return isTooLarge || offset < 0 ? serverNow : max(0, serverNow - shift)
        }
        let ignoresSkew = properties["$ignore_sent_at"]?.boolValue ?? false
        var result = time
        if let sentAt, !ignoresSkew { result = serverNow + (time - sentAt) }
        return result > serverNow + Self.maxFuture ? serverNow : result
    }

    private static func cut(_ text: String) -> String { String(text.prefix(maxTextCharacters)) }
}
