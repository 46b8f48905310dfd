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
            let parameters = (url.query ?? "").split(separator: "&").compactMap { part -> (String, String)? in
                let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let name = pair.first.flatMap({ PercentDecoding.decoded($0) }), !name.isEmpty else { return nil }
                return (name, pair.count > 1 ? PercentDecoding.decoded(pair[1]) ?? "" : "")
            }
            // A key has no business in a URL, wherever it came from.
            let safe = parameters.filter { $0.0 != "personal_api_key" && $0.0 != "token" && $0.0 != "api_key" }
            return (String(url.path[api.lowerBound...]), url.query, safe.map { (name: $0.0, value: $0.1) })
        } catch {
            throw AirlockError(
                .upstreamFailed, "PostHog's list of \(name) names a next page that cannot be asked for",
                cause: error.message)
        }
    }
}

enum PercentDecoding {
    /// A part of a query (`application/x-www-form-urlencoded`); `nil` where an escape is broken or it is no UTF-8.
    static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x2B: bytes.append(0x20)
            case 0x25:
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
