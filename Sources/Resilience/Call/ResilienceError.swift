public import AirlockCore

/// Why a call has no answer.
public struct ResilienceError: Error, Sendable {
    public enum Reason: Sendable, Hashable {
        case circuitOpen(CircuitOpen)
        case rateLimited(RateLimited)
        /// So many calls wait for a place already.
        case busy(waiting: Int)
        /// The call's time was up while it waited.
        case deadline
        case cancelled
        /// The last attempt failed, and no other follows.
        case failed(RetryStop)
    }

    public var reason: Reason
    /// The endpoint group.
    public var group: String
    /// Attempts that were made.
    public var attempts: Int
    /// The last attempt's own error, if one was made.
    public var cause: (any Error)?

    public init(_ reason: Reason, group: String, attempts: Int, cause: (any Error)? = nil) {
        self.reason = reason
        self.group = group
        self.attempts = attempts
        self.cause = cause
    }

    /// Whether more time might have made the difference.
    var isLackOfTime: Bool {
        switch reason {
        case .deadline, .failed(.deadline): true
        case .rateLimited(let limited): limited.reason == .deadline
        default: false
        }
    }

    /// Whether an old answer may stand in: the upstream gave none. One that refuses the request did.
    var isOutage: Bool {
        switch reason {
        case .cancelled, .failed(.permanent): false
        default: true
        }
    }
}

extension ResilienceError: CustomStringConvertible {
    /// One sentence, without a final stop and without what the upstream said.
    public var description: String {
        switch reason {
        case .circuitOpen(let open) where open.phase == .halfOpen:
            "\(group) calls have been failing; one is under way to see whether they work again"
        case .circuitOpen(let open):
            "\(group) calls have been failing and are stopped for another \(open.timeLeft.shortText)"
        case .rateLimited(let limited) where limited.reason == .tooManyWaiting:
            "too many \(group) calls wait for the rate limit; this one would have waited \(limited.wait.shortText)"
        case .rateLimited(let limited):
            "the rate limit for \(group) calls asks for a wait of \(limited.wait.shortText), more than this call has"
        case .busy(let waiting): "\(waiting) \(group) calls wait already"
        case .deadline: "the \(group) call was not done in its time"
        case .cancelled: "the \(group) call was cancelled"
        case .failed(let stop): "the \(group) call failed\(after)\(stop.explanation)"
        }
    }

    private var after: String { attempts > 1 ? " \(attempts) times" : "" }

    /// What to do about it.
    public var hint: String? {
        switch reason {
        case .circuitOpen(let open): "Try again in \(max(open.timeLeft, .seconds(1)).shortText)."
        case .rateLimited(let limited): "Try again in \(limited.wait.shortText), or make fewer calls."
        case .busy: "Make fewer calls at a time."
        case .deadline, .failed(.deadline): "Give the call more time, or try again later."
        case .cancelled, .failed(.permanent): nil
        case .failed(.notRepeatable): "Find out whether it took effect before you repeat it."
        case .failed: "Try again later."
        }
    }

    /// The error as module borders have it: `timed_out`, `cancelled` or `upstream_failed`. Its `cause` is left to the
    /// caller, who knows what may be said of it.
    public var airlockError: AirlockError {
        let code: AirlockError.Code =
            switch reason {
            case .deadline: .timedOut
            case .cancelled: .cancelled
            default: .upstreamFailed
            }
        return AirlockError(code, description, hint: hint)
    }
}

extension RetryStop {
    fileprivate var explanation: String {
        switch self {
        case .permanent, .attempts: ""
        case .notRepeatable: ", and it is not one to be repeated"
        case .deadline: ", and its time does not suffice for another attempt"
        case .budget: ", and too many calls are being repeated already"
        case .circuitOpen: ", and such calls are stopped for now"
        }
    }
}

/// An attempt that did not end in its time.
public struct AttemptTimeout: Error, Sendable, Hashable, CustomStringConvertible {
    public var after: Duration

    public var description: String { "no answer within \(after.shortText)" }
}
