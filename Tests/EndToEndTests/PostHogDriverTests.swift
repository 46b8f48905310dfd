import AirlockCore
import AirlockTesting
import Foundation
import Testing

/// The command line with `--driver posthog` against `airlock posthog serve`: the answers of `--driver local` over the
/// same file.
@Suite(.timeLimit(.minutes(10))) struct PostHogDriverTests {
    private let binary: BuiltBinary
    private let server: Child
    private let environment: [String: String]
    private let file: String

    init() throws {
        binary = try BuiltBinary()
        file = binary.cache + "/posthog-\(UUID().uuidString).airlock"
        let made = try binary.run(["data", "generate", "--data", file, "--quiet"])
        try #require(made.exitCode == 0, "\(made.errors)")
        server = try binary.start(["posthog", "serve", "--port", "0", "--data", file])
        // The greeting names the port.
        var url: String?
        while url == nil, let line = server.readErrorLine() {
            url = line.firstRange(of: "http://").map { String(line[$0.lowerBound...]) }
        }
        environment = [
            "POSTHOG_API_URL": try #require(url), "POSTHOG_PROJECT_ID": "1", "POSTHOG_PERSONAL_API_KEY": "phx_local",
            "POSTHOG_PROJECT_API_KEY": "phc_local",
        ]
    }

    private func stop() {
        server.signal(SIGINT)
        _ = server.finish()
        try? FileManager.default.removeItem(atPath: file)
    }

    private func both(
        _ arguments: [String], exitCode: Int32 = 0
    ) throws -> (local: JSONValue, postHog: JSONValue) {
        let local = try binary.run(arguments + ["--data", file, "--format", "json"])
        let remote = try binary.run(arguments + ["--driver", "posthog", "--format", "json"], environment: environment)
        #expect(local.exitCode == exitCode, "\(arguments): \(local.errors)")
        #expect(remote.exitCode == exitCode, "\(arguments): \(remote.errors) \(remote.output.prefix(1500))")
        return (try local.json(), try remote.json())
    }

    /// Every built-in template has to be here.
    private static let templates = [
        "top-events": ["--days", "88"], "trend": ["--event", "$pageview", "--days", "30"],
        "funnel": ["--steps", #"["signup","activate","purchase"]"#], "retention": ["--periods", "5"],
        "power-users": ["--event", "$pageview", "--days", "88"],
    ]

    private static let queries = [
        "SELECT event, count() AS n FROM events WHERE event != {e} GROUP BY event ORDER BY n DESC LIMIT 3",
        "SELECT uuid, event, timestamp, person_id, properties FROM events WHERE event != {e} ORDER BY timestamp, uuid",
        "SELECT 9007199254740993 AS odd, 1 / 0 AS endless, NULL AS no, true AS yes, [1, 2] AS list, {e} AS text",
        "SELECT person.properties.plan AS plan, uniq(person_id) FROM events WHERE event != {e} GROUP BY plan ORDER BY plan",
        "SELECT session_id, $session_duration FROM sessions WHERE session_id != {e} ORDER BY session_id LIMIT 200",
        // Columns without names of their own.
        """
        SELECT 1/0, number+1 , -number, number=1, number in (1,2), number is null, not number = 1, number between 0 and 1,
        [number,2][1], (number,'a').2, number ? 'a':'b', case when number = 1 then 'x' end, number::String, f'{number}!',
        'a'||{e}, {e}, arrayMap(x->x+1,[number]), row_number() over (order by number), (select count() from events), 1.50
        FROM numbers(3) ORDER BY number
        """,
        """
        SELECT e.event, properties.plan, properties['$browser'], person.properties.plan, person.id, upper( event )
        FROM events e ORDER BY timestamp, uuid LIMIT 5
        """,
        "select count( * ), count(distinct event), uniq(person_id), quantile(0.50)(1), countIf(event={e}) from events",
        "SELECT `divide(1, 2)`, `plus(n, 1)` FROM (SELECT 1/2, n+1 FROM (SELECT 1 AS n))",
        "SELECT nosuch FROM events WHERE event = {e}",
    ]

    @Test func everyTemplateAnswersTheSame() throws {
        defer { stop() }
        let listed = try binary.run(["templates", "list", "--format", "json"]).json()["rows"]?.arrayValue ?? []
        #expect(Set(listed.compactMap { $0.arrayValue?.first?.stringValue }) == Set(Self.templates.keys))
        for (name, arguments) in Self.templates {
            let (local, remote) = try both(["run", name] + arguments)
            #expect(local["status"] == "succeeded" && remote["status"] == "succeeded", "\(name)")
            #expect(local["result"] == remote["result"], "\(name)")
            #expect(local["outputs"] == remote["outputs"], "\(name)")
        }
    }

    @Test func queriesObjectsAndFieldsAnswerTheSame() throws {
        defer { stop() }
        for text in Self.queries {
            let isWrong = text.contains("nosuch")
            let (local, remote) = try both(["query", text, "--value", "e=login"], exitCode: isWrong ? 2 : 0)
            for member in ["status", "columns", "types", "rows", "complete", "cut_by"] {
                #expect(local[member] == remote[member], "\(text): \(member)")
            }
            guard isWrong else { continue }
            #expect(local["error"]?["code"] == remote["error"]?["code"])
        }
        func names(_ document: JSONValue) -> [String] {
            document["rows"]?.arrayValue?.compactMap { $0.arrayValue?.first?.stringValue } ?? []
        }
        let objects = try both(["objects"])
        #expect(names(objects.local) == names(objects.postHog) && names(objects.local).count == 8)
        for object in ["events", "persons", "sessions"] {
            let fields = try both(["fields", object])
            #expect(names(fields.local) == names(fields.postHog) && names(fields.local).count > 5, "\(object)")
        }
    }

    @Test func everyMethodAnswersAndTheDoctorIsContent() throws {
        defer { stop() }
        let script = """
            # /// script
            # [tool.airlock.access]
            # methods = ["create_insight", "get_insights", "get_events", "export_events", "get_persons", "create_cohort", \
            "get_cohorts", "get_feature_flags", "evaluate_flag", "get_experiments", "create_annotation", "get_annotations", \
            "get_sessions", "get_project_info", "health_check", "capture_event", "capture_batch"]
            # writes = true
            # ///
            import airlock
            def call(method, **params):
                try:
                    answer = airlock.call(method, **params)
                    print(method, sorted(answer)[:3])
                except Exception as error:
                    print(method, "failed:", error)
            call("create_insight", name="i", query={"kind": "DataVisualizationNode",
                 "source": {"kind": "HogQLQuery", "query": "SELECT 1"}})
            person = {"type": "person", "key": "plan", "operator": "exact", "value": ["pro"]}
            call("create_cohort", name="c", filters={"properties": {"type": "AND", "values": [
                 {"type": "AND", "values": [person]}]}})
            call("create_annotation", content="a")
            for method in ("insights", "events", "persons", "cohorts", "feature_flags", "experiments", "annotations", "sessions"):
                call("get_" + method, limit=2)
            call("export_events", limit=2, date_from="2020-01-01")
            call("get_project_info")
            call("health_check")
            call("capture_event", event="e", distinct_id="d")
            call("capture_batch", events=[{"event": "e", "distinct_id": "d"}])
            call("evaluate_flag", key="nosuch", distinct_id="d")
            """
        let environment = environment.merging(["AIRLOCK_SPOOL": file + ".spool"]) { $1 }
        defer { try? FileManager.default.removeItem(atPath: file + ".spool") }
        let answer = try binary.run(
            ["exec", "-", "--driver", "posthog", "--allow-writes", "--format", "json"], input: script,
            environment: environment)
        #expect(answer.exitCode == 0, "\(answer.errors) \(answer.output.prefix(1500))")
        let lines = try answer.json()["stdout"]?["text"]?.stringValue?.split(separator: "\n").map(String.init) ?? []
        #expect(lines.count >= 16 && lines.filter { $0.contains("failed:") }.count == 1, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("evaluate_flag failed: there is no") }, "\(lines)")
        let doctor = try binary.run(["doctor", "--driver", "posthog", "--format", "json"], environment: environment)
        let states = try doctor.json()["rows"]?.arrayValue?.compactMap { $0.arrayValue?[1].stringValue } ?? []
        #expect(doctor.exitCode == 0 && states.count == 9 && states.allSatisfy { $0 == "good" }, "\(doctor.output)")
    }

    @Test func scriptsReachTheFurtherMethodsAndNoKey() throws {
        defer { stop() }
        let script = """
            import airlock, os
            print(sorted(o["name"] for o in airlock.list_objects()))
            print(len(airlock.get_fields("events")) > 10)
            print(airlock.call("get_project_info")["id"])
            print(airlock.call("get_persons", limit=2)["complete"])
            print([k for k in os.environ if "POSTHOG" in k])
            try:
                airlock.call("create_annotation", content="x")
            except Exception as error:
                print("refused", "not granted" in str(error))
            """
        let answer = try binary.run(
            ["exec", "-", "--driver", "posthog", "--format", "json"], input: script, environment: environment)
        #expect(answer.exitCode == 0, "\(answer.errors) \(answer.output.prefix(1500))")
        let lines = try answer.json()["stdout"]?["text"]?.stringValue?.split(separator: "\n").map(String.init) ?? []
        #expect(lines.dropFirst() == ["True", "1", "False", "[]", "refused True"], "\(lines)")
        #expect(lines.first?.contains("'experiments', 'feature_flags'") == true)
        #expect(!answer.output.contains("phx_local") && !answer.errors.contains("phx_local"))
    }

    @Test func whatIsWrongIsSaidAtOnce() throws {
        defer { stop() }
        let none = try binary.run(["query", "SELECT 1", "--driver", "posthog"])
        #expect(none.exitCode == 2)
        #expect(none.errors.contains("/project_id") && none.errors.contains("/personal_api_key"), "\(none.errors)")
        var wrong = environment
        wrong["POSTHOG_PERSONAL_API_KEY"] = "phx_aaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        let refused = try binary.run(["query", "SELECT 1", "--driver", "posthog"], environment: wrong)
        #expect(refused.exitCode != 0 && refused.errors.contains("does not accept the key"), "\(refused.errors)")
        #expect(!refused.errors.contains("aaaaaaaa"))
        let both = try binary.run(
            ["query", "SELECT 1", "--driver", "posthog", "--data", file], environment: environment)
        #expect(both.exitCode == 2 && both.errors.contains("--data"))
        let info = try binary.run(["data", "info", "--driver", "posthog"], environment: environment)
        #expect(info.exitCode == 2 && info.errors.contains("warehouse file"))
    }
}
