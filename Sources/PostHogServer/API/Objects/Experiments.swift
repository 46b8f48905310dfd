internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    /// `/api/projects/:id/experiments/…`
    func experiments(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require(request.method == "GET" ? "experiment:read" : "experiment:write", request)
        switch (request.method, path.count) {
        case ("GET", 0):
            return Page(request, try await stored(.experiment).reversed().map { .object($0) }).response
        case ("POST", 0): return try await makeExperiment(request)
        case ("GET", 1): return .json(200, .object(try await one(.experiment, path[0])))
        case ("PATCH", 1):
            let body = try request.object()
            let now = now
            return .json(
                200,
                .object(
                    try await change(.experiment, path[0]) { experiment in
                        for name in [
                            "name", "description", "start_date", "end_date", "parameters", "metrics",
                            "metrics_secondary",
                            "saved_metrics", "exposure_criteria", "archived", "deleted", "conclusion", "stats_config",
                            "filters",
                        ] {
                            if let value = body[name] { experiment[name] = value }
                        }
                        experiment["updated_at"] = .string(Instant.text(now))
                    }))
        case (_, 0...1): throw .methodNotAllowed(request.method)
        default: throw .endpointNotFound
        }
    }

    private func makeExperiment(_ request: Request) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        guard let name = body["name"]?.stringValue, !name.isEmpty else {
            throw .validation("This field is required.", code: "required", attr: "name")
        }
        guard let key = body["feature_flag_key"]?.stringValue, !key.isEmpty else {
            throw .validation("This field is required.", code: "required", attr: "feature_flag_key")
        }
        let flag = try await stored(.flag).first { $0["key"] == .string(key) }
        var experiment = Self.base(now, user())
        let defaults: JSONObject = [
            "description": "", "start_date": .null, "end_date": .null, "parameters": .object(JSONObject()),
            "metrics": [], "metrics_secondary": [], "saved_metrics": [], "exposure_criteria": .null,
            "holdout_id": .null, "holdout": .null, "stats_config": .null, "archived": false, "conclusion": .null,
            "type": "product", "filters": .object(JSONObject()), "secondary_metrics": [], "exposure_cohort": .null,
        ]
        experiment["name"] = .string(name)
        experiment["feature_flag_key"] = .string(key)
        for (name, value) in defaults { experiment[name] = body[name] ?? value }
        experiment["updated_at"] = .string(Instant.text(now))
        // PostHog makes the flag of an experiment that has none yet.
        if let flag {
            experiment["feature_flag"] = .object(flag)
        } else {
            experiment["feature_flag"] = .object(try await makeExperimentFlag(key, name, body))
        }
        return .json(201, .object(try await insert(.experiment, experiment)))
    }

    private func makeExperimentFlag(
        _ key: String, _ name: String, _ body: JSONObject
    ) async throws(APIError) -> JSONObject {
        let variants: JSONValue =
            body["parameters"]?["feature_flag_variants"] ?? [
                ["key": "control", "name": "", "rollout_percentage": 50],
                ["key": "test", "name": "", "rollout_percentage": 50],
            ]
        var flag = Self.base(now, user())
        flag["key"] = .string(key)
        flag["name"] = .string("Feature Flag for Experiment \(name)")
        flag["filters"] = [
            "groups": [["properties": [], "rollout_percentage": 100]], "multivariate": ["variants": variants],
            "payloads": .object(JSONObject()),
        ]
        flag["active"] = .bool(!(body["start_date"]?.isNull ?? true))
        flag["version"] = 1
        flag["ensure_experience_continuity"] = false
        flag["evaluation_runtime"] = "all"
        flag["tags"] = []
        flag["experiment_set"] = []
        flag["rollout_percentage"] = 100
        flag["is_simple_flag"] = false
        return try await insert(.flag, flag)
    }
}
