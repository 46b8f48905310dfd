internal import AirlockCore

/// The body of `POST query/` for a HogQL query.
struct HogQLRequest: Sendable {
    /// As our own printer wrote it from the tree that the broker decided on: what was analysed is what runs.
    var text: String
    var values: JSONObject
    /// In PostHog's query log.
    var name: String

    func body(isAsync: Bool, clientID: String) -> JSONValue {
        var query: JSONObject = ["kind": "HogQLQuery", "query": .string(text)]
        if !values.isEmpty { query["values"] = .object(values) }
        return [
            "query": .object(query),
            // A cached answer of PostHog's own would have no honest age.
            "refresh": .string(isAsync ? "force_async" : "force_blocking"),
            "client_query_id": .string(clientID), "name": .string(name),
        ]
    }
}
