internal import AirlockCore
internal import DriverKit
internal import HTTPTransport
internal import Resilience

extension PostHogMethod {
    static let flags = [
        PostHogMethod(
            name: "evaluate_flag",
            params: ["key", "distinct_id", "groups", "person_properties", "group_properties"]
        ) { driver, params, options throws(AirlockError) in
            let key = try params.requiredText("key", maxBytes: 400)
            var body: JSONObject = [
                "distinct_id": .string(try params.requiredText("distinct_id", maxBytes: 400)),
                "flag_keys_to_evaluate": [.string(key)], "geoip_disable": true,
            ]
            for name in ["groups", "person_properties", "group_properties"] {
                if let object = try params.object(name) { body[name] = .object(object) }
            }
            return try await driver.evaluate(key, body, options)
        }
    ]
}

extension PostHogDriver {
    /// Evaluates one flag on PostHog's side, by `/flags/?v=2`.
    ///
    /// - Returns: `{"key", "enabled", "variant", "payload", "reason"}`.
    /// - Throws: `unknown_object` where there is no such flag; `upstream_failed` where PostHog could not tell: "off" would
    ///   be a wrong answer then.
    func evaluate(_ key: String, _ body: JSONObject, _ options: QueryOptions) async throws(AirlockError) -> JSONValue {
        guard let projectKey = client.configuration.projectKey else {
            throw AirlockError(
                .upstreamFailed, "there is no project API key, which evaluate_flag needs",
                hint: "Set POSTHOG_PROJECT_API_KEY, the phc_… of the project's settings.")
        }
        var body = body
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
        ]
    }
}
