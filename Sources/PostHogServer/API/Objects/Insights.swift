internal import AirlockCore
internal import LocalWarehouse

extension PostHogAPI {
    /// `/api/projects/:id/insights/…`
    func insights(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require(request.method == "GET" ? "insight:read" : "insight:write", request)
        switch (request.method, path.count) {
        case ("GET", 0): return try await listInsights(request)
        case ("POST", 0): return try await makeInsight(request)
        case ("GET", 1) where path[0] == "my_last_viewed": return .json(200, [])
        case ("GET", 1): return .json(200, .object(try await withResult(try await one(.insight, path[0]))))
        case ("PATCH", 1):
            let body = try request.object()
            let now = now
            return .json(
                200,
                .object(
                    try await change(.insight, path[0]) { insight in
                        for name in [
                            "name", "description", "query", "filters", "tags", "favorited", "dashboards", "deleted",
                        ] {
                            if let value = body[name] { insight[name] = value }
                        }
                        insight["last_modified_at"] = .string(Instant.text(now))
                    }))
        case (_, 0...1): throw .methodNotAllowed(request.method)
        default: throw .endpointNotFound
        }
    }

    private func listInsights(_ request: Request) async throws(APIError) -> HTTPResponse {
        var insights = try await stored(.insight)
        if let id = request.parameter("short_id") { insights = insights.filter { $0["short_id"] == .string(id) } }
        if let text = request.parameter("search"), !text.isEmpty {
            insights = insights.filter { Self.contains(text, [$0["name"], $0["description"]]) }
        }
        if request.parameter("favorited") != nil, request.flag("favorited") {
            insights = insights.filter { $0["favorited"] == true }
        }
        if let kind = request.parameter("insight") {
            insights = insights.filter { insight in
                let source = insight["query"]?["source"]?["kind"]?.stringValue ?? insight["query"]?["kind"]?.stringValue
                return insight["filters"]?["insight"] == .string(kind)
                    || source?.lowercased().hasPrefix(kind.lowercased()) ?? false
            }
        }
        return Page(request, insights.reversed().map { .object($0) }).response
    }

    private func makeInsight(_ request: Request) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        if let query = body["query"], query.objectValue?["kind"]?.stringValue == nil, !query.isNull {
            throw .validation("Unable to extract tag using discriminator 'kind'", attr: "query")
        }
        var insight = Self.base(now, user())
        insight["short_id"] = .string(Identifiers.shortID())
        let defaults: JSONObject = [
            "name": "", "derived_name": .null, "query": .null, "filters": .object(JSONObject()), "description": "",
            "tags": [], "favorited": false, "dashboards": [], "saved": true, "order": .null, "last_refresh": .null,
            "result": .null, "is_cached": false, "query_status": .null, "timezone": .string(live.timeZone),
        ]
        for (name, value) in defaults { insight[name] = body[name] ?? value }
        insight["last_modified_at"] = .string(Instant.text(now))
        insight["last_modified_by"] = user()
        return .json(201, .object(try await insert(.insight, insight)))
    }

    /// A saved SQL query is answered; what the local server cannot work out stays without a result.
    private func withResult(_ insight: JSONObject) async throws(APIError) -> JSONObject {
        var insight = insight
        let query = insight["query"]
        guard let source = query?["source"]?.objectValue ?? query?.objectValue,
            let kind = source["kind"]?.stringValue, kind == "HogQLQuery" || kind == "EventsQuery"
        else { return insight }
        let outcome = await Self.result { () async throws(APIError) in try await self.answer(kind, source) }
        if case .success(let body) = outcome {
            insight["result"] = body["results"]
            for name in ["columns", "types", "hasMore"] { insight[name] = body[name] }
            insight["last_refresh"] = .string(Instant.text(now))
        }
        return insight
    }
}
