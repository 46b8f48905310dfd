internal import AirlockCore

/// The types of properties met so far; the first detection of a name wins.
struct PropertyTypes {
    /// Names beyond this many have no type of their own and are read as text. A file that makes up a name for each event
    /// would otherwise fill the memory.
    static let maxNames = 100_000

    private var types: [PropertyScope: [String: PropertyType]] = [:]
    private(set) var added: [PropertyDefinitions.Key: PropertyType] = [:]
    private var count = 0

    init(known: [PropertyDefinitions.Key: PropertyType]) {
        for (key, type) in known { types[key.scope, default: [:]][key.name] = type }
        count = known.count
    }

    func isKnown(_ scope: PropertyScope, _ name: String) -> Bool { types[scope]?[name] != nil }

    mutating func observe(_ scope: PropertyScope, _ properties: JSONObject, at timestamp: Int64) {
        for (name, value) in properties where !isKnown(scope, name) {
            if let type = PropertyType.detect(name, value, at: timestamp) { define(scope, name, type) }
        }
    }

    /// - Returns: whether the property has a type now.
    mutating func observe(_ scope: PropertyScope, _ member: JSONMember, at timestamp: Int64) -> Bool {
        switch member.kind {
        case .null, .array, .object: return false
        case .bool, .number, .string: break
        }
        let name = member.name.string
        guard !isKnown(scope, name), let value = try? JSONValue(json: Array(member.value)),
            let type = PropertyType.detect(name, value, at: timestamp)
        else { return isKnown(scope, name) }
        define(scope, name, type)
        return true
    }

    /// Leaves a type that is known already.
    mutating func define(_ scope: PropertyScope, _ name: String, _ type: PropertyType) {
        guard !isKnown(scope, name), count < Self.maxNames else { return }
        types[scope, default: [:]][name] = type
        added[PropertyDefinitions.Key(scope: scope, name: name)] = type
        count += 1
    }
}
