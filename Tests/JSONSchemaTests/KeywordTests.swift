import Testing

@testable import JSONSchema

@Suite struct KeywordTests {
    @Test(arguments: [
        Case("true", valid: ["1", "null"], invalid: []),
        Case("false", valid: [], invalid: ["1", "null"]),
        Case("{}", valid: ["1", "[]"], invalid: []),
        Case(
            #"{"type":"integer"}"#, valid: ["1", "1.0", "1e3", "-0.0", "1e400"],
            invalid: ["1.5", "\"1\"", "null", "true"]),
        Case(#"{"type":["string","null"]}"#, valid: ["\"a\"", "null"], invalid: ["1", "[]"]),
        Case(
            #"{"enum":[1,"a",null,{"b":[2]}]}"#, valid: ["1.0", "\"a\"", "null", "{\"b\":[2.0]}"],
            invalid: ["2", "false", "{}"]),
        Case(#"{"enum":[0,1,2,3,4,5,6,7,8,false]}"#, valid: ["8", "false", "0e5"], invalid: ["9", "true", "[0]"]),
        Case(#"{"const":false}"#, valid: ["false"], invalid: ["0", "[false]"]),
        Case("{\"const\":\"\u{E9}\"}", valid: ["\"\u{E9}\""], invalid: ["\"e\u{301}\""]),
        Case(#"{"minimum":1.1,"maximum":3}"#, valid: ["1.1", "3.0", "\"x\""], invalid: ["1.09", "3.0000000001"]),
        Case(#"{"exclusiveMinimum":1,"exclusiveMaximum":2}"#, valid: ["1.5"], invalid: ["1", "2"]),
        Case(#"{"maximum":9007199254740992}"#, valid: ["9007199254740992"], invalid: ["9007199254740993"]),
        Case(#"{"multipleOf":0.0001}"#, valid: ["0.0075", "0", "1e300"], invalid: ["0.00751"]),
        Case(
            #"{"minLength":2,"maxLength":3}"#, valid: ["\"ab\"", "\"😀😀\"", "\"e\u{301}a\""],
            invalid: ["\"a\"", "\"😀\"", "\"abcd\""]),
        Case(#"{"pattern":"^\\p{Lu}+$"}"#, valid: ["\"ÉA\"", "1"], invalid: ["\"a\"", "\"\""]),
        Case(#"{"items":{"type":"integer"}}"#, valid: ["[]", "[1]", "{}"], invalid: ["[1,\"a\"]"]),
        Case(
            #"{"prefixItems":[true,{"type":"null"}],"items":false}"#, valid: ["[]", "[1]", "[1,null]"],
            invalid: ["[1,2]", "[1,null,2]"]),
        Case(#"{"minItems":1.0,"maxItems":2}"#, valid: ["[1]", "[1,2]"], invalid: ["[]", "[1,2,3]"]),
        Case(
            #"{"uniqueItems":true}"#, valid: ["[1,true,\"1\"]", "[{\"a\":1},{\"a\":2}]"],
            invalid: ["[1,1.0]", "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]"]),
        Case(#"{"contains":{"minimum":5}}"#, valid: ["[1,5]", "\"x\""], invalid: ["[]", "[1]"]),
        Case(#"{"contains":{"minimum":5},"minContains":0,"maxContains":1}"#, valid: ["[]", "[5]"], invalid: ["[5,6]"]),
        Case(
            #"{"properties":{"a":{"type":"null"}},"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":{"type":"string"}}"#,
            valid: ["{}", "{\"a\":null,\"x1\":1,\"z\":\"\"}"], invalid: ["{\"a\":1}", "{\"x\":\"\"}", "{\"z\":1}"]),
        Case(#"{"properties":{"\#u{E9}":false}}"#, valid: ["{\"e\u{301}\":1}"], invalid: ["{\"\u{E9}\":1}"]),
        Case(
            #"{"required":["a","toString"]}"#, valid: ["{\"a\":1,\"toString\":null}", "[]"],
            invalid: ["{\"a\":1}", "{}"]),
        Case(#"{"propertyNames":{"maxLength":2}}"#, valid: ["{\"ab\":1}"], invalid: ["{\"abc\":1}"]),
        Case(#"{"minProperties":1,"maxProperties":1}"#, valid: ["{\"a\":1}"], invalid: ["{}", "{\"a\":1,\"b\":1}"]),
        Case(
            #"{"dependentRequired":{"a":["b","c"]}}"#, valid: ["{}", "{\"b\":1}", "{\"a\":1,\"b\":1,\"c\":1}"],
            invalid: ["{\"a\":1,\"b\":1}"]),
        Case(
            #"{"dependentSchemas":{"a":{"required":["b"]}}}"#, valid: ["{\"c\":1}", "{\"a\":1,\"b\":1}"],
            invalid: ["{\"a\":1}"]),
        Case(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, valid: ["1"], invalid: ["0", "3"]),
        Case(#"{"anyOf":[{"type":"string"},{"minimum":2}]}"#, valid: ["\"a\"", "2"], invalid: ["1"]),
        Case(#"{"oneOf":[{"type":"integer"},{"minimum":2}]}"#, valid: ["1", "2.5"], invalid: ["2", "1.5"]),
        Case(#"{"not":{"type":"integer"}}"#, valid: ["\"a\""], invalid: ["1"]),
        Case(
            #"{"if":{"minimum":10},"then":{"multipleOf":10},"else":{"multipleOf":2}}"#, valid: ["20", "4"],
            invalid: ["15", "3"]),
        Case(#"{"then":false,"else":false}"#, valid: ["1"], invalid: []),
        Case(
            #"{"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false}"#, valid: ["{\"a\":1}"],
            invalid: ["{\"b\":1}"]),
        Case(
            #"{"prefixItems":[true],"contains":{"type":"string"},"unevaluatedItems":false}"#, valid: ["[1,\"a\"]"],
            invalid: ["[1,\"a\",2]"]),
        Case(
            #"{"title":"t","default":5,"examples":[1],"x-unknown":{"type":"null"},"minimum":1}"#, valid: ["1"],
            invalid: ["0"]),
    ])
    func decides(_ test: Case) throws { try test.check() }

    @Test(arguments: [
        Case(
            ##"{"$defs":{"a":{"type":"integer"}},"$ref":"#/$defs/a","minimum":3}"##, valid: ["3"],
            invalid: ["2", "\"a\""]),
        Case(
            ##"{"properties":{"child":{"$ref":"#"}},"additionalProperties":false}"##,
            valid: ["{\"child\":{\"child\":{}}}"], invalid: ["{\"child\":{\"x\":1}}"]),
        Case(
            ##"{"$defs":{"a/b~c %":{"type":"null"}},"$ref":"#/$defs/a~1b~0c%20%25"}"##, valid: ["null"], invalid: ["1"]),
        Case(##"{"$defs":{"a":{"$anchor":"here","type":"null"}},"$ref":"#here"}"##, valid: ["null"], invalid: ["1"]),
        Case(
            ##"{"$id":"http://x.test/a/b","$defs":{"c":{"$id":"../d","type":"null"}},"$ref":"/d"}"##, valid: ["null"],
            invalid: ["1"]),
        Case(##"{"x":{"y":[{"type":"null"}]},"$ref":"#/x/y/0"}"##, valid: ["null"], invalid: ["1"]),
        Case(
            ##"{"$ref":"https://json-schema.org/draft/2020-12/schema"}"##, valid: ["{\"minLength\":1}", "true"],
            invalid: ["{\"minLength\":-1}", "{\"properties\":{\"a\":{\"type\":\"nope\"}}}", "1"]),
        Case(##"{"properties":{"$ref":{"type":"string"}}}"##, valid: ["{\"$ref\":\"a\"}"], invalid: ["{\"$ref\":1}"]),
    ])
    func references(_ test: Case) throws { try test.check() }
}
