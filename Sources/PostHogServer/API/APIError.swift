internal import AirlockCore

/// An answer that is no success, in the shapes that PostHog's services use.
struct APIError: Error {
    var response: HTTPResponse

    /// The app's shape: `{"type","code","detail","attr"}`.
    init(
        _ status: Int, _ type: String, _ code: String, _ detail: String, attr: String? = nil,
        headers: [(name: String, value: String)] = []
    ) {
        response = .json(
            status,
            [
                "type": .string(type), "code": .string(code), "detail": .string(detail),
                "attr": attr.map(JSONValue.string) ?? .null,
            ])
        response.headers += headers
    }

    /// The shape of capture and flags: the message alone.
    init(text status: Int, _ message: String) { response = .text(status, message) }

    static func validation(_ detail: String, code: String = "invalid_input", attr: String? = nil) -> APIError {
        APIError(400, "validation_error", code, detail, attr: attr)
    }

    static let notFound = APIError(404, "invalid_request", "not_found", "Not found.")
    static let endpointNotFound = APIError(404, "invalid_request", "not_found", "Endpoint not found.")

    static func methodNotAllowed(_ method: String) -> APIError {
        APIError(405, "invalid_request", "method_not_allowed", "Method \"\(method)\" not allowed.")
    }

    static func throttled(_ seconds: Int) -> APIError {
        APIError(
            429, "throttled_error", "throttled",
            "Request was throttled. Expected available in \(seconds) second\(seconds == 1 ? "" : "s").",
            headers: [("Retry-After", String(seconds))])
    }

    /// The limit on queries at once says no time.
    static func concurrency(_ limit: Int, team: Int) -> APIError {
        APIError(
            429, "throttled_error", "throttled",
            "Exceeded maximum concurrency limit: \(limit) for key: api:query:per-team:\(team) and task: query")
    }

    /// What an error of ours is called where PostHog's own would stand.
    init(_ error: AirlockError) {
        switch error.code {
        case .invalidQuery, .unsupportedQuery, .unknownObject, .invalidArgument:
            let hint = error.hint.map { ". \($0)" } ?? ""
            self = .validation(error.message + hint, code: "invalid_input")
        case .timedOut:
            self.init(
                504, "server_error", "clickhouse_timeout",
                "Query has hit the max execution time before completing. See our docs for how to improve your query performance."
            )
        default: self.init(500, "server_error", "error", "A server error occurred.")
        }
    }
}

extension HTTPResponse {
    static func json(_ status: Int, _ value: JSONValue) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("Content-Type", "application/json")], body: value.jsonBytes)
    }
}
