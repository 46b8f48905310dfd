import AirlockCore
import Testing

@testable import Templating

@Suite struct TOMLDocumentTests {
    @Test func keysKeepTheOrderOfTheFile() {
        let document = TOMLDocument(
            """
            zeta = 1
            [b.y]
            z = 1
            "a b" = 2
            'c' = { q = 1, a = 2 }
            [b.x]
            m.n = 1
            [[list]]
            k = 1
            [[list]]
            k = 2
            [a]
            """)
        #expect(document.problems.isEmpty)
        #expect(
            JSONValue.object(document.root).json
                == #"{"zeta":1,"b":{"y":{"z":1,"a b":2,"c":{"q":1,"a":2}},"x":{"m":{"n":1}}},"list":[{"k":1},{"k":2}],"a":{}}"#
        )
    }

    @Test(arguments: [
        ("/zeta", 2, 1), ("/b", 3, 2), ("/b/y", 3, 4), ("/b/y/text", 4, 1), ("/b/y/inline/é", 7, 12),
        ("/b/y/list/1", 11, 3), ("/b/y/list/1/k", 11, 5), ("/b/y/after", 13, 1), ("/b/y/list/9", 8, 1),
        ("/tables/1/k", 17, 3), ("/tables/0", 14, 3),
    ])
    func placesOfKeys(pointer: String, line: Int, column: Int) {
        let document = TOMLDocument(
            """
            # comment = 1
            zeta = "[not] = a # key"
            [b.y]  # [c]
            text = '''
            hidden = 1
            '''
            inline = { "é" = 1 } # '
            list = [ # [
              "a", # "
              # x = 1
              { k = 1 },
            ]
            after = "# [c]"
            [[tables]]
            k = 1
            [[tables]]
              k = 2
            """)
        #expect(document.problems.isEmpty)
        #expect(document.place(of: pointer) == SourcePosition(line: line, column: column))
    }

    @Test(arguments: [
        ("d = 2024-02-29", #"{"d":"2024-02-29"}"#),
        ("d = 07:32:00", #"{"d":"07:32:00"}"#),
        ("d = 07:32:00.120", #"{"d":"07:32:00.120"}"#),
        ("d = 1979-05-27T07:32:00Z", #"{"d":"1979-05-27T07:32:00Z"}"#),
        ("d = 1979-05-27T07:32:00-07:30", #"{"d":"1979-05-27T07:32:00-07:30"}"#),
        ("d = 1979-05-27 07:32:00", #"{"d":"1979-05-27T07:32:00"}"#),
        ("d = 1979-05-27t07:32:00.5z # x", #"{"d":"1979-05-27T07:32:00.5Z"}"#),
        ("i = 9223372036854775807", #"{"i":9223372036854775807}"#),
        ("i = -9223372036854775808", #"{"i":-9223372036854775808}"#),
        ("i = 0xff\nf = 1e3\ng = -0.0\nb = true", #"{"i":255,"f":1000.0,"g":-0.0,"b":true}"#),
        (#"s = "a\u00e9\U0001F600\n\u0000""#, ##"{"s":"aé😀\n\u0000"}"##),
        (
            "i = 123456789012345678901234567890\nj = +1_000\nk = 0b101",
            #"{"i":123456789012345678901234567890,"j":1000,"k":5}"#
        ),
        ("s = \"\"\"\n a\\\n   b\"\"\"\"\nt = '''\r\nx\r\ny''''\n", ##"{"s":" ab\"","t":"x\ny'"}"##),
        ("a = [ 1, # c\n [\"x\",], {} , ]\r\n", #"{"a":[1,["x"],{}]}"#),
        (
            "a.b.c = 1\na.\"d e\" = 2\n[a.f]\n'é' = 1\n\"e\\u0301\" = 2",
            "{\"a\":{\"b\":{\"c\":1},\"d e\":2,\"f\":{\"é\":1,\"e\u{301}\":2}}}"
        ),
        ("[a.b]\n[a]\nc = 1\n", #"{"a":{"b":{},"c":1}}"#),
        ("[[a]]\n[a.b]\nx=1\n[[a]]\n[[a.c]]\n[[a.c]]\n", #"{"a":[{"b":{"x":1}},{"c":[{},{}]}]}"#),
        ("", "{}"),
    ])
    func values(text: String, json: String) {
        let document = TOMLDocument(text)
        #expect(document.problems.isEmpty)
        #expect(JSONValue.object(document.root).json == json)
    }

    private static let broken: [(String, Int, Int, String)] = [
        ("a = 1\nb = ]", 2, 5, "a value was expected"), ("a = 1\na = 2", 2, 1, "'a' is defined twice"),
        ("a = 1\nf = inf", 2, 5, "inf and nan have no place in JSON, and so none here"),
        ("a = { b = -nan }", 1, 11, "inf and nan have no place in JSON, and so none here"),
        ("a = \u{0}", 1, 5, "a value was expected"), ("a = Top", 1, 5, "a value was expected; a text stands in quotes"),
        ("a = 1 b = 2", 1, 7, "the end of the line was expected"), ("é = 1", 1, 1, "a key was expected"),
        ("a = 'x\n'", 1, 7, "the line ends inside a string"), ("a = \"x", 1, 5, "a string without an end"),
        ("a = '''x", 1, 5, "a string without an end"),
        ("a = \"\\q\"", 1, 6, "an unknown escape in a string; a literal '…' has none"),
        ("a = \"\\ud800\"", 1, 6, "not the code of a character"),
        ("a = 2024-02-30", 1, 5, "neither a number nor a date"), ("a = 007", 1, 5, "neither a number nor a date"),
        ("a = 1__0", 1, 5, "neither a number nor a date"), ("a = {b = 1,\n c = 2}", 1, 12, "a key was expected"),
        ("a = {b = 1\n}", 1, 11, "a table in braces stands on one line"),
        ("a = [1 2]", 1, 8, "',' or ']' was expected"), ("a", 1, 2, "'=' was expected"),
        ("[a", 1, 3, "']' was expected"), ("[[a]", 1, 5, "']]' was expected"),
        ("[a]\n[a]", 2, 2, "'a' is defined twice"), ("= 1", 1, 1, "a key was expected"),
        ("a = {}\n[a.b]", 2, 2, "'a' has a value already; it is no table"),
        ("a = []\n[[a]]", 2, 3, "'a' is defined already, and not as an array of tables"),
        ("[a.b.c]\n[a]\nb.c.d = 1", 3, 3, "'c' is defined already; a dotted key cannot add to it"),
        ("a.b = 1\na = 2", 2, 1, "'a' is defined twice"), ("a.b = 1\n[a]", 2, 2, "'a' is defined twice"),
        ("a = {b = 1}\na.c = 1", 2, 1, "'a' is defined already; a dotted key cannot add to it"),
        ("a = 1 # \u{7}", 1, 9, "a control character in a comment"),
        ("a = \"\u{7}\"", 1, 6, "a control character in a string must be escaped"),
    ]

    @Test(arguments: broken)
    func refusals(text: String, line: Int, column: Int, message: String) throws {
        let problem = try #require(TOMLDocument(text).problems.first)
        #expect(problem == Problem("toml", message, line: line, column: column))
    }

    @Test(arguments: [
        Array(repeating: "a", count: 100_000).joined(separator: ".") + " = 1",
        "[" + Array(repeating: "a", count: 100_000).joined(separator: ".") + "]",
        "a = " + String(repeating: "[", count: 100_000),
        "a = " + String(repeating: "{ a = ", count: 100_000),
        "a = " + String(repeating: "{ a.b.c.d.e.f = [", count: 1000),
    ])
    func depthIsBounded(text: String) {
        #expect(TOMLDocument(text).problems.first?.message.contains("more than 64") == true)
    }
}
