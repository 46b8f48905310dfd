internal import AirlockCore
internal import DriverKit
internal import Resilience

/// A method beyond the contract's three.
struct PostHogMethod: Sendable {
    var name: String
    var writes = false
    var params: [String]
    var answer: @Sendable (PostHogDriver, MethodParams, QueryOptions) async throws(AirlockError) -> JSONValue

    static let all: [PostHogMethod] =
        [getProjectInfo] + health + lists + insights + persons + cohorts + flags + experiments + annotations + sessions
        + events + capture

    /// Lists that need no more than their filters.
    private static let lists = [
        list("get_insights", "insights", filters: ["search"], flags: ["favorited", "saved"]),
        list("get_cohorts", "cohorts", filters: ["search"]),
        list(
            "get_feature_flags", "feature_flags", filters: ["search"], choices: ["active": ["true", "false", "STALE"]]),
        list("get_annotations", "annotations", filters: ["search"]),
    ]

    /// - Parameters:
    ///   - filters: texts, passed on under their name.
    static func list(
        _ name: String, _ path: String, filters: [String], flags: [String] = [], choices: [String: [String]] = [:]
    ) -> PostHogMethod {
        PostHogMethod(name: name, params: filters + flags + choices.keys.sorted() + ["limit"]) {
            driver, params, options throws(AirlockError) in
            var query: [(name: String, value: String)] = []
            for filter in filters { if let text = try params.text(filter) { query.append((filter, text)) } }
            for flag in flags { if let value = try params.flag(flag) { query.append((flag, String(value))) } }
            for (name, words) in choices.sorted(by: { $0.key < $1.key }) {
                if let word = try params.choice(name, words) { query.append((name, word)) }
            }
            return try await driver.rows(.get(name, "\(path)/", query: query), params, options)
        }
    }

    private static let getProjectInfo = PostHogMethod(name: "get_project_info", params: []) {
        driver, _, options throws(AirlockError) in
        var request = PostHogRequest.get("get_project_info", "/api/projects/\(driver.client.configuration.projectID)/")
        request.maximumAge = options.maximumAge
        request.timeout = options.timeout
        let body = try await driver.client.send(request).value.body
        // The rest is of no use to a script, and some of it is secret: tokens, members' addresses.
        let shown = ["id", "uuid", "name", "timezone", "week_start_day", "created_at", "test_account_filters"]
        return .object(JSONObject(shown.compactMap { key in body[key].map { (key, $0) } }))
    }
}

extension PostHogDriver {
    /// A list as methods answer it: `{"results": […], "complete": bool, "age_ms": n}`.
    func rows(
        _ request: PostHogRequest, _ params: MethodParams, _ options: QueryOptions
    ) async throws(AirlockError) -> JSONValue {
        let limit = min(try params.integer("limit", 1...10_000) ?? 100, options.maxRows)
        var request = request
        request.maximumAge = options.maximumAge
        request.timeout = options.timeout
        let (rows, hasMore, age) = try await client.list(request, limit: limit)
        return [
            "results": .array(rows), "complete": .bool(!hasMore),
            "age_ms": .int(Int(age.inMilliseconds.rounded())),
        ]
    }
}
