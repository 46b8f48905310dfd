import AirlockCore
import JSONSchema
import Testing

@Suite struct ProblemTests {
    @Test func allProblemsAreReportedAtOnce() throws {
        let schema = #"""
            {"type": "object", "additionalProperties": false, "required": ["days", "event"], "properties": {
              "days": {"type": "integer", "minimum": 1, "maximum": 365},
              "limit": {"type": "integer", "maximum": 100},
              "event": {"enum": ["signup", "purchase"]},
              "steps": {"type": "array", "items": {"type": "string", "minLength": 1}},
              "a/b~c": {"type": "null"}}}
            """#
        let found = try problems(
            schema, #"{"dys": 7, "limit": 1000, "event": "sinup", "steps": ["a", "", 3], "a/b~c": 1}"#)
        #expect(found.map(\.pointer) == ["/dys", "/limit", "/event", "/steps/1", "/steps/2", "/a~1b~0c", ""])
        #expect(
            found.map(\.code) == [
                "additionalProperties", "maximum", "enum", "minLength", "type", "type", "required",
            ])
        #expect(found[0].message == "is not a known property; did you mean 'days'")
        #expect(found[0].suggested == "days")
        #expect(found[1].message == "must be at most 100")
        #expect(found[1].allowed == 100)
        #expect(found[2].message == "must be one of \"signup\" or \"purchase\"; did you mean \"signup\"")
        #expect(found[2].allowed == ["signup", "purchase"])
        #expect(found[3].message == "must have at least 1 character")
        #expect(found[6].message == "the property 'days' is required")
    }

    @Test(arguments: [
        (#"{"type":"integer"}"#, "\"7\"", "7"), (#"{"type":"integer"}"#, "7.6", "8"),
        (#"{"type":"string"}"#, "7", "\"7\""),
        (#"{"type":"boolean"}"#, "\"True\"", "true"), (#"{"type":"null"}"#, "\"\"", "null"),
        (#"{"type":"array","items":{"type":"string"}}"#, "\"a\"", "[\"a\"]"),
        (#"{"type":"string"}"#, "[\"a\"]", "\"a\""),
        (#"{"minimum":3}"#, "1", "3"), (#"{"maximum":3}"#, "9", "3"), (#"{"exclusiveMinimum":3}"#, "1", "4"),
        (#"{"exclusiveMaximum":3}"#, "7", "2"), (#"{"minimum":2.5,"type":"integer"}"#, "0", "3"),
        (#"{"minimum":3,"multipleOf":5}"#, "1", "5"), (#"{"multipleOf":5}"#, "13", "15"),
        (#"{"multipleOf":0.1}"#, "0.34", "0.3"),
        (#"{"multipleOf":5,"maximum":14}"#, "13", "10"), (#"{"enum":["day","week"]}"#, "\"Week \"", "\"week\""),
        (#"{"enum":[1,10]}"#, "8", "10"), (#"{"enum":[1,2]}"#, "\"2\"", "2"), (#"{"enum":["1","2"]}"#, "2", "\"2\""),
        (#"{"const":"x"}"#, "1", "\"x\""), (#"{"pattern":"^[a-z]+$"}"#, "\" Foo\"", "\"foo\""),
        (#"{"maxLength":3}"#, "\" abc \"", "\"abc\""), (#"{"format":"date"}"#, "\"2024/3/7\"", "\"2024-03-07\""),
        (#"{"format":"date"}"#, "\"2024-03-07T10:00:00Z\"", "\"2024-03-07\""),
        (#"{"format":"date-time"}"#, "\"2024-03-07\"", "\"2024-03-07T00:00:00Z\""),
        (#"{"format":"date-time"}"#, "\"2024-03-07 10:00:00\"", "\"2024-03-07T10:00:00Z\""),
        (#"{"format":"time"}"#, "\"10:00\"", "\"10:00:00Z\""),
        (#"{"format":"uuid"}"#, "\"2eb8aa08aa9811eab4aa73b441d16380\"", "\"2eb8aa08-aa98-11ea-b4aa-73b441d16380\""),
        (#"{"format":"uri"}"#, "\"example.com\"", "\"https://example.com\""),
        (#"{"uniqueItems":true}"#, "[1,2,1.0]", "[1,2]"),
    ])
    func suggests(schema: String, value: String, expected: String) throws {
        let schema = try JSONSchema(JSONValue(json: schema))
        let problem = try #require(schema.problems(in: JSONValue(json: value)).first)
        #expect(problem.suggested == (try JSONValue(json: expected)))
        #expect(problem.suggested.map(schema.isValid) == true)
    }

    @Test(arguments: [
        (#"{"type":"integer","minimum":10}"#, "\"7\""), (#"{"enum":["day","week"]}"#, "\"zebra\""),
        (#"{"minLength":3}"#, "\"a\""),
        (#"{"exclusiveMinimum":0,"exclusiveMaximum":1}"#, "3"), (#"{"pattern":"^\\d+$"}"#, "\"abc\""), ("false", "1"),
    ])
    func suggestsNothingThatWouldBeWrong(schema: String, value: String) throws {
        for problem in try problems(schema, value) { #expect(problem.suggested == nil) }
    }

    @Test func aChoiceTellsWhatIsWrongWithTheLikelyBranch() throws {
        let schema = #"{"anyOf":[{"type":"null"},{"type":"object","properties":{"n":{"minimum":1}}}]}"#
        let found = try problems(schema, #"{"n":0}"#)
        #expect(found.map(\.code) == ["anyOf", "minimum"])
        #expect(found.map(\.pointer) == ["", "/n"])
        #expect(found[1].suggested == 1)
    }

    @Test func twoFittingChoicesAreNamed() throws {
        let found = try problems(#"{"oneOf":[{"type":"integer"},{"type":"string"},{"minimum":2}]}"#, "2")
        #expect(found.map(\.message) == ["must fit exactly one of the choices of 'oneOf', but fits number 1 and 3"])
    }

    @Test func aNameIsAtFaultNotItsValue() throws {
        let found = try problems(#"{"propertyNames":{"pattern":"^[a-z]+$"}}"#, #"{"Ab":1,"c":2}"#)
        #expect(found.map(\.code) == ["propertyNames"])
        #expect(found.map(\.pointer) == ["/Ab"])
        #expect(found[0].suggested == "ab")
    }

    @Test func theSameProblemIsReportedOnce() throws {
        let schema = ##"{"$defs":{"a":{"minimum":1}},"allOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}]}"##
        #expect(try problems(schema, "0").count == 1)
    }

    @Test func valuesAreNotInMessages() throws {
        let schema = #"{"type":"integer","const":1,"pattern":"x","maxLength":1,"format":"date","minLength":900}"#
        for problem in try problems(schema, "\"s3cret-value\"") { #expect(!problem.message.contains("s3cret")) }
    }
}
