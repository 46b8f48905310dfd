import AirlockCore
import Testing

@testable import Templating

@Suite struct RenderTests {
    private let variables = """
        [tool.airlock.variables]
        days = { type = "integer", default = 7 }
        name = { type = "string", default = "a" }
        flag = { type = "boolean", default = true }
        token = { type = "string", secret = true, required = false }
        """

    @Test func valuesStandWhereThePlaceholdersStood() throws {
        let script =
            "import airlock\r\nx = {{ days }} + {{days}}\n\ndef f():\n    return{{ flag }}if{{ flag }}else {{ name }}"
        let template = try Fixtures.load(variables, script: script)
        let rendered = try template.render(["days": -3, "name": "a\n\"b\"", "flag": true])
        let expected = "import airlock\r\nx = (-3) + (-3)\n\ndef f():\n    return True if True else \"a\\n\\\"b\\\"\""
        #expect(rendered.text == String(template.source.dropLast(script.count)) + expected)
        #expect(rendered.lineCount == 12)
        #expect(rendered.text.hasPrefix("# /// script\n# [tool.airlock.variables]\n# days"))
    }

    @Test func problemsAreAllNamed() throws {
        let template = try Fixtures.load(
            variables, script: "x = {{ dyas }}\ny = '{{ name }}'\nz = {{ token }}\nw = a{{ name }}\n")
        let error = Fixtures.error { () throws(AirlockError) in _ = try template.render([:]) }
        #expect(
            error?.description == """
                the template 'fixture' is not valid (fixture:8:5)
                  line 8, column 5: the template declares no variable 'dyas'; the nearest is 'days' (suggested: "days")
                  line 9, column 6: {{ name }} inside a string is never filled in; use airlock.params["name"], or pass \
                the value to the query as a parameter
                  line 10, column 5: 'token' is a secret: it stays with the broker and never enters the script
                  line 11, column 6: {{ name }} stands directly after 'a': it stands where an expression may stand
                """)
        #expect(template.check().problems == error?.problems)
    }

    @Test func aValueWithoutALiteralNamesItsVariable() throws {
        let template = try Fixtures.load(variables, script: "x = {{ days }}")
        let huge = try JSONValue(json: "1e999")
        let error = Fixtures.error { () throws(AirlockError) in _ = try template.render(["days": huge]) }
        #expect(error?.code == .invalidVariables)
        #expect(error?.location == .pointer("/days"))
    }

    @Test func unusedVariablesAreNoted() throws {
        let template = try Fixtures.load(variables, script: "x = {{ days }}\nairlock.params['name']\n# flag\n")
        let report = template.check()
        #expect(report.problems.isEmpty)
        #expect(report.notes.map(\.pointer) == ["/tool/airlock/variables/flag"])
        #expect(report.notes.first?.line == 5)
    }

    /// No value, whatever it holds, may change the script around it.
    @Test func valuesStayValues() throws {
        let template = try Fixtures.load(variables, script: "x = {{ name }}\ny = 1\n")
        for hostile in ["\"\nimport os", "\\", "\\\"", "{{ days }}", "\u{2028}x", "\r\n", "'''", "\u{0}", "#"] {
            let text = try template.render(["name": .string(hostile)]).text
            let tokens = PythonTokenizer(Array(text.utf8)).tokens.filter { $0.kind != .comment && $0.kind != .newline }
            #expect(tokens.map(\.kind) == [.name, .operator, .string, .name, .operator, .number])
        }
    }
}
