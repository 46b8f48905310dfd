internal import AirlockCore
internal import HTTPTransport

extension PostHogFault {
    /// The error as a script's author, or a caller of the command line, reads it.
    func airlockError(of request: PostHogRequest) -> AirlockError {
        switch kind {
        case .transport(let error): AirlockError(error)
        case .malformed(let reason):
            AirlockError(
                .upstreamFailed, "PostHog's answer cannot be read: \(reason)",
                hint: "Check that the URL is PostHog's and not a proxy's.")
        case .status(let status, let detail, let code):
            Self.error(status, detail, code, request)
        }
    }

    private static func error(
        _ status: Int, _ detail: String?, _ code: String?, _ request: PostHogRequest
    ) -> AirlockError {
        func upstream(_ message: String, _ hint: String?) -> AirlockError {
            AirlockError(.upstreamFailed, message, hint: hint, cause: detail)
        }
        switch status {
        case 400 where request.group == .queries || request.name == PostHogRequest.queryStatus:
            return AirlockError(
                .invalidQuery, "PostHog refuses the query: \(detail ?? "without a reason")",
                hint: hint(for: code))
        case 400:
            return AirlockError(
                .invalidArgument, "PostHog refuses the request: \(detail ?? "without a reason")",
                hint: "See docs/posthog.md for what \(request.name) takes.")
        case 401:
            return upstream(
                "PostHog does not accept the key",
                request.side == .app
                    ? "Check the personal API key (phx_…): that it is whole, not revoked, and of this region."
                    : "Check the project API key (phc_…) and the region.")
        case 402:
            return upstream("PostHog's plan does not cover this call", "Look at the project's billing page.")
        case 403:
            return upstream(
                "PostHog does not allow this call to the key",
                "Give the personal API key the scope that is named, and access to the project.")
        case 404:
            return AirlockError(
                .unknownObject, "PostHog has no such object",
                hint: "Check the project's number and the object's id.", cause: detail)
        case 413: return upstream("the request is too large for PostHog", "Send less at a time: 20 MB is the most.")
        case 429:
            return upstream("PostHog's rate limit is reached", "Wait, or make fewer calls; other clients count, too.")
        case 503: return upstream("PostHog has no capacity at the moment", "Try again in a minute.")
        case 504, 512:
            guard request.group == .queries else {
                return AirlockError(
                    .timedOut, "PostHog gave up on the call: it took too long", hint: "Try again in a minute.",
                    cause: detail)
            }
            return timedOut(status, detail)
        default:
            return upstream("PostHog answered with status \(status)", status >= 500 ? "Try again later." : nil)
        }
    }

    private static func timedOut(_ status: Int, _ detail: String?) -> AirlockError {
        if status == 504 {
            return AirlockError(
                .timedOut, "PostHog gave up on the query: it took too long, or too much memory",
                hint: "Ask for a shorter period, fewer columns or a sample.", cause: detail)
        }
        return AirlockError(
            .timedOut, "PostHog expects the query to take too long",
            hint: "Ask for a shorter period, or filter on the event.", cause: detail)
    }

    private static func hint(for code: String?) -> String {
        switch code {
        case .some(let code) where !code.isEmpty && code != "invalid_input" && code != "error":
            "PostHog calls it \(code). 'airlock query --explain' shows how the query is read."
        default: "'airlock query --explain' shows how the query is read."
        }
    }
}
