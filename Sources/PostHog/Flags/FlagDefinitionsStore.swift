internal import AirlockCore
internal import FeatureFlags
internal import Resilience

/// The flags' definitions, asked for again when they are older than the poll interval; what has not changed is not sent
/// again (ETag, RFC 9110 §8.8.3).
actor FlagDefinitionsStore {
    /// What is known.
    struct Known: Sendable {
        var definitions: FlagDefinitions
        var age: Duration
    }

    private let client: PostHogClient
    private var definitions: FlagDefinitions?
    private var entityTag: String?
    /// When definitions last came, or were confirmed.
    private var confirmed = Duration.zero
    /// When they were last asked for, whatever came of it.
    private var asked: Duration?
    private var fault: AirlockError?
    private var asking: Task<Void, Never>?

    init(_ client: PostHogClient) { self.client = client }

    /// Why there are no definitions, or old ones.
    var lastFault: AirlockError? { fault }

    /// The definitions; `nil` when there are none to be had.
    func current() async -> Known? {
        let interval = client.configuration.flags.pollInterval
        if asked.map({ client.clock.now - $0 >= interval }) ?? true {
            // Whoever comes meanwhile waits for the same answer.
            let task = asking ?? Task(executorPreference: client.clock.taskExecutor) { await self.ask() }
            asking = task
            await task.value
        }
        return definitions.map { Known(definitions: $0, age: client.clock.now - confirmed) }
    }

    private func ask() async {
        let answer: Result<PostHogAnswer, PostHogFailure>
        do throws(PostHogFailure) {
            answer = .success(try await client.deliver(request()).value)
        } catch {
            answer = .failure(error)
        }
        take(answer)
        asked = client.clock.now
        asking = nil
    }

    private func take(_ answer: Result<PostHogAnswer, PostHogFailure>) {
        switch answer {
        case .success(let answer) where answer.status == 304 && definitions != nil:
            (confirmed, fault) = (client.clock.now, nil)
        case .success(let answer) where answer.body["flags"]?.arrayValue != nil:
            definitions = FlagDefinitions(answer.body)
            (entityTag, confirmed, fault) = (answer.entityTag, client.clock.now, nil)
        case .success:
            fault = AirlockError(.upstreamFailed, "PostHog's answer to flag_definitions has no flags")
        case .failure(let refusal):
            fault = refusal.error
            // A key that is no longer good, or a quota that is used up, ends what it had given; an outage does not.
            if refusal.status == 401 || refusal.status == 402 { (definitions, entityTag) = (nil, nil) }
        }
    }

    /// At the app's host, where the personal key may go: the SDKs' own place for it, `/flags/definitions`, is at the
    /// ingestion host.
    private func request() -> PostHogRequest {
        var request: PostHogRequest
        if client.configuration.secretKey != nil {
            let token = client.configuration.projectKey.map { [(name: "token", value: $0.reveal())] } ?? []
            request = .get(
                "flag_definitions", "/api/feature_flag/local_evaluation/", query: token + [("send_cohorts", "")])
            request.key = .projectSecret
        } else {
            request = .get(
                "flag_definitions", "feature_flags/local_evaluation/", query: [("send_cohorts", "")])
        }
        // Callers wait for each other here already, and an answer of 304 is nothing to keep.
        request.isShared = false
        if definitions != nil, let entityTag { request.headers = [("If-None-Match", entityTag)] }
        request.timeout = client.configuration.flags.definitionsTimeout
        return request
    }
}
