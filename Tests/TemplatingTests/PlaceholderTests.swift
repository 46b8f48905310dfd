import AirlockCore
import Testing

@testable import Templating

@Suite struct PlaceholderTests {
    private static func scan(_ script: String) -> PlaceholderScan { PythonPlaceholders.scan(Array(script.utf8)) }

    @Test(arguments: [
        ("x = {{ a }}", ["a"]), ("x = {{a}}", ["a"]), ("x = {{\ta }}", ["a"]), ("f({{ a }}, b={{ b }})", ["a", "b"]),
        ("x = [{{ a }}, {'k': {{ b }}}]", ["a", "b"]), ("x = {{{ a }}: 1}", ["a"]), ("x = {{{a}}}", ["a"]),
        ("x = (\n  {{ a }}\n)", ["a"]), ("x = 1 if {{ a }} else {{ b }}", ["a", "b"]), ("return {{ a }}", ["a"]),
        ("x = {{ n }}.bit_length()", ["n"]), ("2**{{ n }}", ["n"]), ("-{{ n }}", ["n"]), ("{{ a }}[0]", ["a"]),
        ("x: int = {{ a }}", ["a"]), ("if {{ a }}: pass", ["a"]), ("for i in {{ a }}: pass", ["a"]),
        ("x = \"a\" + {{ b }}", ["b"]), ("a = 1; b = {{ b }}", ["b"]), ("x = \\\n  {{ a }}", ["a"]),
        ("with {{ a }} as f: pass", ["a"]), ("raise X from {{ a }}", ["a"]), ("lambda q={{ a }}: q", ["a"]),
        ("x = {{ a }} == {{ b }}", ["a", "b"]), ("match {{ a }}:\n  case {{ b }}: pass", ["a", "b"]),
        ("x = {{ None }}", ["None"]), ("@{{ a }}\ndef f(): pass", ["a"]),
        // Python that only looks like it.
        ("x = {{1, 2}}", []), ("x = {{a, b}}", []), ("x = { {a} }", []), ("x = {{a}: 1}", []), ("x = {{}}", []),
        ("x = {{a + 1}}", []), ("x = {{a} }", []), ("x = {f\"{a}\"}", []), ("d = {'a': {'b': 1}}", []),
        ("f\"{{{a}}}\"", []), ("f\"{{{{a}}}}\"", []), ("f\"{{{a}\"", []), ("f\"{a}}}\"", []), ("\"{a}\"", []),
        ("f\"{{1}}\"", []), ("'{{{a}}}'.format(a=1)", []), ("f'{ {1: {2}} }'", []),
    ])
    func found(script: String, names: [String]) {
        let scan = Self.scan(script)
        #expect(scan.problems.isEmpty)
        #expect(scan.placeholders.map(\.name) == names)
    }

    @Test(arguments: [
        "\"{{ a }}\"", "'{{a}}'", "\"\"\"\n{{ a }}\n\"\"\"", "r'\\' {{ a }}'", "rb\"{{ a }}\"", "Rb'''{{ a }}'''",
        "f\"{{ a }}\"", "f\"{x!r:>{{a}}}\"", "f\"{ {{a}} }\"", "f\"{x['{{ a }}']}\"", "t\"{{ a }}\"",
        "f\"{x:{'{{ a }}'}}\"", "f\"\"\"{x # '\n} {{ a }}\"\"\"", "fr'\\{{ a }}'", "f\"{f'{f\"{{ a }}\"}'}\"",
        "# {{ a }}", "x = 1  # {{a}}", "\"\\\"{{ a }}\"", "'a\\\n{{ a }}'", "\"it's {{ a }}\"", "f\"\\N{DASH}{{ a }}\"",
        "f\"{d[\"k\"]}{{ a }}\"", "f\"{x!r}{{ a }}\"", "f\"{x:%H:%M}{{ a }}\"", "u'{{ a }}'", "'''a'b''{{ a }}'''",
    ])
    func hiddenInText(script: String) {
        let scan = Self.scan(script)
        #expect(scan.placeholders.isEmpty)
        #expect(scan.problems.map(\.code) == ["placeholder_in_text"])
    }

    /// After each of these the string is over, and the placeholder is code again.
    @Test(arguments: [
        "'a' + {{ a }}", "'' + {{ a }}", "'''a''' + {{ a }}", "f'{x}' + {{ a }}", "f\"{x:{y}}\" + {{ a }}",
        "r'\\\\' + {{ a }}", "f'{x!r}' + {{ a }}", "f'{{}}' + {{ a }}", "f\"{x['a']}\" + {{ a }}",
        "f'{(lambda: 1)()}' + {{ a }}",
        "f'{x:%H:%M}' + {{ a }}", "f\"{'}'}\" + {{ a }}", "f'''{x # }'\n}''' + {{ a }}", "b'\\'' + {{ a }}",
        "f\"{x == y}\" + {{ a }}", "f\"\\N{LEFT CURLY BRACKET}\" + {{ a }}", "f\"{x:{y}.{z}}\" + {{ a }}",
    ])
    func codeAfterText(script: String) {
        let scan = Self.scan(script)
        #expect(scan.problems.isEmpty)
        #expect(scan.placeholders.map(\.name) == ["a"])
    }

    @Test(arguments: [
        ("x{{ a }}", "stands directly after 'x'"), ("1{{ a }}", "stands directly after another value"),
        ("'s'{{ a }}", "stands directly after another value"), ("f(){{ a }}", "stands directly after another value"),
        ("{{ a }}{{ b }}", "stands directly before another value"), ("{{ a }} = 1", "cannot be assigned to"),
        ("f({{ a }}=1)", "cannot be assigned to"), ("{{ a }} += 1", "cannot be assigned to"),
        ("({{ a }} := 1)", "cannot be assigned to"), ("{{ a }}: int = 1", "cannot be assigned to"),
        ("def {{ a }}(): pass", "stands directly after 'def'"),
        ("class {{ a }}: pass", "stands directly after 'class'"),
        ("import {{ a }}", "is part of 'import …'"), ("from {{ a }} import b", "is part of 'from …'"),
        ("from a import b, {{ a }}", "is part of 'from …'"), ("x.{{ a }}", "stands after '.', where a name belongs"),
        ("for {{ a }} in b: pass", "stands directly after 'for'"), ("global {{ a }}", "is part of 'global …'"),
        ("with a as {{ a }}: pass", "stands directly after 'as'"), ("{{ a }}x", "stands directly before 'x'"),
        ("{{ a }}'s'", "stands directly before another value"), ("lambda {{ a }}: 1", "stands directly after 'lambda'"),
        ("x = 1; del {{ a }}", "is part of 'del …'"),
    ])
    func misplaced(script: String, reason: String) {
        let scan = Self.scan(script)
        #expect(scan.problems.first?.code == "placeholder_place")
        #expect(scan.problems.first?.message.contains(reason) == true, "\(scan.problems)")
    }

    @Test(arguments: ["x = {{\na }}", "x = {{ a # b\n}}", "x = {{ a \\\n}}"])
    func splitOverLines(script: String) {
        #expect(Self.scan(script).problems.map(\.code) == ["placeholder_split"])
    }

    @Test(arguments: [
        ("x = 1\ny = 'abc\nz", 2, 5), ("x = '''abc\n", 1, 5), ("é = f'{x'\n", 1, 5), ("x = \"abc\\", 1, 5),
        ("x = f'{'", 1, 5),
        ("x = f\"{x:{y}\"", 1, 5),
    ])
    func stringsWithoutAnEnd(script: String, line: Int, column: Int) {
        let problem = Self.scan(script).problems.first
        #expect(problem?.code == "unterminated_string")
        #expect(problem?.line == line)
        #expect(problem?.column == column)
    }

    @Test func depthAndLengthAreNoDanger() {
        let deep = String(repeating: "f'{", count: 100_000)
        #expect(Self.scan(deep).problems.map(\.code) == ["unterminated_string"])
        let wide = String(repeating: "f'{(", count: 50_000) + "\n" + String(repeating: "{", count: 100_000)
        #expect(!Self.scan(wide).problems.isEmpty)
    }

    @Test func columnsCountCharacters() {
        let position = Self.scan("é = 'ü😀' + {{ a }}").placeholders.first?.position
        #expect(position == SourcePosition(line: 1, column: 12))
    }
}
