import AirlockCore
import Testing

@testable import Templating

@Suite struct VariableMergeTests {
    private func schema() throws -> VariableSchema {
        try Fixtures.variables(
            """
            days = { type = "integer", default = 7 }
            rate = { type = "number", default = 1.0 }
            on = { type = "boolean", default = false }
            name = { type = "string", default = "x" }
            maybe = { type = ["string", "null"] }
            max_rows = { type = ["integer", "null"] }
            steps = { type = "array", items = { type = "string", format = "event" } }
            ids = { type = "array", items = { type = "integer" } }
            grid = { type = "array", items = { type = "array" } }
            shape = { type = "object" }
            mode = { enum = ["a", 1, true] }
            either = { type = ["integer", "string"] }
            """)
    }

    @Test(arguments: [
        ("days", "14", "14"), ("days", " 14 ", "14"), ("days", "1e2", "100.0"), ("days", "-3", "-3"),
        ("rate", "0.5", "0.5"), ("rate", "2", "2"), ("on", "true", "true"), ("on", "false", "false"),
        ("name", "14", #""14""#), ("name", "null", #""null""#), ("name", "", #""""#), ("name", " a ", #"" a ""#),
        ("maybe", "null", "null"), ("maybe", "x", #""x""#), ("max_rows", "null", "null"), ("max-rows", "5", "5"),
        ("steps", "a,b c, d", #"["a","b c","d"]"#), ("steps", #"["a,b"]"#, #"["a,b"]"#), ("steps", "", "[]"),
        ("steps", "a", #"["a"]"#), ("ids", "1, 2", "[1,2]"), ("grid", "[[1]]", "[[1]]"),
        ("shape", #"{"a":1}"#, #"{"a":1}"#),
        ("mode", "a", #""a""#), ("mode", "1", "1"), ("mode", "true", "true"), ("mode", "b", #""b""#),
        ("either", "5", "5"), ("either", "five", #""five""#),
    ])
    func textBecomesTheDeclaredType(name: String, text: String, json: String) throws {
        var inputs = VariableInputs()
        inputs.settings = [(name, text)]
        let merged = try schema().merge(inputs)
        #expect(merged.problems.isEmpty)
        #expect(merged.values.keys.count == 1)
        #expect(merged.values.first { _ in true }?.value.json == json)
    }

    @Test(arguments: [
        ("days", "7.5", "must be a whole number"), ("days", "", "must be a whole number"),
        ("days", "007", "must be a whole number"), ("days", "null", "must be a whole number"),
        ("days", "0x10", "must be a whole number"), ("rate", "NaN", "must be a number"),
        ("on", "yes", "must be true or false"), ("on", "1", "must be true or false"),
        ("ids", "1,b", "each element of the list must be a whole number"),
        ("grid", "1,2", "must be a JSON array, starting with '['"),
        ("steps", "[\"a\"", "must be a JSON array such as [\"a\", \"b\"]: ',' or ']' was expected at column 5"),
        ("shape", "[1]", "must be a JSON object such as {\"a\": 1}"),
        ("shape", "a", "must be a JSON object such as {\"a\": 1}: a value was expected at column 1"),
        ("max_rows", "many", "must be a whole number"),
    ])
    func textThatIsNoValue(name: String, text: String, message: String) throws {
        var inputs = VariableInputs()
        inputs.settings = [(name, text)]
        let merged = try schema().merge(inputs)
        #expect(merged.problems.map(\.code) == ["type"])
        #expect(merged.problems.map(\.message) == [message])
        #expect(merged.problems.map(\.pointer) == ["/\(name)"])
    }

    @Test func strongerSourcesCoverWeakerOnes() throws {
        var inputs = VariableInputs()
        inputs.file = try VariableFile(
            name: "v.json", bytes: Array(#"{"days":1,"rate":1,"name":"file","on":true,"max_rows":1}"#.utf8))
        #expect(try schema().merge(inputs).origins["days"] == .file("v.json"))
        inputs.environment = [
            "AIRLOCK_VAR_DAYS": "2", "AIRLOCK_VAR_RATE": "2", "AIRLOCK_VAR_MAX_ROWS": "2", "AIRLOCK_VAR_ON": "maybe",
            "DAYS": "9",
        ]
        inputs.settings = [("days", "3"), ("rate", "3"), ("on", "false")]
        inputs.flags = [("days", "4"), ("days", "5")]
        let merged = try schema().merge(inputs)
        #expect(merged.problems.isEmpty)
        #expect(merged.values == ["days": 5, "rate": 3, "name": "file", "on": false, "max_rows": 2])
        #expect(
            merged.origins == [
                "days": .flag("days"), "rate": .setting, "name": .file("v.json"), "on": .setting,
                "max_rows": .environment("AIRLOCK_VAR_MAX_ROWS"),
            ])
        inputs.values = ["days": 6]
        #expect(try schema().merge(inputs).origins["days"] == .request)
    }

    @Test func unknownNamesAreProblemsButInTheEnvironmentOnlyNotes() throws {
        var inputs = VariableInputs()
        inputs.file = try VariableFile(name: "v.json", bytes: Array(#"{"dys":1}"#.utf8))
        inputs.flags = [("nmae", "x"), ("zzzzzz", "x")]
        inputs.environment = ["AIRLOCK_VAR_DYAS": "1", "AIRLOCK_VAR_OTHER_TEMPLATES": "1"]
        let merged = try schema().merge(inputs)
        #expect(merged.problems.map(\.code) == Array(repeating: "unknown_variable", count: 3))
        #expect(merged.problems.map(\.suggested) == ["days", "name", nil])
        #expect(
            merged.problems.first?.message == "the template has no variable 'dys'; the nearest is 'days' (from v.json)")
        #expect(merged.problems.first?.pointer == "/dys")
        #expect(
            merged.notes.map(\.message) == [
                "AIRLOCK_VAR_DYAS is set but the template has no such variable; the nearest is 'days'"
            ])
    }

    @Test func namesOfKinds() throws {
        #expect(
            try schema().variables.map(\.typeText) == [
                "integer", "number", "boolean", "string", "string", "integer", "array of event", "array of integer",
                "array of array", "object", "one of a, 1, true", "integer or string",
            ])
    }

    @Test func rangesInWords() throws {
        let variables = try Fixtures.variables(
            """
            a = { type = "integer", minimum = 1, maximum = 365 }
            b = { type = "number", exclusiveMinimum = 0, multipleOf = 0.5, not_before = "a" }
            c = { type = "array", minItems = 2 }
            d = { type = "string", maxLength = 9, pattern = "^x" }
            e = { type = "string" }
            """)
        #expect(
            variables.variables.map(\.rangeText) == [
                "1 to 365", "above 0, a multiple of 0.5, not before a", "at least 2 items",
                "at most 9 characters, matching ^x", nil,
            ])
    }

    @Test func oneSchemaForAll() throws {
        let variables = try Fixtures.variables(
            """
            a = { type = "integer" }
            b = { type = "string", default = "x" }
            c = { "$ref" = "#/$defs/k", "$defs" = { k = { type = "string" } } }
            s = { type = "string", secret = true }
            """)
        let expected = """
            {"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":\
            {"a":{"type":"integer"},"b":{"type":"string","default":"x"},\
            "c":{"$ref":"#/$defs/k","$defs":{"k":{"type":"string"}},"$id":"variable:c"},\
            "s":{"type":"string","writeOnly":true}},"required":["a","c","s"],"additionalProperties":false}
            """
        #expect(variables.jsonSchema.json == expected)
    }
}
