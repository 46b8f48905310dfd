internal import AirlockCore
internal import DriverKit
internal import FeatureFlags
internal import HTTPTransport
internal import Resilience

extension PostHogDriver {
    /// Evaluates one flag: here where the definitions and what is known of the person decide it, else at PostHog.
    ///
    /// - Returns: `{"key", "enabled", "variant", "payload", "reason", "evaluated"}`, with `evaluated` `local` or `remote`.
    /// - Throws: `unknown_object` where there is no such flag; `upstream_failed` where nobody could tell: "off" would be a
    ///   wrong answer then.
    func evaluate(_ question: FlagQuestion, _ options: QueryOptions) async throws(AirlockError) -> JSONValue {
        guard question.mode != .remote else { return try await evaluateRemotely(question, options) }
        // Without a key that definitions are given for there is nothing to ask.
        let canAsk = client.configuration.personalKey != nil || client.configuration.secretKey != nil
        guard canAsk || question.mode == .local else { return try await evaluateRemotely(question, options) }
        guard canAsk else {
            throw AirlockError(
                .upstreamFailed, "there is no personal or project secret API key, which flag definitions need",
                hint: "Set POSTHOG_PERSONAL_API_KEY or POSTHOG_PROJECT_SECRET_API_KEY, or evaluate remotely.")
        }
        let known = await definitions.current()
        let outcome = known.flatMap { known in
            let now = client.clock.unixTime
            let evaluator = FlagEvaluator(known.definitions, question.context(now: now.wholeMicroseconds))
            return evaluator.evaluate(question.key)
        }
        if case .decided(let result) = outcome, let known {
            return Self.reply(question.key, result, age: known.age)
        }
        guard question.mode == .local else { return try await evaluateRemotely(question, options) }
        throw await undecided(question.key, outcome, hasDefinitions: known != nil)
    }

    private static func reply(_ key: String, _ result: FlagResult, age: Duration) -> JSONValue {
        var variant = JSONValue.null
        if case .variant(let name) = result.value { variant = .string(name) }
        return [
            "key": .string(key), "enabled": .bool(result.value.isOn), "variant": variant,
            "payload": result.payload ?? .null,
            "reason": [
                "code": .string(result.reason.rawValue),
                "condition_index": result.condition.map { .int($0) } ?? .null,
                "description": .string(result.reasonText),
            ],
            "evaluated": "local", "definitions_age_ms": .int(Int(age.inMilliseconds.rounded())),
        ]
    }

    private func undecided(_ key: String, _ outcome: FlagOutcome?, hasDefinitions: Bool) async -> AirlockError {
        guard hasDefinitions else {
            let fault = await definitions.lastFault
            return AirlockError(
                .upstreamFailed, "there are no flag definitions: \(fault?.message ?? "PostHog gave none")",
                hint: fault?.hint, cause: fault?.cause)
        }
        guard case .undecided(let reason) = outcome else {
            return AirlockError(
                .unknownObject, "there is no flag '\(key)'", hint: "get_feature_flags lists them.")
        }
        let why =
            switch reason {
            case .experienceContinuity: "PostHog remembers what its persons saw before"
            case .unsupportedDefinition: "its definition asks for what only PostHog knows, such as a static cohort"
            case .unresolvedDependency: "it depends on a flag that is not decided"
            case .missingContext: "it asks for a property or a group that was not given"
            }
        return AirlockError(
            .invalidArgument, "the flag '\(key)' cannot be decided here: \(why) (\(reason.rawValue))",
            hint: "Give person_properties, groups and group_properties, or leave out mode 'local'.")
    }

    /// By `/flags/?v=2`.
    private func evaluateRemotely(
        _ question: FlagQuestion, _ options: QueryOptions
    ) async throws(AirlockError) -> JSONValue {
        guard let projectKey = client.configuration.projectKey else {
            throw AirlockError(
                .upstreamFailed, "there is no project API key, which evaluate_flag needs",
                hint: "Set POSTHOG_PROJECT_API_KEY, the phc_… of the project's settings.")
        }
        let key = question.key
        var body = question.body
        body["api_key"] = .string(projectKey.reveal())
        var request = PostHogRequest(
            name: "evaluate_flag", group: .ingestion, method: .post, path: "/flags/", query: [("v", "2")],
            body: .object(body), isRepeatable: true)
        request.timeout = options.timeout
        let answer = try await client.send(request).value.body
        if answer["quotaLimited"]?.arrayValue?.contains(where: { $0.stringValue == "feature_flags" }) == true {
            throw AirlockError(
                .upstreamFailed, "PostHog evaluates no more flags: the project's quota is used up",
                hint: "Look at the project's billing page.")
        }
        guard let flag = answer["flags"]?[key] else {
            if answer["errorsWhileComputingFlags"]?.boolValue == true {
                throw AirlockError(.upstreamFailed, "PostHog could not evaluate the flag '\(key)'", hint: "Try again.")
            }
            throw AirlockError(
                .unknownObject, "there is no active flag '\(key)'", hint: "get_feature_flags lists them.")
        }
        return [
            "key": .string(key), "enabled": flag["enabled"] ?? .bool(false), "variant": flag["variant"] ?? .null,
            "payload": flag["metadata"]?["payload"] ?? .null, "reason": flag["reason"] ?? .null,
            "evaluated": "remote",
        ]
    }
}

extension Duration {
    /// Microseconds, whatever a clock may say.
    fileprivate var wholeMicroseconds: Int64 { Int64(exactly: (inSeconds * 1e6).rounded()) ?? 0 }
}
