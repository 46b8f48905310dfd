internal import AirlockCore
internal import Resilience

/// Why a request has no answer: for users, and for who has to decide what comes next.
struct PostHogFailure: Error {
    var error: AirlockError
    /// The last attempt's own fault, where one was made.
    var fault: PostHogFault?
    /// Whether the same request would fare no better soon.
    var isFinal: Bool
    /// How long PostHog, or the open circuit, asks to be left alone.
    var wait: Duration?

    /// PostHog's, where it gave one.
    var status: Int? { if case .status(let status, _, _)? = fault?.kind { status } else { nil } }

    init(error: AirlockError, isFinal: Bool) {
        self.error = error
        self.isFinal = isFinal
    }

    init(_ error: ResilienceError, _ request: PostHogRequest) {
        fault = error.cause as? PostHogFault
        wait = fault?.retryAfter
        switch error.reason {
        case .failed(.permanent), .failed(.notRepeatable), .cancelled: isFinal = true
        case .circuitOpen(let open):
            isFinal = false
            wait = open.timeLeft
        default: isFinal = false
        }
        self.error = Self.error(error, fault, request)
    }

    private static func error(
        _ error: ResilienceError, _ fault: PostHogFault?, _ request: PostHogRequest
    ) -> AirlockError {
        guard let fault else { return error.airlockError }
        var result = fault.airlockError(of: request)
        switch error.reason {
        // Its own words say all there is to say.
        case .failed(.permanent): return result
        case .failed: result.message += error.attempts > 1 ? ", \(error.attempts) times in a row" : ""
        default:
            var own = error.airlockError
            own.cause = result.message + (result.cause.map { ": \($0)" } ?? "")
            return own
        }
        return result
    }
}
