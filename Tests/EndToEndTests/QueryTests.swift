import AirlockCore
import AirlockTesting
import Testing

/// `airlock query` as its users meet it.
@Suite struct QueryTests {
    @Test func explainShowsTheAnalysisAndTheTreeAndRunsNothing() throws {
        let query =
            "SELECT person.properties.email, count() FROM events WHERE event = {name} AND timestamp > {from} GROUP BY 1"
        let answer = try BuiltBinary().run(["query", "--explain", query, "--format", "json", "--data", "/no/such/file"])
        #expect(answer.exitCode == 0)
        let document = try answer.json()
        #expect(document["analysis"]?["tables"] == ["events", "persons"])
        #expect(document["analysis"]?["properties"] == ["persons.properties.email"])
        #expect(document["analysis"]?["functions"] == ["count"])
        #expect(document["analysis"]?["placeholders"] == ["name", "from"])
        #expect(document["analysis"]?["limit"] == .null)
        #expect(document["analysis"]?["cost_hints"]?.arrayValue?.compactMap { $0["kind"]?.stringValue } == ["no_limit"])
        #expect(document["tree"]?["kind"] == "select")
        #expect(document["tree"]?["line"] == 1)
    }

    @Test func explainIsATableWithHintsThatShowTheirPlace() throws {
        let answer = try BuiltBinary().run(["query", "--explain", "SELECT count(event)\nFROM events"])
        #expect(answer.exitCode == 0)
        #expect(answer.output.contains("events.event"))
        #expect(answer.output.contains("hint: Bound the time"))
        #expect(answer.output.contains("  FROM events\n       ^\n"))
    }

    @Test(arguments: [["query"], ["query", "--explain"]])
    func aSyntaxErrorShowsItsLineWithACaret(command: [String]) throws {
        let answer = try BuiltBinary().run(command + ["SELECT event\nFROM events WHERE )"])
        #expect(answer.exitCode == 2)
        #expect(answer.errors.contains("FROM events WHERE )\n"))
        #expect(answer.errors.contains("^"))
        #expect(answer.errors.contains("line 2, column 19"))
    }

    @Test func aWrongNameNamesTheNearest() throws {
        let answer = try BuiltBinary().run(["query", "SELECT evnt FROM events"])
        #expect(answer.exitCode == 2)
        #expect(answer.errors.contains("Did you mean 'event'?"))
    }

    @Test func withoutLimitAHundredRowsComeAndTheReplySaysSo() throws {
        let answer = try BuiltBinary().run(["query", "SELECT number FROM numbers(500)", "--format", "json"])
        #expect(answer.exitCode == 0)
        let document = try answer.json()
        #expect(document["complete"] == false)
        #expect(document["cut_by"] == "default_limit")
        #expect(document["rows"]?.arrayValue?.count == 100)
    }

    /// Permissions are decided on the parsed query: a template that may read one property reads that one, in whatever form,
    /// and no other by any way around.
    @Test(arguments: [
        ("SELECT event, properties.plan FROM events LIMIT 1", true),
        ("SELECT properties['plan'] FROM events LIMIT 1", true),
        ("SELECT JSONExtractString(properties, 'plan') FROM events LIMIT 1", true),
        ("SELECT properties.$browser FROM events LIMIT 1", false),
        ("SELECT properties FROM events LIMIT 1", false),
        ("SELECT * FROM events LIMIT 1", false),
        ("SELECT person.properties.email FROM events LIMIT 1", false),
        ("WITH e AS (SELECT properties AS p FROM events) SELECT p.email FROM e LIMIT 1", false),
        ("SELECT properties[concat('pl', 'an')] FROM events LIMIT 1", false),
    ])
    func aGrantOfOnePropertyGivesThatOne(query: String, isAllowed: Bool) throws {
        let script = """
            # /// script
            # requires-python = ">=3.9"
            # [tool.airlock.access]
            # tables = ["events"]
            # columns = { events = ["event", "properties.plan"] }
            # ///
            import airlock
            try:
                print(len(airlock.query(\(JSONValue.string(query).json)).rows))
            except airlock.PermissionDenied as error:
                print("denied")
            """
        let answer = try BuiltBinary().run(["exec", "-", "--format", "json"], input: script)
        #expect(answer.exitCode == 0)
        #expect(try answer.json()["stdout"]?["text"] == .string(isAllowed ? "1\n" : "denied\n"), "\(answer.output)")
    }
}
