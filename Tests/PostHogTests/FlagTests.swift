import AirlockCore
import AirlockTesting
import DriverKit
import PostHog
import Resilience
import Synchronization
import Testing

/// Flags here, at PostHog, or here as far as that goes.
@Suite(.timeLimit(.minutes(2))) struct FlagTests {
    static let definitions: JSONValue = [
        "flags": [
            [
                "id": 1, "key": "pro", "active": true,
                "filters": [
                    "groups": [
                        [
                            "properties": [["key": "plan", "type": "person", "operator": "exact", "value": ["pro"]]],
                            "rollout_percentage": 100, "variant": "b",
                        ]
                    ],
                    "multivariate": [
                        "variants": [["key": "a", "rollout_percentage": 100], ["key": "b", "rollout_percentage": 0]]
                    ],
                    "payloads": ["b": "{\"colour\":\"red\"}"],
                ],
            ],
            ["id": 2, "key": "off", "active": false, "filters": ["groups": []]],
        ], "cohorts": [:], "group_type_mapping": [:],
    ]
    static let remote: JSONValue = [
        "flags": ["pro": ["key": "pro", "enabled": true, "variant": "a", "reason": ["code": "condition_match"]]]
    ]

    /// Answers definitions as `steps` has them, one after the other, the last again and again; and flags remotely.
    private func server(_ steps: [LoopbackStep]) throws -> LoopbackServer {
        let count = Mutex(0)
        return try LoopbackServer { request in
            guard request.target.contains("local_evaluation") else { return [.json(Self.remote)] }
            return count.withLock { count in
                count += 1
                return [steps[min(count, steps.count) - 1]]
            }
        }
    }

    private func evaluate(
        _ driver: PostHogDriver, _ key: String = "pro", _ more: JSONObject = ["person_properties": ["plan": "pro"]]
    ) async throws -> JSONValue {
        var params: JSONObject = ["key": .string(key), "distinct_id": "d"]
        for (name, value) in more { params[name] = value }
        return try await driver.call("evaluate_flag", params: params, options: QueryOptions())
    }

    @Test func whatTheDefinitionsDecideIsDecidedHere() async throws {
        let server = try server([.json(Self.definitions)])
        let driver = try makeDriver(server)
        let answer = try await evaluate(driver)
        #expect(answer["enabled"] == true && answer["variant"] == "b" && answer["evaluated"] == "local")
        #expect(answer["payload"] == "{\"colour\":\"red\"}" && answer["reason"]?["code"] == "condition_match")
        #expect(try await evaluate(driver, "off")["reason"]?["code"] == "flag_disabled")
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1, "definitions are asked for once in their interval")
        #expect(request.header("Authorization") == "Bearer \(testPersonalKey)")
    }

    @Test func whatTheyCannotDecideIsAskedForUnlessThatIsForbidden() async throws {
        let server = try server([.json(Self.definitions)])
        let driver = try makeDriver(server)
        let answer = try await evaluate(driver, "pro", [:])
        #expect(answer["variant"] == "a" && answer["evaluated"] == "remote")
        let error = await failure { _ = try await evaluate(driver, "pro", ["mode": "local"]) }
        #expect(error?.code == .invalidArgument && error?.message.contains("missing_context") == true)
        let unknown = await failure { _ = try await evaluate(driver, "nope", ["mode": "local"]) }
        #expect(unknown?.code == .unknownObject)
        let word = await failure { _ = try await evaluate(driver, "pro", ["mode": "here"]) }
        #expect(word?.code == .invalidArgument && word?.message.contains("auto, local, remote") == true)
    }

    @Test func remotelyMeansThatNoDefinitionsAreAskedFor() async throws {
        let server = try server([.json(Self.definitions)])
        #expect(try await evaluate(try makeDriver(server) { $0.flags.mode = .remote })["evaluated"] == "remote")
        #expect(server.requests.map(\.target) == ["/flags/?v=2"])
        // Without a personal key there is nobody to give them.
        let keyless = try makeDriver(server) { $0.personalKey = nil }
        #expect(try await evaluate(keyless)["evaluated"] == "remote")
        let error = await failure { _ = try await evaluate(keyless, "pro", ["mode": "local"]) }
        #expect(error?.message.contains("secret API key") == true)
    }

    @Test func whatHasNotChangedIsNotSentAgain() async throws {
        let server = try server([.json(Self.definitions, headers: [("ETag", "W/\"v1\"")]), .response(304)])
        let driver = try makeDriver(server) { $0.flags.pollInterval = .zero }
        for _ in 0..<3 { #expect(try await evaluate(driver)["evaluated"] == "local") }
        #expect(server.requests.map { $0.header("If-None-Match") } == [nil, "W/\"v1\"", "W/\"v1\""])
    }

    @Test func newDefinitionsTakeTheOldOnesPlace() async throws {
        let server = try server([.json(Self.definitions), .json(["flags": [], "cohorts": [:]])])
        let driver = try makeDriver(server) {
            $0.flags.pollInterval = .zero
            $0.flags.mode = .local
        }
        #expect(try await evaluate(driver)["variant"] == "b")
        #expect(await failure { _ = try await evaluate(driver) }?.code == .unknownObject)
    }

    /// What a refusal does to definitions that are there: a key or a quota takes them away, an outage does not.
    @Test(arguments: [(401, false), (402, false), (403, true), (404, true), (500, true), (429, true)])
    func refusalsOfDefinitions(_ status: Int, _ keeps: Bool) async throws {
        let refusal = LoopbackStep.json(["detail": "no"], status)
        let server = try server([.json(Self.definitions), refusal])
        let driver = try makeDriver(server) {
            $0.flags.pollInterval = .zero
            $0.objects.retry.maxAttempts = 1
        }
        #expect(try await evaluate(driver)["evaluated"] == "local")
        #expect(try await evaluate(driver)["evaluated"] == (keeps ? "local" : "remote"))
        let error = await failure {
            _ = try await evaluate(driver, "pro", ["mode": "local", "person_properties": ["plan": "pro"]])
        }
        #expect((error == nil) == keeps)
        if !keeps { #expect(error?.code == .upstreamFailed && error?.message.contains("no flag definitions") == true) }
    }

    @Test func theSecretKeyTakesThePersonalKeysPlace() async throws {
        let server = try server([.json(Self.definitions)])
        let driver = try makeDriver(server) { $0.secretKey = SecretText("phs_" + String(repeating: "s", count: 40)) }
        #expect(try await evaluate(driver)["evaluated"] == "local")
        let request = try #require(server.requests.first)
        #expect(request.target == "/api/feature_flag/local_evaluation/?token=\(testProjectKey)&send_cohorts=")
        #expect(request.header("Authorization")?.hasPrefix("Bearer phs_") == true)
    }

    @Test func callersThatComeTogetherAskOnce() async throws {
        let server = try server([.json(Self.definitions)])
        let driver = try makeDriver(server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let answer = try await evaluate(driver)
                    #expect(answer["evaluated"] == "local")
                }
            }
            try await group.waitForAll()
        }
        #expect(server.requests.count == 1)
    }

    @Test func aQuotaThatIsUsedUpIsNotOff() async throws {
        let server = try LoopbackServer { _ in [.json(["flags": [:], "quotaLimited": ["feature_flags"]])] }
        let driver = try makeDriver(server) { $0.flags.mode = .remote }
        #expect(await failure { _ = try await evaluate(driver) }?.message.contains("quota") == true)
    }
}
