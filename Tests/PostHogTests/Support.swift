import AirlockCore
import AirlockTesting
import DriverKit
import PostHog
import Resilience
import Testing

/// A driver against a scripted server that stands for both of PostHog's hosts. Retries do not wait.
func makeDriver(
    _ server: LoopbackServer, _ change: (inout PostHogConfiguration) -> Void = { _ in }
) throws -> PostHogDriver {
    var configuration = PostHogConfiguration()
    configuration.appURL = server.url("")
    configuration.projectID = "7"
    configuration.personalKey = SecretText(testPersonalKey)
    configuration.projectKey = SecretText(testProjectKey)
    // The machine may be busy: what waits here waits for a server that answers at once.
    configuration.blockingTime = .seconds(600)
    configuration.healthTimeout = .seconds(300)
    configuration.flags.definitionsTimeout = .seconds(300)
    for group in [\PostHogConfiguration.queries, \.objects, \.ingestion] {
        configuration[keyPath: group].retry.attemptTimeout = .seconds(300)
        configuration[keyPath: group].retry.totalTimeout = .seconds(300)
    }
    change(&configuration)
    return try PostHogDriver(configuration, random: { 0 })
}

let testPersonalKey = "phx_" + String(repeating: "k", count: 40)
let testProjectKey = "phc_" + String(repeating: "p", count: 40)

/// The error that `body` throws; `nil` when it throws none.
func failure(_ body: () async throws -> Void) async -> AirlockError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? AirlockError
    }
}

extension LoopbackRequest {
    var json: JSONValue { (try? JSONValue(json: body)) ?? .null }
}

extension LoopbackStep {
    static func json(_ value: JSONValue, _ status: Int = 200, headers: [(String, String)] = []) -> LoopbackStep {
        .response(status, headers: headers, body: value.json)
    }
}
