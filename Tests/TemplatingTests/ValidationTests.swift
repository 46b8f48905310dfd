import AirlockCore
import Testing

@testable import Templating

@Suite struct ValidationTests {
    private struct Names: DataNameSource {
        var known: [DataAwareFormat: [String]]
        func names(for format: DataAwareFormat) async -> [String]? { known[format] }
    }

    private let toml = """
        [tool.airlock.variables]
        steps = { type = "array", items = { type = "string", format = "event" }, minItems = 2 }
        days = { type = "integer", minimum = 1, maximum = 365, default = 7 }
        start = { type = "string", format = "date", required = false }
        end = { type = "string", format = "date", after = "start", required = false }
        mode = { enum = ["fast", "slow"], default = "fast" }
        who = { type = ["string", "null"] }
        key = { type = "string", minLength = 8, secret = true, required = false }
        by = { type = "object", properties = { table = { type = "string", format = "table" } }, required = false }
        """

    @Test func defaultsAndNullsAreFilledIn() async throws {
        let template = try Fixtures.load(toml)
        let valid = try await template.validate(VariableInputs(values: ["steps": ["a", "b"], "days": 30.0]))
        #expect(
            JSONValue.object(valid.values).json
                == #"{"steps":["a","b"],"days":30,"start":null,"end":null,"mode":"fast","who":null,"by":null}"#)
        #expect(valid.origins["days"] == .request)
        #expect(valid.origins["mode"] == .template)
        #expect(valid.secrets.isEmpty)
        #expect(valid.notes.map(\.code) == ["unchecked"])
        let same = try template.validateOffline(VariableInputs(values: ["days": 30, "steps": ["a", "b"]]))
        #expect(same.digest == valid.digest)
        #expect(same.digest.utf8.count == 64)
    }

    @Test func everyProblemIsNamedAtOnce() throws {
        let template = try Fixtures.load(toml)
        var inputs = VariableInputs()
        inputs.environment = ["AIRLOCK_VAR_DAYS": "366", "AIRLOCK_VAR_KEY": "hush"]
        inputs.flags = [
            ("dys", "7"), ("start", "2024-02-30"), ("mode", "fats"), ("who", "x"), ("end", "2024-01-01"),
        ]
        let error = Fixtures.error { () throws(AirlockError) in _ = try template.validateOffline(inputs) }
        #expect(error?.code == .invalidVariables)
        #expect(
            error?.problems.map { "\($0.code) \($0.pointer)" } == [
                "unknown_variable /dys", "missing_variable /steps", "maximum /days", "format /start", "enum /mode",
                "minLength /key",
            ])
        let byPointer = Dictionary((error?.problems ?? []).map { ($0.pointer, $0) }) { first, _ in first }
        #expect(byPointer["/days"]?.allowed == 365)
        #expect(byPointer["/days"]?.message.hasSuffix("(from the environment variable AIRLOCK_VAR_DAYS)") == true)
        #expect(byPointer["/mode"]?.suggested == "fast")
        #expect(error?.description.contains("hush") == false)
        #expect(error?.description.contains("366") == false)
    }

    @Test(arguments: [
        ("2024-01-01", "2024-01-02", true), ("2024-01-02", "2024-01-02", false), ("2024-02-29", "2024-01-31", false),
    ])
    func orderOfDates(start: String, end: String, fits: Bool) throws {
        let template = try Fixtures.load(toml)
        let inputs = VariableInputs(values: ["steps": ["a", "b"], "start": .string(start), "end": .string(end)])
        let error = Fixtures.error { () throws(AirlockError) in _ = try template.validateOffline(inputs) }
        #expect(error?.problems.map(\.description) == (fits ? nil : ["/end: must be after 'start'"]))
    }

    @Test(arguments: [
        (#"type = "string", format = "date-time""#, "\"2024-01-01T01:00:00+02:00\"", "\"2023-12-31T23:30:00Z\"", true),
        (#"type = "string", format = "date-time""#, "\"2024-01-01T01:00:00.5Z\"", "\"2024-01-01T01:00:00.45Z\"", false),
        (
            #"type = "string", format = "date-time""#, "\"2024-01-01t01:00:00.500Z\"", "\"2024-01-01T01:00:00.5z\"",
            false
        ),
        (#"type = "string", format = "time""#, "\"23:00:00Z\"", "\"23:30:00+00:15\"", true),
        (#"type = "number""#, "0.1", "0.10000000000000000001", true), (#"type = "integer""#, "3", "2", false),
        (#"type = "string""#, "\"a\"", "\"b\"", true), (#"type = ["string", "null"]"#, "\"b\"", "null", true),
        (#"type = "string", format = "date""#, "\"1600-03-01\"", "\"1600-02-29\"", false),
    ])
    func ordersOfKinds(schema: String, first: String, second: String, fits: Bool) throws {
        let template = try Fixtures.load(
            "[tool.airlock.variables]\na = { \(schema) }\nb = { \(schema), after = \"a\" }")
        let values: JSONObject = ["a": try JSONValue(json: first), "b": try JSONValue(json: second)]
        let error = Fixtures.error { () throws(AirlockError) in
            _ = try template.validateOffline(VariableInputs(values: values))
        }
        #expect((error == nil) == fits)
        #expect(error == nil || error?.problems.map(\.code) == ["after"])
    }

    @Test(arguments: [("before", [1]), ("after", [3]), ("not_before", [2, 3]), ("not_after", [1, 2])])
    func relations(relation: String, fitting: [Int]) throws {
        let template = try Fixtures.load(
            "[tool.airlock.variables]\na = { type = \"integer\", default = 2 }\nb = { type = \"integer\", \(relation) = \"a\" }"
        )
        for value in 1...3 {
            let error = Fixtures.error { () throws(AirlockError) in
                _ = try template.validateOffline(VariableInputs(values: ["b": .int(value)]))
            }
            #expect((error == nil) == fitting.contains(value))
        }
    }

    @Test func namesAreCheckedAgainstTheData() async throws {
        let template = try Fixtures.load(toml)
        let names = Names(known: [.event: ["signup", "activate", "purchase"], .table: ["events"]])
        let good = try await template.validate(
            VariableInputs(values: ["steps": ["signup", "purchase"], "by": ["table": "events"]]), names: names)
        #expect(good.notes.isEmpty)
        do {
            _ = try await template.validate(
                VariableInputs(values: ["steps": ["signup", "sigup", "zzzzz"], "by": ["table": "event"]]), names: names)
            Issue.record("unknown names were accepted")
        } catch {
            #expect(
                error.problems.map(\.description) == [
                    "/steps/1: must be the name of an event in the data source; the nearest is 'signup' (suggested: \"signup\")",
                    "/steps/2: must be the name of an event in the data source",
                    "/by/table: must be the name of a table in the data source; the nearest is 'events' (suggested: \"events\")",
                ])
            #expect(error.problems.first?.allowed == ["signup", "activate", "purchase"])
            #expect(!error.description.contains("zzzzz"))
        }
        let silent = try await template.validate(
            VariableInputs(values: ["steps": ["x", "y"], "by": ["table": "events"]]),
            names: Names(known: [.table: ["events"]]))
        #expect(
            silent.notes.map(\.message) == [
                "names of format 'event' were not checked: the data source does not list them"
            ])
    }

    @Test func secretsStayApart() throws {
        let template = try Fixtures.load(toml)
        var inputs = VariableInputs(values: ["steps": ["a", "b"]])
        inputs.environment = ["AIRLOCK_VAR_KEY": "hush-hush"]
        let valid = try template.validateOffline(inputs)
        #expect(valid.values["key"] == nil)
        #expect(valid.secrets["key"] == "hush-hush")
        #expect(!String(describing: valid).contains("hush"))
        #expect(!String(reflecting: valid).contains("hush"))
        inputs.environment = [:]
        #expect(try template.validateOffline(inputs).digest == valid.digest)
    }

    @Test func whatNoScriptCanHoldIsRefused() throws {
        let template = try Fixtures.load("[tool.airlock.variables]\nx = { type = [\"number\", \"array\"] }")
        let deep = String(repeating: "[", count: 120) + String(repeating: "]", count: 120)
        for (json, code) in [("1e400", "number"), ("[1e400]", "number"), (deep, "depth")] {
            let inputs = VariableInputs(values: ["x": try JSONValue(json: json)])
            let error = Fixtures.error { () throws(AirlockError) in _ = try template.validateOffline(inputs) }
            #expect(error?.problems.map(\.code) == [code])
        }
    }

    @Test(arguments: [
        ("7.0", "7"), ("7e1", "70"), ("1e30", "1" + String(repeating: "0", count: 30)), ("-2.50e1", "-25"),
        ("0e5", "0"),
        ("123456789012345678901234567890.0", "123456789012345678901234567890"),
    ])
    func wholeNumbersBecomeIntegers(json: String, expected: String) throws {
        let template = try Fixtures.load(
            """
            [tool.airlock.variables]
            x = { type = "integer" }
            y = { type = "array", items = { type = "object", properties = { z = { type = "integer" } } } }
            """)
        let value = try JSONValue(json: json)
        let valid = try template.validateOffline(
            VariableInputs(values: ["x": value, "y": [["z": value, "w": value]]]))
        #expect(valid.values["x"]?.json == expected)
        #expect(valid.values["y"]?.arrayValue?.first?["z"]?.json == expected)
        #expect(valid.values["y"]?.arrayValue?.first?["w"]?.json == value.json)
    }

    @Test func aCheckFindsWhatIsWrongWithTheSchemas() throws {
        let bytes = Fixtures.template(
            """
            [tool.airlock]
            result = { typ = "object" }
            [tool.airlock.variables]
            a = { type = "integer", minimum = 5, default = 3 }
            b = { type = "string", pattern = "(a)\\\\1" }
            c = { type = "array", items = { tpye = "string" } }
            d = { type = "strnig" }
            e = { type = "string", format = "evnt" }
            f = { type = "integer", minimun = 5 }
            """, script: "x = [{{ a }}, {{ b }}, {{ c }}, {{ d }}, {{ e }}, {{ f }}]\n")
        let report = Template.check(bytes: bytes)
        #expect(
            report.problems.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.pointer)" } == [
                "3:14 /tool/airlock/result/typ", "5:40 /tool/airlock/variables/a/default",
                "6:26 /tool/airlock/variables/b/pattern", "7:35 /tool/airlock/variables/c/items/tpye",
                "8:9 /tool/airlock/variables/d/type", "9:26 /tool/airlock/variables/e/format",
                "10:27 /tool/airlock/variables/f/minimun",
            ])
        #expect(
            report.problems.first { $0.code == "default" }?.message.hasPrefix("the default does not satisfy") == true)
    }

    @Test func aBrokenSchemaIsTheTemplatesFault() throws {
        let template = try Fixtures.load("[tool.airlock.variables]\na = { type = \"strnig\", default = \"x\" }")
        let error = Fixtures.error { () throws(AirlockError) in _ = try template.validateOffline(VariableInputs()) }
        #expect(error?.code == .invalidTemplate)
        #expect(error?.location == .file("fixture", line: 3, column: 9))
    }
}
