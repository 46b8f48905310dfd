import AirlockCore
import AirlockTesting
import DriverKit
import PostHog
import Resilience
import Synchronization
import Testing

/// What a health check says of a PostHog that is well, and of one that is not.
@Suite(.timeLimit(.minutes(2))) struct HealthTests {
    /// A PostHog that is well, but for what `change` answers.
    private func server(
        scopes: JSONValue = ["*"], date: String? = nil,
        _ change: @escaping @Sendable (String) -> LoopbackStep? = { _ in nil }
    ) throws -> LoopbackServer {
        try LoopbackServer { request in
            let path = String(request.target.prefix { $0 != "?" })
            if let step = change(path) { return [step] }
            switch path {
            case "/api/personal_api_keys/@current/":
                return [.json(["scopes": scopes], headers: date.map { [("Date", $0)] } ?? [])]
            case "/api/projects/7/":
                return [.json(["id": 7, "timezone": "UTC", "api_token": .string(testProjectKey)])]
            default: return [.json(["columns": ["1"], "results": [[1]], "types": ["UInt8"]])]
            }
        }
    }

    private func states(_ checks: [HealthCheck]) -> [String: String] {
        Dictionary(checks.map { ($0.name, $0.state.rawValue) }, uniquingKeysWith: { $1 })
    }

    @Test func whatIsWellIsGood() async throws {
        let server = try server(date: "Sun, 06 Nov 1994 08:49:37 GMT")
        let driver = try makeDriver(server)
        let checks = await driver.healthCheck()
        let found = states(checks)
        for name in ["reachable", "key", "scopes", "project", "project_key", "queries", "quota", "circuit"] {
            #expect(found[name] == "good", "\(name) in \(checks)")
        }
        // That server's clock is thirty years behind.
        #expect(found["clock"] == "failed" && checks.last?.remedy?.contains("timedatectl") == true)
        #expect(server.requests.count == 3)
        let answer = try await driver.call("health_check", params: [:], options: QueryOptions())
        #expect(answer["healthy"] == false && answer["checks"]?.arrayValue?.count == checks.count)
    }

    static let faults: [(path: String, status: Int, body: JSONValue, fails: String, says: String)] = [
        (
            "/api/personal_api_keys/@current/", 401, ["detail": "Invalid key phx_secretsecretsecret"], "key",
            "Check the personal"
        ),
        ("/api/personal_api_keys/@current/", 500, ["detail": "oops"], "reachable", "500"),
        ("/api/projects/7/", 404, ["detail": "Not found."], "project", "number"),
        ("/api/projects/7/query/", 402, ["detail": "quota limit"], "queries", "billing"),
        ("/api/projects/7/query/", 429, ["detail": "Request was throttled."], "queries", "rate limit"),
        ("/api/projects/7/query/", 403, ["detail": "missing scope"], "queries", "scope"),
    ]

    @Test(arguments: faults.indices) func whatFailsIsNamedWithItsRemedy(_ index: Int) async throws {
        let fault = Self.faults[index]
        let server = try server { $0 == fault.path ? .json(fault.body, fault.status) : nil }
        let driver = try makeDriver(server) {
            for path in [\PostHogConfiguration.queries, \.objects] { $0[keyPath: path].retry.maxAttempts = 1 }
        }
        let checks = await driver.healthCheck()
        let failed = checks.filter { $0.state == .failed }
        #expect(failed.map(\.name) == [fault.fails], "\(checks)")
        let text = failed.map { "\($0.detail) \($0.remedy ?? "")" }.joined()
        #expect(text.contains(fault.says) && failed.allSatisfy { $0.remedy != nil }, "\(text)")
        #expect(!"\(checks)".contains("secretsecret"))
    }

    @Test(
        arguments: [
            (["query:read"], "advice"), (["query:write", "*"], "good"), (["insight:read"], "failed"), ([], "failed"),
        ] as [([String], String)])
    func scopesAreHeldAgainstWhatIsAskedFor(_ scopes: [String], _ state: String) async throws {
        let server = try server(scopes: .array(scopes.map(JSONValue.string)))
        #expect(states(await (try makeDriver(server)).healthCheck())["scopes"] == state)
    }

    @Test func theKeyOfAnotherProjectIsFound() async throws {
        let other = "phc_" + String(repeating: "q", count: 40)
        let server = try server()
        let checks = await (try makeDriver(server) { $0.projectKey = SecretText(other) }).healthCheck()
        #expect(states(checks)["project_key"] == "failed" && !"\(checks)".contains(other))
    }

    @Test func whatIsSaidOfTheProjectIsCutAndRedacted() async throws {
        let id = "phx_" + String(repeating: "s", count: 40) + "\u{1B}[31m"
        let zone = String(repeating: "z", count: 100_000)
        let server = try server {
            $0 == "/api/projects/7/" ? .json(["id": .string(id), "timezone": .string(zone)], 200) : nil
        }
        let check = try #require(await (try makeDriver(server)).healthCheck().first { $0.name == "project" })
        #expect(check.state == .good && check.detail.utf8.count < 1200 && !check.detail.contains("ssssssss"))
        #expect(!check.detail.contains("\u{1B}"))
    }

    @Test func whoIsNotThereIsNotReachable() async throws {
        let server = try server()
        let gone = try makeDriver(server) {
            $0.appURL = "http://127.0.0.1:1"
            $0.objects.retry.maxAttempts = 1
        }
        let checks = await gone.healthCheck()
        #expect(checks.filter { $0.state == .failed }.map(\.name) == ["reachable"], "\(checks)")
        #expect(server.requests.isEmpty)
        let keyless = try makeDriver(server) { $0.personalKey = nil }
        #expect(await keyless.healthCheck().filter { $0.state == .failed }.map(\.name) == ["key"])
    }

    @Test func anOpenCircuitIsToldWithItsTime() async throws {
        let server = try server { _ in .response(500) }
        let driver = try makeDriver(server) { $0.objects.retry.maxAttempts = 1 }
        for _ in 0..<6 { _ = await failure { _ = try await driver.names(of: .event) } }
        let checks = await driver.healthCheck()
        let circuit = try #require(checks.first { $0.name == "circuit" })
        #expect(circuit.state == .failed && circuit.detail.contains("objects") && circuit.remedy != nil)
    }
}
