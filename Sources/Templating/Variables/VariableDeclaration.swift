public import AirlockCore
internal import JSONSchema

/// A variable as a template's manifest declares it.
public struct VariableDeclaration: Sendable, Hashable {
    /// A lower-case identifier of at most 64 letters, digits and underscores.
    public let name: String
    /// The JSON Schema its value must satisfy, with `description` and `default`, without what only Airlock knows.
    public let schema: JSONValue
    /// Whether the value stays with the broker and never enters the script.
    public let isSecret: Bool
    /// Whether a value must be given. By default it must when there is no default and `null` is not allowed.
    public let isRequired: Bool
    /// What must hold between this value and those of other variables.
    public let orderRules: [OrderRule]
    let compiledSchema = Kept<JSONSchema>()
    private let formats = Kept<Set<DataAwareFormat>>()

    init(name: String, schema: JSONValue, isSecret: Bool, isRequired: Bool, orderRules: [OrderRule]) {
        self.name = name
        self.schema = schema
        self.isSecret = isSecret
        self.isRequired = isRequired
        self.orderRules = orderRules
    }

    /// The data-aware formats that its schema uses anywhere.
    var dataAwareFormats: Set<DataAwareFormat> { formats.value { SchemaCheck.dataAwareFormats(in: schema) } }

    public var title: String? { schema["title"]?.stringValue }
    public var description: String? { schema["description"]?.stringValue }
    public var defaultValue: JSONValue? { schema["default"] }
    public var format: String? { schema["format"]?.stringValue }

    /// The JSON types `type` allows; empty when it does not say.
    public var types: [String] { Self.types(of: schema) }

    /// Whether the value may be `null`, by its `type` or because it need not be given.
    public var isNullable: Bool { types.contains("null") }

    /// How the command line and `templates show` name the kind of value: `integer`, `array of string`, `one of a, b`.
    public var typeText: String {
        if let values = schema["enum"]?.arrayValue {
            return "one of " + values.map { $0.stringValue ?? $0.json }.joined(separator: ", ")
        }
        let named = types.filter { $0 != "null" }
        guard !named.isEmpty else { return "any" }
        return named.map { type in
            if type == "array", let items = schema["items"], let kind = Self.types(of: items).first {
                return "array of \(items["format"]?.stringValue ?? kind)"
            }
            return type == "string" ? format ?? type : type
        }.joined(separator: " or ")
    }

    static func types(of schema: JSONValue) -> [String] {
        switch schema["type"] {
        case .string(let name): [name]
        case .array(let names): names.compactMap(\.stringValue)
        default: []
        }
    }
}

extension VariableDeclaration {
    /// The bounds of the value in words, for a help text: `1 to 365`, `at least 2 items`; `nil` without any.
    public var rangeText: String? {
        var parts: [String] = []
        if let text = Self.span(schema["minimum"], schema["maximum"], "") { parts.append(text) }
        if let limit = schema["exclusiveMinimum"]?.numberValue { parts.append("above \(limit.text)") }
        if let limit = schema["exclusiveMaximum"]?.numberValue { parts.append("below \(limit.text)") }
        if let step = schema["multipleOf"]?.numberValue { parts.append("a multiple of \(step.text)") }
        if let text = Self.span(schema["minLength"], schema["maxLength"], " characters") { parts.append(text) }
        if let text = Self.span(schema["minItems"], schema["maxItems"], " items") { parts.append(text) }
        if let pattern = schema["pattern"]?.stringValue { parts.append("matching \(pattern)") }
        for rule in orderRules {
            parts.append("\(rule.relation.rawValue.split(separator: "_").joined(separator: " ")) \(rule.other)")
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func span(_ low: JSONValue?, _ high: JSONValue?, _ unit: String) -> String? {
        switch (low?.numberValue, high?.numberValue) {
        case (let low?, let high?): "\(low.text) to \(high.text)\(unit)"
        case (let low?, nil): "at least \(low.text)\(unit)"
        case (nil, let high?): "at most \(high.text)\(unit)"
        case (nil, nil): nil
        }
    }
}
