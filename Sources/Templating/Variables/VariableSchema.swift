public import AirlockCore

/// A template's variables taken together.
public struct VariableSchema: Sendable {
    public let variables: [VariableDeclaration]
    private let byName: [String: VariableDeclaration]

    public init(_ variables: [VariableDeclaration]) {
        self.variables = variables
        byName = Dictionary(variables.map { ($0.name, $0) }) { first, _ in first }
    }

    public subscript(name: String) -> VariableDeclaration? { byName[name] }

    /// More than anyone fills in; each is compared with others in places.
    static let maxVariables = 256

    /// Whether `name` may name a variable.
    static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x61...0x7A).contains(first), name.utf8.count <= 64 else { return false }
        return name.utf8.allSatisfy { (0x61...0x7A).contains($0) || isDigit($0) || $0 == 0x5F }
    }

    /// The JSON Schema keywords a variable's declaration may use.
    static let keywords = [
        "type", "enum", "const", "default", "title", "description", "examples", "deprecated", "minimum", "maximum",
        "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format", "items",
        "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "properties",
        "patternProperties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties",
        "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "$defs",
        "unevaluatedItems", "unevaluatedProperties", "$ref", "$anchor", "$comment",
    ]

    /// One JSON Schema for an object of all variables, as a form or another program wants it.
    public var jsonSchema: JSONValue {
        var properties = JSONObject()
        for variable in variables {
            var schema = variable.schema.objectValue ?? [:]
            // A reference is meant within the variable's own schema, so that becomes a resource of its own.
            if schema["$defs"] != nil { schema["$id"] = .string("variable:\(variable.name)") }
            if variable.isSecret { schema["writeOnly"] = true }
            properties[variable.name] = .object(schema)
        }
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
            "properties": .object(properties),
            "required": .array(variables.filter(\.isRequired).map { .string($0.name) }),
            "additionalProperties": false,
        ]
    }

    /// The declared variable that a user's spelling means: `max-rows` is `max_rows`.
    func resolve(_ spelling: String) -> VariableDeclaration? {
        if let variable = byName[spelling] { return variable }
        return byName[String(decoding: spelling.utf8.map { $0 == 0x2D ? 0x5F : $0 }, as: UTF8.self)]
    }

    func unknown(_ name: String, from origin: VariableOrigin) -> Problem {
        let names = variables.map(\.name)
        let nearest = nearestName(to: name, in: names)
        var message = "the template has no variable '\(name)'"
        if let nearest {
            message += "; the nearest is '\(nearest)'"
        } else if names.isEmpty {
            message += "; it has none at all"
        } else {
            message += "; it has \(names.joined(separator: ", "))"
        }
        return Problem(
            "unknown_variable", message + origin.suffix, pointer: JSONPointer.appending(name, to: ""),
            allowed: .array(names.map(JSONValue.string)), suggested: nearest.map(JSONValue.string))
    }
}

extension VariableOrigin {
    /// Names the source where it is not before the user's eyes anyway.
    var suffix: String {
        switch self {
        case .file, .environment, .template: " (from \(self))"
        case .setting, .flag, .request: ""
        }
    }
}
