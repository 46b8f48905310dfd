import AirlockCore
import JSONSchema
import Testing

/// Schemas and values that would take forever, or too much of the stack, are given up with a problem.
@Suite struct CostTests {
    @Test func referencesThatDoubleAtEachLevelAreGivenUp() throws {
        var definitions: JSONObject = ["d0": ["type": "integer"]]
        for level in 1...60 {
            let reference: JSONValue = ["$ref": .string("#/$defs/d\(level - 1)")]
            definitions["d\(level)"] = ["allOf": [reference, reference]]
        }
        var options = JSONSchema.Options()
        options.maxSteps = 100_000
        let schema = try JSONSchema(["$defs": .object(definitions), "$ref": "#/$defs/d60"], options: options)
        #expect(schema.problems(in: 1).map(\.code) == ["too_costly"])
        #expect(!schema.isValid(1))
    }

    @Test func givingUpIsNeverTurnedIntoValidity() throws {
        var options = JSONSchema.Options()
        options.maxSteps = 1000
        let schema = try JSONSchema(["not": ["items": ["type": "string"]]], options: options)
        let value = JSONValue.array(Array(repeating: "a", count: 10_000))
        #expect(!schema.isValid(value))
        #expect(schema.problems(in: value).map(\.code) == ["too_costly"])
    }

    @Test func longChainsOfReferencesAreRefused() {
        func chain(_ length: Int) -> JSONValue {
            var definitions: JSONObject = ["d0": true]
            for level in 1...length { definitions["d\(level)"] = ["$ref": .string("#/$defs/d\(level - 1)")] }
            return ["$defs": .object(definitions)]
        }
        #expect(faults(chain(100)) == [])
        #expect(faults(chain(5000)).map(\.code) == ["endless_reference"])
    }

    @Test func deepValuesAndDeepSchemas() throws {
        let schema = try JSONSchema(["items": ["allOf": [["$ref": "#"]]]])
        func nested(_ levels: Int) -> JSONValue { (0..<levels).reduce(0) { value, _ in [value] } }
        #expect(schema.isValid(nested(200)))
        #expect(schema.problems(in: nested(1000)).map(\.code) == ["too_deep"])
        let deep = (0..<2000).reduce(JSONValue.bool(true)) { schema, _ in ["items": schema] }
        #expect(try JSONSchema(deep).isValid(nested(200)))
    }

    @Test func uniqueItemsOfALargeArray() throws {
        let schema = try JSONSchema(["uniqueItems": true])
        var elements = (0..<50_000).map { JSONValue.int($0) }
        #expect(schema.isValid(.array(elements)))
        elements.append(17)
        #expect(schema.problems(in: .array(elements)).first?.message.contains("items 17 and 50000") == true)
    }

    @Test func catastrophicPatternsAreHarmless() throws {
        let schema = try JSONSchema(["pattern": "^(a+)+$"])
        #expect(!schema.isValid(.string(String(repeating: "a", count: 50_000) + "!")))
    }
}
