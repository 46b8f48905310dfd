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

    private func both(_ arguments: [String]) throws -> (local: JSONValue, postHog: JSONValue) {
        let local = try binary.run(arguments + ["--data", file, "--format", "json"])
        let remote = try binary.run(arguments + ["--driver", "posthog", "--format", "json"], environment: environment)
        #expect(local.exitCode == 0, "\(arguments): \(local.errors)")
        #expect(remote.exitCode == 0, "\(arguments): \(remote.errors) \(remote.output.prefix(1500))")
        return (try local.json(), try remote.json())
    }

    @Test func templatesAndQueriesAnswerTheSame() throws {
        defer { stop() }
        let runs = [
            ["run", "top-events", "--days", "88"], ["run", "trend", "--event", "$pageview", "--days", "30"],
            ["run", "funnel", "--steps", #"["signup","activate","purchase"]"#], ["run", "retention", "--periods", "5"],
            ["run", "power-users", "--event", "$pageview", "--days", "88"],
        ]
        for arguments in runs {
            let (local, remote) = try both(arguments)
            #expect(local["status"] == "succeeded" && remote["status"] == "succeeded", "\(arguments)")
            #expect(local["result"] == remote["result"], "\(arguments)")
            #expect(local["outputs"] == remote["outputs"], "\(arguments)")
        }
        let text = "SELECT event, count() AS n FROM events WHERE event != {e} GROUP BY event ORDER BY n DESC LIMIT 3"
        let (local, remote) = try both(["query", text, "--value", "e=login"])
        #expect(local["rows"] == remote["rows"] && local["columns"] == remote["columns"])
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
