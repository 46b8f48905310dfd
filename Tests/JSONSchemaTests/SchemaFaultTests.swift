import AirlockCore
import JSONSchema
import Testing

@Suite struct SchemaFaultTests {
    @Test func allFaultsAreReportedAtOnce() throws {
        let schema = try JSONValue(
            json: ##"""
                {"type": "strng", "minLength": -1, "required": ["a", "a"], "multipleOf": 0,
                 "properties": {"a": {"pattern": "("}, "b": 7, "c": {"$ref": "#/$defs/misisng"}},
                 "$defs": {"missing": true, "unused": {"enum": 1}}, "allOf": []}
                """##)
        let found = faults(schema)
        #expect(
            found.map(\.pointer) == [
                "/$defs/unused/enum", "/allOf", "/minLength", "/multipleOf", "/properties/a/pattern", "/properties/b",
                "/properties/c/$ref", "/required", "/type",
            ])
        #expect(found.last?.message == "'strng' is not a type; did you mean 'string'")
        #expect(found.last?.suggested == "string")
        #expect(found[6].message.contains("did you mean 'missing'"))
    }

    @Test(arguments: [
        (#"{"pattern":"a(?=b)"}"#, "unsupported_pattern", "/pattern"),
        (#"{"pattern":"(a)\\1"}"#, "unsupported_pattern", "/pattern"),
        (#"{"pattern":"["}"#, "invalid_pattern", "/pattern"),
        (#"{"patternProperties":{"(":true}}"#, "invalid_pattern", "/patternProperties/("),
        (#"{"items":[true]}"#, "invalid_schema", "/items"), (#"{"type":[]}"#, "invalid_keyword", "/type"),
        (#"{"type":["null","null"]}"#, "invalid_keyword", "/type"),
        (#"{"minItems":1.5}"#, "invalid_keyword", "/minItems"),
        (#"{"uniqueItems":"yes"}"#, "invalid_keyword", "/uniqueItems"),
        (#"{"required":"a"}"#, "invalid_keyword", "/required"),
        (#"{"dependentRequired":{"a":"b"}}"#, "invalid_keyword", "/dependentRequired"),
        (#"{"anyOf":{}}"#, "invalid_keyword", "/anyOf"),
        (#"{"properties":[]}"#, "invalid_keyword", "/properties"), (#"{"maximum":"1"}"#, "invalid_keyword", "/maximum"),
        (#"{"$ref":"other.json"}"#, "unresolved_reference", "/$ref"),
        (##"{"$ref":"#/~2"}"##, "unresolved_reference", "/$ref"),
        (##"{"$ref":"#/%zz"}"##, "unresolved_reference", "/$ref"),
        (##"{"$ref":"#nowhere"}"##, "unresolved_reference", "/$ref"),
        (##"{"$ref":"#/x","x":7}"##, "invalid_schema", "/x"), (##"{"$ref":"#"}"##, "endless_reference", ""),
        (
            ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}}}"##, "endless_reference",
            "/$defs/a"
        ),
        (##"{"anyOf":[{"type":"null"},{"not":{"$ref":"#"}}]}"##, "endless_reference", ""),
        (##"{"$dynamicRef":"#a"}"##, "unsupported_keyword", "/$dynamicRef"),
        (#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "unsupported_schema", "/$schema"),
        (#"{"$id":"a#b"}"#, "invalid_keyword", "/$id"),
        (##"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"##, "invalid_keyword", "/$defs/b/$anchor"),
        ("3", "invalid_schema", ""),
    ])
    func fault(schema: String, code: String, pointer: String) throws {
        let found = faults(try JSONValue(json: schema))
        #expect(found.map(\.code) == [code])
        #expect(found.map(\.pointer) == [pointer])
    }

    @Test func unknownKeywordsAreIgnoredOrRefused() {
        #expect(faults(["minimun": 1]) == [])
        var options = JSONSchema.Options()
        options.unknownKeywords = .refuse
        options.extraKeywords = ["after"]
        let found = faults(["minimun": 1, "title": "t", "after": "start", "$comment": "c"], options)
        #expect(found.map(\.pointer) == ["/minimun"])
        #expect(found.first?.suggested == "minimum")
    }
}
