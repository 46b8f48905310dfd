internal import AirlockCore
internal import LinearRegex

/// A compiled subschema. Nodes refer to each other by their index.
struct SchemaNode: Sendable {
    /// For the schemas `true` and `false`.
    var boolean: Bool?
    var keywords: [Keyword] = []
    /// Whether it asks which members and elements its other keywords have looked at.
    var asksForEvaluated = false
}

/// A keyword, or a few that work together, ready to be checked.
enum Keyword: Sendable {
    case type(TypeSet, raw: JSONValue)
    case enumeration(Enumeration)
    case const(JSONValue, weight: Int)

    case minimum(JSONNumber)
    case maximum(JSONNumber)
    case exclusiveMinimum(JSONNumber)
    case exclusiveMaximum(JSONNumber)
    case multipleOf(JSONNumber)

    case minLength(Int)
    case maxLength(Int)
    case pattern(LinearRegex)
    case format(String, FormatCheck)

    /// `prefixItems` and `items`.
    case items(prefix: [Int], rest: Int?)
    case minItems(Int)
    case maxItems(Int)
    case uniqueItems
    case contains(Int, minimum: Int, maximum: Int?)

    /// `properties`, `patternProperties` and `additionalProperties`.
    case members(Members)
    case required([String])
    case propertyNames(Int)
    case minProperties(Int)
    case maxProperties(Int)
    case dependentRequired([(name: String, required: [String])])
    case dependentSchemas([(name: String, node: Int)])

    case reference(Int)
    case allOf([Int])
    case anyOf([Int], raw: JSONValue)
    case oneOf([Int], raw: JSONValue)
    case not(Int, raw: JSONValue)
    case conditional(condition: Int, then: Int?, otherwise: Int?)

    case unevaluatedItems(Int)
    case unevaluatedProperties(Int)
}

struct Enumeration: Sendable {
    var values: [JSONValue]
    /// For many values: looked up instead of compared.
    var lookup: Set<JSONValue>?
    var weight: Int
}

struct Members: Sendable {
    /// By name as a JSON string, because those compare by code point.
    var properties: [JSONValue: Int]
    var names: [String]
    var patterns: [(regex: LinearRegex, node: Int)]
    var additional: Int?
}

enum FormatCheck: Sendable {
    case builtIn(@Sendable (String) -> Bool, expectation: String)
    case registered(FormatRegistry.Check)
    case regex
}

/// The types of JSON Schema.
struct TypeSet: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = TypeSet(rawValue: 1)
    static let boolean = TypeSet(rawValue: 2)
    static let integer = TypeSet(rawValue: 4)
    static let number = TypeSet(rawValue: 8)
    static let string = TypeSet(rawValue: 16)
    static let array = TypeSet(rawValue: 32)
    static let object = TypeSet(rawValue: 64)

    static let names = ["null", "boolean", "integer", "number", "string", "array", "object"]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
        guard let index = TypeSet.names.firstIndex(of: name) else { return nil }
        rawValue = 1 << UInt8(index)
    }

    func admits(_ value: JSONValue) -> Bool {
        switch value {
        case .null: contains(.null)
        case .bool: contains(.boolean)
        case .number(let number): contains(.number) || (contains(.integer) && number.isInteger)
        case .string: contains(.string)
        case .array: contains(.array)
        case .object: contains(.object)
        }
    }

    /// `an integer or a string`
    var description: String {
        let words = ["null", "true or false", "an integer", "a number", "a string", "an array", "an object"]
        let chosen = words.indices.filter { rawValue & 1 << UInt8($0) != 0 }.map { words[$0] }
        return joined(chosen, by: "or")
    }
}
