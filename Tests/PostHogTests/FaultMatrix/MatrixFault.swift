import AirlockCore
import PostHogServer

/// Something that goes wrong on the way to PostHog, or there.
struct MatrixFault: Sendable {
    var name: String
    /// A rule of the server's fault script, without its path and calls.
    var rule: String
    /// For the connection itself, in the place of a rule.
    var tls: TLSFault?
    /// Whether PostHog keeps silent until somebody's patience ends.
    var isSilent = false
    /// Whether it replaces an answer that has a `next`.
    var isForLists = false
    /// Ingestion has faults that the app has not.
    var isForEvents = false

    init(
        _ name: String, _ rule: String = "{}", tls: TLSFault? = nil, isSilent: Bool = false, isForLists: Bool = false,
        isForEvents: Bool = false
    ) {
        self.name = name
        self.rule = rule
        self.tls = tls
        self.isSilent = isSilent
        self.isForLists = isForLists
        self.isForEvents = isForEvents
    }

    /// - Parameter path: of the calls it hits; the first of them alone with `once`.
    func script(path: String, once: Bool) throws -> FaultScript {
        guard tls == nil else { return FaultScript(tls: tls ?? .plainText) }
        var members = try JSONValue(json: rule).objectValue ?? JSONObject()
        members["path"] = .string(path)
        if once { members["calls"] = 1 }
        return try FaultScript(json: JSONValue.object(["rules": [.object(members)]]).json)
    }

    static let all: [MatrixFault] = [
        MatrixFault("429, `Retry-After: 2`", #"{"fault": "rate_limit", "retry_after": 2}"#),
        MatrixFault("429, `Retry-After: 3600`", #"{"fault": "rate_limit", "retry_after": 3600}"#),
        MatrixFault("429 without `Retry-After`", #"{"fault": "rate_limit_without_retry_after"}"#),
        MatrixFault("429, too many at once", #"{"fault": "concurrency"}"#),
        MatrixFault("500", #"{"fault": "server_error"}"#), MatrixFault("502", #"{"fault": "bad_gateway"}"#),
        MatrixFault("503", #"{"fault": "busy"}"#),
        MatrixFault(
            "503, `Retry-After` as a date that has passed",
            #"{"reply": {"status": 503, "headers": {"Retry-After": "Fri, 01 Jan 2021 00:00:00 GMT"}}}"#),
        MatrixFault("504", #"{"fault": "gateway_timeout"}"#), MatrixFault("512", #"{"fault": "too_long"}"#),
        MatrixFault("402", #"{"fault": "billing"}"#),
        MatrixFault("401, the answer repeats the keys", #"{"reply": {"status": 401, "json": {"detail": "KEYS"}}}"#),
        MatrixFault(
            "403", #"{"reply": {"status": 403, "json": {"detail": "API key missing required scope 'x:read'"}}}"#),
        MatrixFault("404", #"{"fault": "expired"}"#),
        MatrixFault("reset", #"{"fault": "reset"}"#),
        MatrixFault("reset after the work was done", #"{"fault": "reset", "handled": true}"#),
        MatrixFault("connection closed without an answer", #"{"fault": "close"}"#),
        MatrixFault("JSON cut off by the connection's end", #"{"fault": "truncated_json"}"#),
        MatrixFault("JSON cut off, whole by its length", #"{"reply": {"status": 200, "text": "{\"results\": ["}}"#),
        MatrixFault("a proxy's page", #"{"fault": "html"}"#),
        MatrixFault("more than the largest answer", #"{"oversize": 2000000}"#),
        MatrixFault("a body of one byte a second", #"{"slow": 1}"#, isSilent: true),
        MatrixFault("no answer at all", #"{"delay": "1h"}"#, isSilent: true),
        MatrixFault("304", #"{"fault": "not_modified"}"#),
        MatrixFault("redirect to another host", #"{"redirect": "https://elsewhere.example/"}"#),
        MatrixFault("a server without TLS", tls: .plainText), MatrixFault("TLS: an alert", tls: .alert),
        MatrixFault("TLS: garbage", tls: .garbage), MatrixFault("TLS: reset", tls: .reset),
        MatrixFault("`next` on another host", #"{"next_origin": "https://elsewhere.example"}"#, isForLists: true),
        MatrixFault("400 in plain text", #"{"fault": "capture_invalid"}"#, isForEvents: true),
        MatrixFault("413 in plain text", #"{"fault": "capture_too_large"}"#, isForEvents: true),
        MatrixFault("429 in plain text", #"{"fault": "capture_billing"}"#, isForEvents: true),
        MatrixFault("503 in plain text", #"{"fault": "capture_retry"}"#, isForEvents: true),
        MatrixFault("503 after the work was done", #"{"fault": "capture_retry", "handled": true}"#, isForEvents: true),
        MatrixFault(
            "200 with `quota_limited`",
            #"{"reply": {"status": 200, "json": {"status": "Ok", "quota_limited": ["events"], "quotaLimited": ["feature_flags"], "flags": {}}}}"#,
            isForEvents: true),
        MatrixFault("200, and nothing is kept", #"{"fault": "drop"}"#, isForEvents: true),
    ]
}
