import AirlockCore
import AirlockTesting
import DriverKit
import Testing

@testable import PostHog

/// What goes over the wire, and to whom.
@Suite(.timeLimit(.minutes(2))) struct RequestTests {
    private static let paths: [(String, JSONObject, String)] = [
        (
            "get_persons", ["search": "a&b=c/ü"],
            "GET /api/projects/7/persons/?search=a%26b%3Dc%2F%C3%BC&limit=100"
        ),
        ("get_persons", ["cohort_id": 3, "limit": 5], "GET /api/projects/7/cohorts/3/persons/?limit=5"),
        ("get_feature_flags", ["active": "STALE"], "GET /api/projects/7/feature_flags/?active=STALE&limit=100"),
        ("get_insights", ["favorited": true], "GET /api/projects/7/insights/?favorited=true&limit=100"),
        ("get_annotations", [:], "GET /api/projects/7/annotations/?limit=100"),
        ("get_sessions", ["date_from": "-7d"], "GET /api/projects/7/session_recordings/?date_from=-7d&limit=100"),
        ("get_experiments", [:], "GET /api/projects/7/experiments/?limit=100"),
        ("get_project_info", [:], "GET /api/projects/7/"),
        ("create_annotation", ["content": "x"], "POST /api/projects/7/annotations/"),
        ("create_cohort", ["name": "x", "filters": [:]], "POST /api/projects/7/cohorts/"),
        ("create_insight", ["name": "x", "query": [:]], "POST /api/projects/7/insights/"),
    ]

    private static let wrong: [(String, JSONObject, String)] = [
        ("get_cohorts", ["serach": "x"], "serach"), ("get_persons", ["cohort_id": "3"], "cohort_id"),
        ("get_persons", ["limit": 0], "limit"), ("get_feature_flags", ["active": "yes"], "active"),
        ("get_sessions", ["date_from": "yesterday"], "date_from"), ("evaluate_flag", ["key": "f"], "distinct_id"),
        ("create_cohort", ["name": "x"], "filters"), ("get_experiments", ["with_results": true], "with_results"),
    ]

    /// A text is read once; values, analysis and errors are each call's own.
    @Test func aTextThatWasReadIsAskedWithOtherValues() async throws {
        let server = try LoopbackServer { _ in [.json(["columns": ["n"], "results": [[1]], "types": ["UInt64"]])] }
        let driver = try makeDriver(server)
        let text = "select count() from events where event = {name}"
        for name in ["a", "b", "a"] {
            let query = try await driver.prepare(text, values: ["name": .string(name)])
            #expect(query.analysis.tables == ["events"] && query.analysis.placeholders == ["name"])
            _ = try await query.run(QueryOptions(timeout: .seconds(300)))
        }
        #expect(server.requests.map { $0.json["query"]?["values"] } == [["name": "a"], ["name": "b"], ["name": "a"]])
        #expect(Set(server.requests.map { $0.json["client_query_id"] }).count == 2)
        #expect(Set(server.requests.map { $0.json["query"]?["query"] }).count == 1)
        for _ in 1...2 {
            #expect(await failure { _ = try await driver.prepare(text, values: [:]) }?.code == .invalidQuery)
            #expect(await failure { _ = try await driver.prepare("select", values: [:]) }?.code == .invalidQuery)
            let paged = await failure { _ = try await driver.prepare("select 1 limit 1 offset 2", values: [:]) }
            #expect(paged?.code == .unsupportedQuery)
        }
    }

    @Test func textsThatWereReadAreForgottenInTime() throws {
        let queries = ReadQueries()
        for number in 0..<1000 { _ = try queries.read("SELECT \(number)") }
        #expect(queries.count == 128)
        let long = "SELECT 1 -- " + String(repeating: "x", count: 100_000)
        #expect(try queries.read(long).printed == "SELECT 1")
        _ = try queries.read("SELECT '\(String(repeating: "x", count: 100_000))'")
        #expect(queries.count == 128)
    }

    @Test func theQueryIsWhatWasReadAndItsValuesTravelApart() async throws {
        let server = try LoopbackServer { _ in
            [
                .json([
                    "columns": ["event", "n"], "results": [["a", 9_007_199_254_740_993]],
                    "types": [["event", "String"], ["n", "UInt64"]],
                ])
            ]
        }
        let driver = try makeDriver(server)
        let values: JSONObject = ["name": "it's", "unused": 1]
        let query = try await driver.prepare(
            "select event,\n count() n FROM events where event={name} limit 5", values: values)
        #expect(query.analysis.tables == ["events"] && query.analysis.limit == 5)
        let reply = try await query.run(QueryOptions(timeout: .seconds(300)))
        #expect(reply.table.types == ["String", "UInt64"])
        #expect(reply.table.rows[0][1].numberValue?.text == "9007199254740993", "integers beyond 2^53 are exact")
        #expect(reply.cutBy == nil)

        let request = try #require(server.requests.first)
        #expect(request.method == "POST" && request.target == "/api/projects/7/query/")
        #expect(request.header("Authorization") == "Bearer \(testPersonalKey)")
        let sent = try #require(request.json["query"])
        #expect(sent["kind"] == "HogQLQuery")
        #expect(sent["values"] == ["name": "it's"], "only what the query names")
        #expect(sent["query"]?.stringValue?.contains("{name}") == true)
        #expect(sent["query"]?.stringValue?.contains("it's") == false)
    }

    @Test func thePersonalKeyNeverGoesToIngestion() async throws {
        let app = try LoopbackServer { _ in [.json(["results": []])] }
        let ingestion = try LoopbackServer { _ in [.json(["flags": ["f": ["key": "f", "enabled": true]]])] }
        let driver = try makeDriver(app) { $0.ingestionURL = ingestion.url("") }
        let answer = try await driver.call(
            "evaluate_flag", params: ["key": "f", "distinct_id": "d"], options: QueryOptions())
        #expect(answer["enabled"] == true)
        _ = try await driver.call("get_cohorts", params: [:], options: QueryOptions())
        let flags = try #require(ingestion.requests.first)
        #expect(flags.target == "/flags/?v=2")
        #expect(flags.header("Authorization") == nil && !flags.bodyText.contains("phx_"))
        #expect(flags.json["api_key"]?.stringValue == testProjectKey)
        #expect(
            app.requests.map(\.target) == [
                "/api/projects/7/feature_flags/local_evaluation/?send_cohorts=", "/api/projects/7/cohorts/?limit=100",
            ])
    }

    /// Each method's request; a list's values are encoded, so that none becomes syntax of the URL.
    @Test(arguments: paths)
    func methodsAskForTheirPath(_ method: String, _ params: JSONObject, _ wanted: String) async throws {
        let server = try LoopbackServer { _ in [.json(["results": [], "name": "x"])] }
        _ = try await makeDriver(server).call(method, params: params, options: QueryOptions())
        #expect(server.requests.map { "\($0.method) \($0.target)" } == [wanted])
    }

    @Test(arguments: wrong)
    func wrongParametersAreNamedAndNothingIsSent(_ method: String, _ params: JSONObject, _ named: String) async throws {
        let server = try LoopbackServer { _ in [.json([:])] }
        let driver = try makeDriver(server)
        let error = await failure { _ = try await driver.call(method, params: params, options: QueryOptions()) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("'\(named)'") == true, "\(String(describing: error))")
        #expect(server.requests.isEmpty)
    }

    @Test func whatCannotBeAskedIsRefusedBeforePostHogIs() async throws {
        let server = try LoopbackServer { _ in [.json([:])] }
        let driver = try makeDriver(server)
        for (text, code) in [
            ("SELECT event FROM events LIMIT 5 OFFSET 5", AirlockError.Code.unsupportedQuery),
            ("SELECT event FROM events WHERE event = {nmae}", .invalidQuery), ("SELECT (", .invalidQuery),
        ] {
            let error = await failure { _ = try await driver.prepare(text, values: ["name": "x"]) }
            #expect(error?.code == code, "\(text)")
            #expect(error?.hint != nil, "\(text)")
        }
        #expect(server.requests.isEmpty)
    }

    @Test func anExportPagesByTheLastRow() async throws {
        let server = try LoopbackServer { request in
            let after = request.json["query"]?["values"]?["after_uuid"]?.stringValue
            let row: JSONValue =
                after == nil
                ? ["u1", "e", "2026-01-01T00:00:00Z", "d", "p", "{}"]
                : ["u2", "e", "2026-01-01T00:00:00Z", "d", "p", "{}"]
            return [
                .json([
                    "columns": ["uuid", "event", "timestamp", "distinct_id", "person_id", "properties"],
                    "results": [row],
                ])
            ]
        }
        let answer = try await makeDriver(server).call(
            "export_events", params: ["limit": 1, "after": ["timestamp": "2026-01-01T00:00:00Z", "uuid": "u1"]],
            options: QueryOptions(timeout: .seconds(300)))
        #expect(answer["rows"]?.arrayValue?.first?.arrayValue?.first == "u2")
        #expect(answer["next"] == ["timestamp": "2026-01-01T00:00:00Z", "uuid": "u2"])
        let text = try #require(server.requests.first?.json["query"]?["query"]?.stringValue)
        #expect(text.contains("ORDER BY timestamp, uuid LIMIT 1") && text.contains("uuid > toUUID({after_uuid})"))
    }
}
