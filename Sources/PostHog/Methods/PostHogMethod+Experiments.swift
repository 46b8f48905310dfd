internal import AirlockCore
internal import DriverKit
internal import HTTPTransport
internal import Resilience

extension PostHogMethod {
    static let experiments = [
        PostHogMethod(name: "get_experiments", params: ["id", "with_results", "limit"]) {
            driver, params, options throws(AirlockError) in
            let wantsResults = try params.flag("with_results") ?? false
            if let id = try params.integer("id", 1...Int.max) {
                var request = PostHogRequest.get("get_experiments", "experiments/\(id)/")
                request.maximumAge = options.maximumAge
                request.timeout = options.timeout
                let experiment = try await driver.client.send(request).value.body
                return wantsResults ? try await driver.withResults(experiment, options) : experiment
            }
            guard !wantsResults else {
                throw AirlockError(
                    .invalidArgument, "'with_results' of get_experiments needs the 'id' of one experiment",
                    hint: "Results are computed for each metric: ask for one experiment at a time.")
            }
            return try await driver.rows(.get("get_experiments", "experiments/"), params, options)
        }
    ]
}

extension PostHogDriver {
    /// An experiment with `results`, one for each of its metrics in their order: they are not part of the object, but
    /// answers to an ExperimentQuery each. One that was never started has none.
    func withResults(_ experiment: JSONValue, _ options: QueryOptions) async throws(AirlockError) -> JSONValue {
        guard var object = experiment.objectValue, let id = experiment["id"] else {
            throw AirlockError(.upstreamFailed, "PostHog's answer is no experiment")
        }
        var results: [JSONValue] = []
        if experiment["start_date"]?.stringValue != nil {
            for list in ["metrics", "metrics_secondary"] {
                for metric in experiment[list]?.arrayValue ?? [] {
                    results.append(try await result(of: metric, experiment: id, options))
                }
            }
        }
        object["results"] = .array(results)
        return .object(object)
    }

    private func result(
        of metric: JSONValue, experiment id: JSONValue, _ options: QueryOptions
    ) async throws(AirlockError) -> JSONValue {
        var request = PostHogRequest(
            name: "experiment_results", group: .queries, method: .post, path: "query/",
            body: ["query": ["kind": "ExperimentQuery", "metric": metric, "experiment_id": id]], isRepeatable: true,
            isShared: true)
        request.maximumAge = options.maximumAge
        request.timeout = options.timeout
        return try await client.send(request).value.body
    }
}
