import AirlockCore
import JSONSchema
import Testing

/// A schema, and values with whether they are valid, all as JSON text.
struct Case: Sendable, CustomTestStringConvertible {
    var schema: String
    var valid: [String]
    var invalid: [String]

    init(_ schema: String, valid: [String], invalid: [String]) {
        self.schema = schema
        self.valid = valid
        self.invalid = invalid
    }

    var testDescription: String { schema }

    func check(_ options: JSONSchema.Options = JSONSchema.Options()) throws {
        let compiled = try JSONSchema(JSONValue(json: schema), options: options)
        for text in valid {
            let value = try JSONValue(json: text)
            #expect(compiled.problems(in: value) == [], "\(text) is valid")
            #expect(compiled.isValid(value), "\(text) is valid")
        }
        for text in invalid {
            let value = try JSONValue(json: text)
            #expect(compiled.problems(in: value) != [], "\(text) is not valid")
            #expect(!compiled.isValid(value), "\(text) is not valid")
        }
    }
}

func problems(_ schema: String, _ value: String) throws -> [Problem] {
    try JSONSchema(JSONValue(json: schema)).problems(in: JSONValue(json: value))
}

/// The faults of a schema; none when it is accepted.
func faults(_ schema: JSONValue, _ options: JSONSchema.Options = JSONSchema.Options()) -> [Problem] {
    do throws(AirlockError) {
        _ = try JSONSchema(schema, options: options)
        return []
    } catch {
        return error.problems
    }
}
