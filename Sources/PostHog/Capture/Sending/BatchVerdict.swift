internal import AirlockCore
internal import HTTPTransport
internal import Resilience

/// What PostHog's answer to a batch means for the events in it.
enum BatchVerdict: Sendable {
    case accepted
    /// At least one of them is at fault, and it is not said which.
    case refused(reason: String)
    /// All of them together are too large.
    case tooLarge
    /// They are not at fault, and wait. `isFinal`: trying again soon is of no use.
    case unsent(AirlockError, isFinal: Bool, wait: Duration?)

    /// An answer that looks like a success.
    ///
    /// PostHog says `{"status":"Ok"}`, older servers `{"status":1}`. Whatever else answers 200 is not PostHog: the page of a
    /// proxy must not make an event count as sent.
    init(_ answer: PostHogAnswer) {
        if let limited = Self.limited(answer.body) {
            self = .unsent(
                AirlockError(
                    .upstreamFailed, "PostHog drops the project's events: its quota of \(limited) is used up",
                    hint: "Look at the project's billing page. The events wait; 'airlock capture --pending' sends them."
                ), isFinal: true, wait: nil)
        } else if (200...299).contains(answer.status), Self.isConfirmation(answer.body["status"]) {
            self = .accepted
        } else {
            self = .unsent(
                AirlockError(
                    .upstreamFailed, "what answers for PostHog does not say that it took the events",
                    hint: "Check that POSTHOG_API_URL and POSTHOG_INGESTION_URL are PostHog's and not a proxy's."),
                isFinal: true, wait: nil)
        }
    }

    private static func isConfirmation(_ status: JSONValue?) -> Bool {
        status?.intValue == 1 || status?.stringValue?.lowercased() == "ok"
    }

    /// A success that says that nothing was kept. A quota of recordings is none of ours.
    private static func limited(_ body: JSONValue) -> String? {
        let list = (body["quota_limited"] ?? body["quotaLimited"])?.arrayValue ?? []
        return list.compactMap(\.stringValue).first { $0 != "recordings" && $0 != "feature_flags" }
            .flatMap(PostHogFault.presentable)
    }

    init(_ failure: PostHogFailure) {
        guard case .status(let status, let detail, _)? = failure.fault?.kind else {
            self = .unsent(failure.error, isFinal: failure.isFinal, wait: failure.wait)
            return
        }
        switch status {
        case 400: self = .refused(reason: detail ?? "without a reason")
        case 413: self = .tooLarge
        default: self = .unsent(failure.error, isFinal: failure.isFinal, wait: failure.wait)
        }
    }
}
