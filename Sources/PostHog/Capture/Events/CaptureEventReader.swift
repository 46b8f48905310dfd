public import AirlockCore

/// Makes an event of what a script or a file gives, or says everything that is wrong with it.
public struct CaptureEventReader: Sendable {
    private let settings: CaptureSettings
    private let now: Duration
    private var random = SystemRandomNumberGenerator()
    /// What is wrong with the events so far, all of it.
    public private(set) var problems: [Problem] = []

    /// - Parameter now: since 1970-01-01T00:00:00Z; the time of events that have none.
    public init(_ settings: CaptureSettings, now: Duration) {
        self.settings = settings
        self.now = now
    }

    /// Reads an event: `{"event", "distinct_id", "properties", "timestamp", "uuid", "$set", "$set_once"}`. Without a uuid it
    /// gets one of version 7.
    ///
    /// - Parameter pointer: where the event stands, for the problems.
    /// - Returns: `nil` where something is wrong, which ``problems`` then tells.
    public mutating func event(_ value: JSONValue, at pointer: String) -> CaptureEvent? {
        let fallback = EventID.timed(now, random: &random)
        return event(value, at: pointer) { _ in fallback }
    }

    /// Reads a line of a file. Without a uuid, but with a time, it gets one that follows from the line and its number: when a
    /// file is sent again, its events are the same. Without a time it may well be another event that looks the same.
    public mutating func event(line: [UInt8], number: Int) -> CaptureEvent? {
        let before = problems.count
        defer { for index in before..<problems.count { problems[index].line = number } }
        do throws(JSONSyntaxError) {
            let value = try JSONValue(json: line, maxDepth: 64)
            let fallback = EventID.timed(now, random: &random)
            return event(value, at: "") { $0 ? EventID.ofLine(number, line) : fallback }
        } catch {
            report("syntax", "the line is no JSON: \(error.reason), column \(error.column)", "")
            return nil
        }
    }

    /// Problems are the caller's to keep: where there may be many lines, it takes them away.
    public mutating func takeProblems() -> [Problem] {
        defer { problems = [] }
        return problems
    }

    /// Times further ahead are taken for a clock that is wrong: PostHog puts the time of arrival in their place.
    private static let maxFuture = Duration.seconds(23 * 3600)

    /// - Parameter fallbackID: the uuid of an event that has none, told whether it has a time.
    private mutating func event(
        _ value: JSONValue, at pointer: String, fallbackID: (Bool) -> String
    ) -> CaptureEvent? {
        let before = problems.count
        guard let members = value.objectValue else {
            report("type", "an event is an object, not \(value.typeName)", pointer)
            return nil
        }
        for name in members.keys where !EventRules.members.contains(name) { unknown(name, pointer) }
        let name = name(members["event"], pointer)
        let distinctID = distinctID(members["distinct_id"], pointer)
        let time = time(members["timestamp"], pointer)
        let given = uuid(members["uuid"], pointer)
        let properties = object(members["properties"], "properties", pointer)
        checkProperties(properties, of: name, "\(pointer)/properties")
        var updates: [(String, JSONObject)] = []
        for name in ["$set", "$set_once"] {
            let update = object(members[name], name, pointer)
            checkNames(update, "\(pointer)/\(name)")
            if !update.isEmpty { updates.append((name, update)) }
        }
        guard problems.count == before, let name, let distinctID else { return nil }
        let uuid = given ?? fallbackID(time != nil)
        let json = Self.json(uuid, name, distinctID, time ?? EventTime.text(now), properties, updates)
        guard json.count <= settings.maxEventSize.bytes else {
            report(
                "size", "the event has \(ByteCount(json.count)) of JSON, more than \(settings.maxEventSize)", pointer)
            return nil
        }
        return CaptureEvent(uuid: uuid, json: json)
    }

    private mutating func report(_ code: String, _ message: String, _ pointer: String) {
        problems.append(Problem(code, message, pointer: pointer))
    }

    private mutating func unknown(_ name: String, _ pointer: String) {
        guard !["api_key", "token", "personal_api_key"].contains(name) else {
            return report("reserved", "a key is the driver's own: leave it out", "\(pointer)/\(name)")
        }
        let near = nearestName(to: name, in: EventRules.members)
        problems.append(
            Problem(
                "unknown_member", "an event has no '\(name.prefix(64))'", pointer: "\(pointer)/\(name.prefix(64))",
                allowed: .array(EventRules.members.map(JSONValue.string)), suggested: near.map(JSONValue.string)))
    }

    private mutating func name(_ value: JSONValue?, _ pointer: String) -> String? {
        let place = "\(pointer)/event"
        guard let text = value?.stringValue else {
            report("required", "the event's name is missing, or no text", place)
            return nil
        }
        if text.allSatisfy(\.isWhitespace) { report("empty", "the event's name is empty", place) }
        checkText(text, "the event's name", EventRules.maxNameCharacters, place)
        if let reason = EventRules.refusedNames[text] { report("reserved", "'\(text)' is not sent: \(reason)", place) }
        return text
    }

    private mutating func distinctID(_ value: JSONValue?, _ pointer: String) -> String? {
        let place = "\(pointer)/distinct_id"
        // Files hold numbers where ids are numbers.
        let whole = value?.numberValue.flatMap { $0.isInteger ? $0.text : nil }
        guard let text = value?.stringValue ?? whole else {
            report("required", "the distinct_id is missing, or neither a text nor a whole number", place)
            return nil
        }
        if text.allSatisfy(\.isWhitespace) { report("empty", "the distinct_id is empty", place) }
        checkText(text, "the distinct_id", EventRules.maxNameCharacters, place)
        if EventRules.placeholders.contains(text.lowercased()) {
            report("placeholder", "'\(text)' is no id: all who are sent under it would become one person", place)
        }
        return text
    }

    private mutating func checkText(_ text: String, _ what: String, _ most: Int, _ pointer: String) {
        if text.unicodeScalars.count > most {
            report("length", "\(what) has more than \(most) characters, which PostHog would cut off", pointer)
        }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            report("control", "\(what) holds a control character", pointer)
        }
    }

    private mutating func time(_ value: JSONValue?, _ pointer: String) -> String? {
        guard let value, !value.isNull else { return nil }
        let place = "\(pointer)/timestamp"
        guard let text = value.stringValue, let micros = EventTime.micros(text) else {
            report("format", "the timestamp has to be as 2026-01-31T12:00:00Z, with its zone", place)
            return nil
        }
        if micros < 0 { report("range", "the timestamp lies before 1970", place) }
        if .microseconds(micros) > now + Self.maxFuture {
            report("range", "the timestamp lies more than 23 h ahead; PostHog would change it", place)
        }
        return text
    }

    private mutating func uuid(_ value: JSONValue?, _ pointer: String) -> String? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.stringValue.flatMap(EventID.canonical) else {
            report("format", "the uuid is none", "\(pointer)/uuid")
            return nil
        }
        return text
    }

    private mutating func object(_ value: JSONValue?, _ name: String, _ pointer: String) -> JSONObject {
        guard let value, !value.isNull else { return JSONObject() }
        if let object = value.objectValue { return object }
        report("type", "'\(name)' is an object, not \(value.typeName)", "\(pointer)/\(name)")
        return JSONObject()
    }

    private mutating func checkProperties(_ properties: JSONObject, of event: String?, _ pointer: String) {
        checkNames(properties, pointer)
        for (name, reason) in EventRules.reservedProperties.sorted(by: { $0.key < $1.key })
        where properties[name] != nil {
            report("reserved", "a property '\(name)' cannot be sent: \(reason)", "\(pointer)/\(name)")
        }
        for name in event.flatMap({ EventRules.required[$0] }) ?? [] where properties[name] == nil {
            report("required", "\(event ?? "") means nothing without '\(name)'", "\(pointer)/\(name)")
        }
    }

    private mutating func checkNames(_ object: JSONObject, _ pointer: String) {
        for (name, value) in object {
            let place = "\(pointer)/\(name.prefix(64))"
            if name.isEmpty { report("empty", "a property has no name", place) }
            if name.unicodeScalars.count > EventRules.maxPropertyNameCharacters {
                report(
                    "length", "a property's name has more than \(EventRules.maxPropertyNameCharacters) characters",
                    place)
            }
            if name.utf8.contains(0) || Self.holdsNUL(value) {
                report("control", "the property holds U+0000, which PostHog cannot keep", place)
            }
        }
    }

    /// As deep as the JSON was, which its parser bounds.
    private static func holdsNUL(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.utf8.contains(0)
        case .array(let values): values.contains(where: holdsNUL)
        case .object(let members): members.contains { $0.key.utf8.contains(0) || holdsNUL($0.value) }
        default: false
        }
    }

    private static func json(
        _ uuid: String, _ name: String, _ distinctID: String, _ time: String, _ properties: JSONObject,
        _ updates: [(String, JSONObject)]
    ) -> [UInt8] {
        var properties = properties
        if properties["$lib"] == nil { properties["$lib"] = "airlock" }
        // The address that PostHog would look up is this host's, not the person's.
        if properties["$geoip_disable"] == nil { properties["$geoip_disable"] = true }
        for (name, update) in updates { properties[name] = .object(update) }
        let event: JSONObject = [
            "uuid": .string(uuid), "event": .string(name), "distinct_id": .string(distinctID),
            "timestamp": .string(time), "properties": .object(properties),
        ]
        return JSONValue.object(event).jsonBytes
    }
}
