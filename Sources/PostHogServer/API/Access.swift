internal import AirlockCore

extension PostHogAPI {
    /// The personal key of a request: of its header, else of its body, else of its query; the first one found counts.
    func personalKey(_ request: Request) throws(APIError) -> PersonalKey {
        let found =
            try bearer(request).map { ($0, "Authorization header") }
            ?? request.json?["personal_api_key"]?.stringValue.map { ($0, "body") }
            ?? request.parameter("personal_api_key").map { ($0, "query string") }
        guard let (token, source) = found else {
            throw APIError(
                401, "authentication_error", "not_authenticated", "Authentication credentials were not provided.",
                headers: [("WWW-Authenticate", "Bearer")])
        }
        guard let key = options.keys.first(where: { Self.same($0.token, token) }) else {
            throw APIError(
                401, "authentication_error", "authentication_failed",
                "Personal API key found in request \(source) is invalid.", headers: [("WWW-Authenticate", "Bearer")])
        }
        return key
    }

    func require(_ scope: String, _ request: Request) throws(APIError) {
        guard let key = request.key, key.allows(scope) else {
            throw APIError(
                403, "authentication_error", "permission_denied", "API key missing required scope '\(scope)'")
        }
    }

    func bearer(_ request: Request) throws(APIError) -> String? {
        guard let header = request.http.header("authorization"), header.hasPrefix("Bearer ") else { return nil }
        let token = String(header.dropFirst(7).drop { $0 == " " })
        return token.isEmpty ? nil : token
    }

    /// In time that does not tell where two keys differ.
    static func same(_ left: String, _ right: String) -> Bool {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
