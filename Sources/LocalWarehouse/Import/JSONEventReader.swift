internal import AirlockCore

/// Reads one line of PostHog's export: a JSON object that is an event.
///
/// The shapes of the batch export (`person_id`, `person_properties`, `set`, `set_once`), of the events API (`id`, `person`)
/// and of a query's rows put into objects are understood; members that are none of an event's are left aside.
enum JSONEventReader {
    static func read(_ line: [UInt8]) throws(Rejection) -> ImportedEvent {
        let object = try parse(line)
        let properties = try properties(object["properties"], "properties") ?? JSONObject()
        let name = try text(object, "event")
        guard let timestamp = try time(object["timestamp"], "timestamp") else { throw Rejection("no 'timestamp'") }
        let distinctID = try text(object, "distinct_id")
        let person = object["person"]?.objectValue
        let personID = try optionalText(
            present(object["person_id"]) ?? present(person?["id"]) ?? person?["uuid"], "person_id")

        var event = ImportedEvent(
            uuid: try uuid(object, line: line), event: name, timestamp: timestamp, distinctID: distinctID,
            personID: personID.map(canonical), properties: properties)
        event.createdAt = try time(object["created_at"], "created_at")
        event.sessionID = try optionalText(
            present(object["$session_id"]) ?? present(object["session_id"]) ?? properties["$session_id"], "$session_id")
        event.windowID = try optionalText(
            present(object["$window_id"]) ?? present(object["window_id"]) ?? properties["$window_id"], "$window_id")
        event.groups = try (0..<5).map { index throws(Rejection) in
            try optionalText(present(object["$group_\(index)"]) ?? properties["$group_\(index)"], "$group_\(index)")
        }
        event.groupKeys = (properties["$groups"]?.objectValue).map(groupKeys) ?? []
        event.person = try personChange(object, person: person, properties: properties)
        event.group = group(properties, event: name)
        event.merged = try merged(properties, event: name)
        return event
    }

    private static func parse(_ line: [UInt8]) throws(Rejection) -> JSONObject {
        let value: JSONValue
        do {
            value = try JSONValue(json: line)
        } catch {
            throw Rejection("not JSON: \(error.reason), at byte \(error.offset + 1)")
        }
        guard let object = value.objectValue else { throw Rejection("not an object but \(value.typeName)") }
        return object
    }

    /// An object, or the text of one; `nil` when there is none.
    private static func properties(_ value: JSONValue?, _ name: String) throws(Rejection) -> JSONObject? {
        switch value {
        case nil, .null?: return nil
        case .object(let object)?: return object
        case .string(let text)?:
            if text.isEmpty { return nil }
            guard let inner = try? JSONValue(json: text) else {
                throw Rejection("'\(name)' is not the text of an object")
            }
            if inner.isNull { return nil }
            guard let object = inner.objectValue else { throw Rejection("'\(name)' is not the text of an object") }
            return object
        case let other?: throw Rejection("'\(name)' is not an object but \(other.typeName)")
        }
    }

    /// A null says as little as a missing member.
    private static func present(_ value: JSONValue?) -> JSONValue? { value.flatMap { $0.isNull ? nil : $0 } }

    private static func text(_ object: JSONObject, _ name: String) throws(Rejection) -> String {
        guard let text = try optionalText(object[name], name) else { throw Rejection("no '\(name)'") }
        return text
    }

    /// `nil` for what is missing, null or empty; ids are sometimes written as numbers.
    static func optionalText(_ value: JSONValue?, _ name: String) throws(Rejection) -> String? {
        switch value {
        case nil, .null?: return nil
        case .string(let text)?:
            guard !text.utf8.contains(0) else { throw Rejection("'\(name)' holds a NUL character") }
            return text.isEmpty ? nil : text
        case .number(let number)?: return number.text
        case let other?: throw Rejection("'\(name)' is not a string but \(other.typeName)")
        }
    }

    private static func time(_ value: JSONValue?, _ name: String) throws(Rejection) -> Int64? {
        let text: String
        switch value {
        case nil, .null?: return nil
        case .string(let string)?: text = string
        case .number(let number)?: text = number.text
        case let other?: throw Rejection("'\(name)' is not a time but \(other.typeName)")
        }
        guard let instant = TimestampReader.read(text) else {
            throw Rejection("'\(name)' is not \(TimestampReader.expected)")
        }
        return instant
    }

    private static func uuid(_ object: JSONObject, line: [UInt8]) throws(Rejection) -> String {
        if let uuid = try optionalText(object["uuid"], "uuid") { return canonical(uuid) }
        if let id = object["id"]?.stringValue, let uuid = NameBasedUUID.canonical(id) { return uuid }
        return NameBasedUUID.make(space: NameBasedUUID.events, name: line)
    }

    private static func canonical(_ id: String) -> String { NameBasedUUID.canonical(id) ?? id }

    private static func groupKeys(_ groups: JSONObject) -> [(type: String, key: String)] {
        groups.compactMap { type, key in
            guard let text = (try? optionalText(key, type)) ?? nil else { return nil }
            return (type, text)
        }
    }

    private static func personChange(
        _ object: JSONObject, person: JSONObject?, properties own: JSONObject
    ) throws(Rejection) -> PersonChange {
        var change = PersonChange()
        // PostHog keeps no profile of whom such an event is about, and so applies nothing to it.
        if own["$process_person_profile"]?.boolValue == false { return change }
        change.properties = try properties(
            present(object["person_properties"]) ?? person?["properties"], "person_properties")
        change.set = try properties(present(own["$set"]) ?? present(object["set"]) ?? object["$set"], "$set")
        change.setOnce = try properties(
            present(own["$set_once"]) ?? present(object["set_once"]) ?? object["$set_once"], "$set_once")
        change.unset = unset(present(own["$unset"]) ?? object["$unset"])
        change.isIdentified = person?["is_identified"]?.boolValue
        change.createdAt = try time(person?["created_at"], "person.created_at")
        return change
    }

    /// A list of names, or an object whose member names count.
    private static func unset(_ value: JSONValue?) -> [String] {
        value?.arrayValue?.compactMap(\.stringValue) ?? value?.objectValue?.keys ?? []
    }

    /// The distinct id that becomes another one of the event's person.
    private static func merged(_ properties: JSONObject, event: String) throws(Rejection) -> String? {
        switch event {
        case "$identify": try optionalText(properties["$anon_distinct_id"], "$anon_distinct_id")
        case "$create_alias", "$merge_dangerously": try optionalText(properties["alias"], "alias")
        default: nil
        }
    }

    private static func group(_ properties: JSONObject, event: String) -> GroupChange? {
        guard event == "$groupidentify", let type = properties["$group_type"]?.stringValue,
            let key = (try? optionalText(properties["$group_key"], "$group_key")) ?? nil
        else { return nil }
        return GroupChange(type: type, key: key, set: properties["$group_set"]?.objectValue ?? JSONObject())
    }
}
