internal import AirlockCore
internal import DriverKit

/// A query that was read here, so that what the broker decides on is what PostHog gets.
struct PostHogQuery: PreparedQuery {
    let analysis: QueryAnalysis
    private let request: HogQLRequest
    private let client: PostHogClient

    /// - Throws: `invalid_query` or `unsupported_query`, before PostHog is asked.
    init(_ query: ReadQuery, values: JSONObject, client: PostHogClient) throws(AirlockError) {
        let found = query.analysis
        // PostHog leaves out what it has no value for; a query that means something else then must not run.
        for name in found.placeholders where values[name] == nil {
            let nearest = nearestName(to: name, in: values.map(\.key)).map { "Did you mean '\($0)'?" }
            throw AirlockError(
                .invalidQuery, "the placeholder {\(name)} has no value",
                hint: nearest ?? "Pass it as a keyword argument.")
        }
        guard !found.usesOffset else {
            throw AirlockError(
                .unsupportedQuery, "PostHog refuses OFFSET to callers with a key",
                hint: """
                    Page by the last row instead: WHERE timestamp > {t} OR (timestamp = {t} AND uuid > {u}), \
                    with ORDER BY timestamp, uuid.
                    """)
        }
        analysis = found
        request = HogQLRequest(
            text: query.printed,
            values: JSONObject(values.filter { found.placeholders.contains($0.key) }.map { ($0.key, $0.value) }),
            name: "airlock")
        self.client = client
    }

    func run(_ options: QueryOptions) async throws(AirlockError) -> QueryReply {
        try await client.ask(request, hasLimit: analysis.limit != nil, options)
    }
}
