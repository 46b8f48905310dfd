internal import AirlockCore
internal import HTTPTransport
internal import Resilience

/// Lists come in pages, `{count?, next, previous, results}`, each naming the next by its URL.
extension PostHogClient {
    /// The rows of a list, in PostHog's order.
    ///
    /// - Parameters:
    ///   - limit: no more are asked for.
    /// - Returns: the rows, and whether there are more than those.
    func list(
        _ first: PostHogRequest, limit: Int
    ) async throws(AirlockError) -> (rows: [JSONValue], hasMore: Bool, age: Duration) {
        var request = first
        var (rows, age): ([JSONValue], Duration) = ([], .zero)
        let size = min(max(limit, 1), Self.pageSize)
        request.query.append(("limit", String(size)))
        var seen: Set<String> = []
        while true {
            let reply = try await send(request)
            age = max(age, reply.age)
            guard let page = reply.value.body["results"]?.arrayValue ?? reply.value.body.arrayValue else {
                throw AirlockError(
                    .upstreamFailed, "PostHog's answer to \(request.name) is no list",
                    hint: "Check that the URL is PostHog's.")
            }
            rows += page.prefix(max(0, limit - rows.count))
            guard let next = reply.value.body["next"]?.stringValue else { return (rows, false, age) }
            guard rows.count < limit, !page.isEmpty else { return (rows, true, age) }
            let following = try self.following(next, of: request.name)
            guard seen.insert(following.path + (following.query ?? "")).inserted else {
                throw AirlockError(.upstreamFailed, "PostHog's list of \(request.name) names the same page twice")
            }
            request.path = following.path
            request.query = following.parameters
        }
    }

    static let pageSize = 100

    /// Where the next page is: at the configured host, whatever the link says of it.
    ///
    /// Behind a proxy PostHog names hosts that it is not reached by; and a link is data, which must not decide where a
    /// key goes. So only its path and query are taken, and the path has to be one below `/api/`.
    private func following(
        _ link: String, of name: String
    ) throws(AirlockError) -> (path: String, query: String?, parameters: [(name: String, value: String)]) {
        do throws(HTTPError) {
            let url = try HTTPURL(link)
            guard let api = url.path.firstRange(of: "/api/") else {
                throw HTTPError(.redirectRefused, "the next page lies outside the API")
            }
            let parameters = PercentCoding.pairs(url.query ?? "")
            // A key has no business in a URL, wherever it came from.
            let safe = parameters.filter { !["", "personal_api_key", "token", "api_key"].contains($0.name) }
            return (String(url.path[api.lowerBound...]), url.query, safe)
        } catch {
            throw AirlockError(
                .upstreamFailed, "PostHog's list of \(name) names a next page that cannot be asked for",
                cause: error.message)
        }
    }
}
