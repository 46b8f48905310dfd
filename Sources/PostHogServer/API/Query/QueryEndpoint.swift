internal import AirlockCore

extension PostHogAPI {
    /// `/api/projects/:id/query/…`
    func query(_ request: Request, _ path: [String]) async throws(APIError) -> HTTPResponse {
        try require("query:read", request)
        switch (request.method, path.count) {
        case ("POST", 0): return try await runQuery(request)
        case ("POST", 1) where path[0] == "upgrade":
            return .json(200, ["query": try request.object()["query"] ?? .null])
        case ("GET", 1): return try await queryStatus(path[0])
        case ("DELETE", 1): return await cancelQuery(path[0])
        case ("GET", 2) where path[1] == "log":
            return .json(200, ["results": [], "columns": [], "types": [], "hasMore": false])
        case (_, 0...1): throw .methodNotAllowed(request.method)
        default: throw .endpointNotFound
        }
    }

    private func runQuery(_ request: Request) async throws(APIError) -> HTTPResponse {
        let body = try request.object()
        guard let query = body["query"] else {
            throw .validation("This field is required.", code: "required", attr: "query")
        }
        guard let members = query.objectValue, let kind = members["kind"]?.stringValue else {
            throw .validation("Unable to extract tag using discriminator 'kind'", attr: "query")
        }
        guard QueryKind.known.contains(kind) else {
            throw .validation(
                "The local server answers the kinds \(QueryKind.known.joined(separator: ", ")), not '\(kind)'.",
                attr: "query")
        }
        let refresh = body["refresh"]?.stringValue ?? (body["async"]?.boolValue == true ? "async" : "blocking")
        guard QueryKind.refreshes.contains(refresh) || body["refresh"]?.boolValue != nil else {
            throw .validation("'\(refresh)' is not a valid refresh.", attr: "refresh")
        }
        let id = body["client_query_id"]?.stringValue ?? Identifiers.uuid()
        if ["async", "force_async", "lazy_async"].contains(refresh) {
            return try await startQuery(id, kind, members)
        }
        guard await queries.enter() else {
            throw .concurrency(options.concurrentQueries, team: options.projectID)
        }
        let outcome = await Self.result { () async throws(APIError) in try await self.answer(kind, members) }
        await queries.leave()
        return .json(200, .object(try outcome.get()))
    }

    /// Answers a query of one kind, with the members that all answers have.
    func answer(_ kind: String, _ query: JSONObject) async throws(APIError) -> JSONObject {
        try await settle()
        switch kind {
        case "HogQLQuery": return try await answerHogQL(query)
        case "DatabaseSchemaQuery": return try await databaseSchema()
        case "HogQLMetadata": return await metadata(query)
        case "EventsQuery": return try await answerEvents(query)
        case "DataVisualizationNode", "InsightVizNode":
            guard let source = query["source"]?.objectValue, let inner = source["kind"]?.stringValue, inner != kind
            else { throw .validation("A source is required.", attr: "query") }
            return try await answer(inner, source)
        case "ExperimentQuery": return try await experimentResult(query)
        default: throw .validation("Unknown kind '\(kind)'.", attr: "query")
        }
    }

    /// What was captured before is there for whoever reads now.
    func settle() async throws(APIError) {
        do throws(AirlockError) {
            try await intake.settle()
        } catch {
            throw APIError(error)
        }
    }

    static func result<T>(_ body: () async throws(APIError) -> T) async -> Result<T, APIError> {
        do throws(APIError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

/// The kinds of queries and the ways to run them that are known here.
enum QueryKind {
    static let known = [
        "HogQLQuery", "EventsQuery", "DatabaseSchemaQuery", "HogQLMetadata", "ExperimentQuery", "DataVisualizationNode",
        "InsightVizNode",
    ]
    static let refreshes: Set<String> = [
        "blocking", "async", "force_blocking", "force_async", "force_cache", "lazy_async",
        "async_except_on_cache_miss",
    ]
}
