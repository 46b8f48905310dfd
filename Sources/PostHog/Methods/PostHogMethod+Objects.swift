internal import AirlockCore
internal import DriverKit
internal import HTTPTransport
internal import Resilience

extension PostHogMethod {
    static let insights = [
        PostHogMethod(name: "create_insight", writes: true, params: ["name", "query", "description", "tags"]) {
            driver, params, options throws(AirlockError) in
            guard let query = try params.object("query") else {
                throw AirlockError(
                    .invalidArgument, "create_insight needs 'query', an object",
                    hint:
                        #"A HogQL insight is {"kind": "DataVisualizationNode", "source": {"kind": "HogQLQuery", "query": "…"}}."#
                )
            }
            var body: JSONObject = ["query": .object(query), "name": .string(try params.requiredText("name"))]
            if let text = try params.text("description") { body["description"] = .string(text) }
            if let tags = try params.texts("tags", maxCount: 50) { body["tags"] = .array(tags.map(JSONValue.string)) }
            return try await driver.create("create_insight", "insights/", body, options)
        }
    ]

    static let persons = [
        PostHogMethod(name: "get_persons", params: ["search", "distinct_id", "email", "cohort_id", "limit"]) {
            driver, params, options throws(AirlockError) in
            var query: [(name: String, value: String)] = []
            for name in ["search", "distinct_id", "email"] {
                if let text = try params.text(name) { query.append((name, text)) }
            }
            // The list's own filter by cohort is an old one that newer servers leave out without a word.
            guard let cohort = try params.integer("cohort_id", 1...Int.max) else {
                return try await driver.rows(.get("get_persons", "persons/", query: query), params, options)
            }
            return try await driver.rows(
                .get("get_persons", "cohorts/\(cohort)/persons/", query: query), params, options)
        }
    ]

    static let cohorts = [
        PostHogMethod(name: "create_cohort", writes: true, params: ["name", "description", "filters"]) {
            driver, params, options throws(AirlockError) in
            guard let filters = try params.object("filters") else {
                throw AirlockError(
                    .invalidArgument, "create_cohort needs 'filters', an object",
                    hint: """
                        One condition is {"properties": {"type": "OR", "values": [{"type": "AND", "values": [\
                        {"type": "person", "key": "plan", "operator": "exact", "value": ["pro"]}]}]}}.
                        """)
            }
            var body: JSONObject = ["name": .string(try params.requiredText("name")), "filters": .object(filters)]
            if let text = try params.text("description") { body["description"] = .string(text) }
            return try await driver.create("create_cohort", "cohorts/", body, options)
        }
    ]

    static let annotations = [
        PostHogMethod(name: "create_annotation", writes: true, params: ["content", "date_marker", "scope"]) {
            driver, params, options throws(AirlockError) in
            var body: JSONObject = ["content": .string(try params.requiredText("content", maxBytes: 8192))]
            if let date = try params.date("date_marker") { body["date_marker"] = .string(date) }
            body["scope"] = .string(try params.choice("scope", ["project", "organization"]) ?? "project")
            return try await driver.create("create_annotation", "annotations/", body, options)
        }
    ]

    static let sessions = [
        PostHogMethod(name: "get_sessions", params: ["date_from", "date_to", "person_uuid", "limit"]) {
            driver, params, options throws(AirlockError) in
            var query: [(name: String, value: String)] = []
            for name in ["date_from", "date_to"] {
                if let date = try params.date(name) { query.append((name, date)) }
            }
            if let person = try params.text("person_uuid", maxBytes: 64) { query.append(("person_uuid", person)) }
            return try await driver.rows(.get("get_sessions", "session_recordings/", query: query), params, options)
        }
    ]
}

extension PostHogDriver {
    /// Makes an object, once: PostHog may have made it though no answer came, so it is not tried again then.
    func create(
        _ name: String, _ path: String, _ body: JSONObject, _ options: QueryOptions
    ) async throws(AirlockError) -> JSONValue {
        var request = PostHogRequest.write(name, .post, path, .object(body))
        request.timeout = options.timeout
        return try await client.send(request).value.body
    }
}
