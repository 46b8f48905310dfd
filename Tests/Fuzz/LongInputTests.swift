import Testing

/// Long inputs that once took time or memory beyond all proportion: many faults in one text, each put into words with a
/// list of all names; blocks that open and never close; columns times tables. libFuzzer, which likes short inputs, does
/// not find these. The rules of the targets bound what may come of them; none of it is timed here.
@Suite struct LongInputTests {
    struct Long: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var target: String
        var text: String

        init(_ name: String, _ target: String, _ text: String) {
            (testDescription, self.target, self.text) = (name, target, text)
        }
    }

    private static func repeated(_ count: Int, _ piece: (Int) -> String) -> String {
        (0..<count).map(piece).joined()
    }

    private static func template(_ manifest: String, _ script: String = "") -> String {
        let lines = manifest.split(separator: "\n").map { "# \($0)\n" }.joined()
        return "# /// script\n\(lines)# ///\n\(script)"
    }

    static let inputs: [Long] = [
        Long("unknown keys", "template", template("[tool.airlock]\n" + repeated(3000) { "k\($0) = 1\n" })),
        Long("a long key", "template", template("[tool.airlock]\n\(String(repeating: "k", count: 50_000)) = 1\n")),
        Long(
            "many variables", "template",
            template("[tool.airlock.variables]\n" + repeated(3000) { "v\($0) = { type = 'integer', after = 'q' }\n" })),
        Long(
            "unknown placeholders", "template",
            template(
                "[tool.airlock.variables]\n" + repeated(250) { "v\($0) = {}\n" }, repeated(3000) { _ in "f({{ x }})\n" }
            )
        ),
        Long(
            "placeholders in texts", "template",
            template("[tool.airlock.variables]\na = {}\n", repeated(3000) { _ in "'{{ a }}'\n" })),
        Long(
            "unknown methods", "template",
            template("[tool.airlock.access]\nmethods = [\(repeated(3000) { _ in "'quxry'," })]")),
        Long("blocks that do not close", "template", repeated(5000) { _ in "# /// script\n# a\n" }),
        Long("other blocks that do not close", "template", repeated(5000) { _ in "# /// a\n#\n" }),
        Long(
            "large patterns", "template",
            template(
                "[tool.airlock.variables]\nv = { allOf = [\(repeated(300) { _ in "{ pattern = 'a{20000}' }," })] }")),
        Long(
            "unknown names", "variables",
            "[tool.airlock.variables]\n" + repeated(250) { "v\($0) = {}\n" } + "\0{"
                + repeated(3000) { "\"x\($0)\": 1, " } + "\"y\": 1}"),
        Long(
            "wrong elements", "schema",
            "{\"items\": {\"enum\": [\(repeated(1500) { "\"e\($0)\", " })0]}}\0[\(repeated(3000) { "\"f\($0)\", " })0]"),
        Long(
            "unknown members", "schema",
            "{\"properties\": {\(repeated(1500) { "\"p\($0)\": {}, " })\"q\": {}}, \"additionalProperties\": false}\0"
                + "{\(repeated(3000) { "\"r\($0)\": 1, " })\"q\": 1}"),
        Long("missing members", "schema", "{\"required\": [\(repeated(3000) { "\"p\($0)\", " })\"q\"]}\0{}"),
        Long(
            "references to nothing", "schema",
            "{\"$defs\": {\(repeated(1500) { "\"d\($0)\": {}, " })\"e\": {}}, \"anyOf\": ["
                + repeated(1500) { "{\"$ref\": \"#/$defs/x\($0)\"}, " } + "{}]}\0\"a\""),
        Long("large groups", "pattern", "\u{1}" + repeated(400) { _ in "(a)" } + "\0" + repeated(500) { _ in "a" }),
        Long(
            "columns times tables", "hogql",
            "select " + repeated(1000) { "c\($0), " } + "1 from " + repeated(1000) { "t\($0), " } + "u"),
        Long(
            "columns of as many tables as there may be", "hogql",
            "select " + repeated(300) { "c\($0), properties.p\($0), " } + "1 from " + repeated(98) { "t\($0), " } + "u"),
        Long("columns", "import", "c" + repeated(3000) { "c\($0)," } + "timestamp,id\n"),
        Long("quotes that do not close", "import", "ctimestamp,id\n" + repeated(1000) { _ in "\"a\n" }),
    ]

    @Test(arguments: inputs)
    func keepsTheRules(input: Long) throws {
        let target = try #require(ReplayTests.targets.first { $0.name == input.target })
        try target.check(Array(input.text.utf8))
    }
}
