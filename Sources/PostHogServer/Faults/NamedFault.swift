internal import AirlockCore

/// PostHog's own failures, by a name: their status, headers and bodies.
enum NamedFault: String, CaseIterable {
    /// 429 with `Retry-After`.
    case rateLimit = "rate_limit"
    case rateLimitWithoutRetryAfter = "rate_limit_without_retry_after"
    /// 429 for too many queries at once.
    case concurrency
    case serverError = "server_error"
    case badGateway = "bad_gateway"
    /// 503 with PostHog's message.
    case busy
    case gatewayTimeout = "gateway_timeout"
    /// 512: the query would take too long.
    case tooLong = "too_long"
    case billing
    /// 404 on polling: the query's status has expired.
    case expired
    /// Plain texts of capture and flags.
    case captureRetry = "capture_retry"
    case captureRateLimit = "capture_rate_limit"
    case captureBilling = "capture_billing"
    case captureInvalid = "capture_invalid"
    case captureTooLarge = "capture_too_large"
    case flagsUnavailable = "flags_unavailable"
    case flagsQuota = "flags_quota"
    /// 200 for an event that is dropped.
    case drop
    case notModified = "not_modified"
    case truncatedJSON = "truncated_json"
    case html
    case reset
    case close

    /// - Parameter retryAfter: seconds, for those that say them.
    func fault(retryAfter: Int) -> Fault {
        switch self {
        case .rateLimit: Fault(reply: reply(APIError.throttled(retryAfter)))
        case .rateLimitWithoutRetryAfter:
            Fault(reply: reply(APIError(429, "throttled_error", "throttled", "Request was throttled.")))
        case .concurrency: Fault(reply: reply(.concurrency(3, team: 1)))
        case .serverError: Fault(reply: reply(APIError(500, "server_error", "error", "A server error occurred.")))
        case .badGateway: page(502, "502 Bad Gateway")
        case .busy:
            Fault(
                reply: reply(
                    APIError(
                        503, "server_error", "clickhouse_at_capacity",
                        "Queries are a little too busy right now. We're working to free up resources. Please try again later."
                    )))
        case .gatewayTimeout: page(504, "504 Gateway Time-out")
        case .tooLong:
            Fault(
                reply: reply(
                    APIError(
                        512, "server_error", "clickhouse_estimated_query_execution_time_too_long",
                        "Estimated query execution time is too long. Try reducing its scope by changing the time range."
                    )))
        case .billing:
            Fault(
                reply: reply(
                    APIError(
                        402, "quota_limited", "payment_required",
                        "Your organization has reached its limit. Please upgrade your plan.")))
        case .expired: Fault(reply: reply(APIError(404, "invalid_request", "not_found", "Query not found.")))
        case .captureRetry: text(503, "transient error, please retry")
        case .captureRateLimit: text(429, "rate limited")
        case .captureBilling: text(429, "billing limit reached")
        case .captureInvalid: text(400, "event submitted with an empty event name")
        case .captureTooLarge: text(413, "length limit exceeded")
        case .flagsUnavailable:
            text(503, "Service is currently unavailable. Please try again later.")
        case .flagsQuota:
            Fault(
                reply: reply(
                    HTTPResponse.json(
                        200,
                        [
                            "errorsWhileComputingFlags": false, "flags": [:], "quotaLimited": ["feature_flags"],
                            "requestId": "00000000-0000-4000-8000-000000000000",
                        ])))
        case .drop: Fault(reply: reply(HTTPResponse.json(200, ["status": "Ok"])))
        case .notModified: Fault(reply: FaultReply(status: 304))
        case .truncatedJSON: Fault(wire: WireFault(ending: .close(afterBodyBytes: 16)))
        case .html: page(200, "Welcome")
        case .reset: Fault(wire: WireFault(ending: .resetBeforeHead))
        case .close: Fault(wire: WireFault(ending: .closeBeforeHead))
        }
    }

    private func reply(_ error: APIError) -> FaultReply { reply(error.response) }

    private func reply(_ response: HTTPResponse) -> FaultReply {
        FaultReply(
            status: response.status,
            headers: Dictionary(response.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }),
            body: response.body)
    }

    private func text(_ status: Int, _ text: String) -> Fault { Fault(reply: reply(.text(status, text))) }

    private func page(_ status: Int, _ title: String) -> Fault {
        let body = "<html><head><title>\(title)</title></head><body><h1>\(title)</h1></body></html>"
        return Fault(
            reply: FaultReply(status: status, headers: ["Content-Type": "text/html"], body: Array(body.utf8)))
    }
}
