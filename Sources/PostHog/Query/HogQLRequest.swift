internal import AirlockCore
internal import Resilience

/// The body of `POST query/` for a HogQL query.
struct HogQLRequest: Sendable {
    /// As our own printer wrote it from the tree that the broker decided on: what was analysed is what runs.
    var text: String
    var values: JSONObject
    /// In PostHog's query log.
    var name: String

    func body(isAsync: Bool) -> PackedBody {
        var query: JSONObject = ["kind": "HogQLQuery", "query": .string(text)]
        if !values.isEmpty { query["values"] = .object(values) }
        var body: JSONObject = [
            "query": .object(query),
            // A cached answer of PostHog's own would have no honest age.
            "refresh": .string(isAsync ? "force_async" : "force_blocking"), "name": .string(name),
        ]
        // Equal for equal questions, so that they can share an answer; PostHog only needs it to be unlike others.
        let question = CacheKey([Array(text.utf8), JSONValue.object(values).jsonBytes, [isAsync ? 1 : 0]])
        body["client_query_id"] = .string("airlock-" + question.description)
        return PackedBody(bytes: JSONValue.object(body).jsonBytes)
    }
}
