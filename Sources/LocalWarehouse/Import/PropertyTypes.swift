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

    mutating func observe(_ scope: PropertyScope, _ properties: JSONObject, at timestamp: Int64) {
        for (name, value) in properties where types[scope]?[name] == nil {
            if let type = PropertyType.detect(name, value, at: timestamp) { define(scope, name, type) }
        }
    }

    /// Leaves a type that is known already.
    mutating func define(_ scope: PropertyScope, _ name: String, _ type: PropertyType) {
        guard types[scope]?[name] == nil, count < Self.maxNames else { return }
        types[scope, default: [:]][name] = type
        added[PropertyDefinitions.Key(scope: scope, name: name)] = type
        count += 1
    }
}
