/// Whether a failed attempt is made again.
public enum RetryDecision: Sendable, Hashable {
    /// After this time.
    case wait(Duration)
    case giveUp(RetryStop)
}

/// Why a call is not attempted again.
public enum RetryStop: String, Sendable, Hashable, CaseIterable {
    /// The failure is permanent.
    case permanent
    /// The upstream may have acted on the request, and it is not one that may be sent twice.
    case notRepeatable = "not_repeatable"
    /// `maxAttempts` were made.
    case attempts
    /// The wait would end after the call's deadline.
    case deadline
    /// Retries are used up for now, over all calls.
    case budget
    /// The circuit breaker would refuse the next attempt.
    case circuitOpen = "circuit_open"
}

/// Everything a decision rests on.
public struct RetryQuestion: Sendable {
    /// The attempts made so far, from 1.
    public var attempts: Int
    public var failure: Failure
    /// Whether the request may be sent twice: it is idempotent, or was marked as repeatable.
    public var isRepeatable: Bool
    /// What is left until the call's deadline.
    public var timeLeft: Duration
    /// Whether the budget has a retry to give.
    public var isBudgeted: Bool
    /// Evenly distributed from 0 up to 1.
    public var random: Double

    public init(
        attempts: Int, failure: Failure, isRepeatable: Bool, timeLeft: Duration, isBudgeted: Bool, random: Double
    ) {
        self.attempts = attempts
        self.failure = failure
        self.isRepeatable = isRepeatable
        self.timeLeft = timeLeft
        self.isBudgeted = isBudgeted
        self.random = random
    }
}

extension RetrySettings {
    /// The decision: a function of the question and nothing else.
    ///
    /// A wait that the upstream asked for is never cut short. It is the call that ends when its deadline comes first:
    /// asking early would be refused, and be counted against us. The jitter comes on top of it, so that the callers
    /// who were sent away together do not return together.
    public func decide(_ question: RetryQuestion) -> RetryDecision {
        let failure = question.failure
        if failure.kind == .permanent { return .giveUp(.permanent) }
        if failure.mayHaveRun, !question.isRepeatable { return .giveUp(.notRepeatable) }
        if question.attempts >= maxAttempts { return .giveUp(.attempts) }
        let wait = delay(beforeRetry: question.attempts, after: failure, random: question.random)
        if wait >= question.timeLeft { return .giveUp(.deadline) }
        return question.isBudgeted ? .wait(wait) : .giveUp(.budget)
    }

    /// The longest wait before the n-th retry, from 1: `firstDelay`, doubled each time, up to `maxDelay`.
    public func ceiling(beforeRetry number: Int) -> Duration {
        var ceiling = firstDelay.bounded
        var doublings = max(number, 1) - 1
        while doublings > 0, ceiling > .zero, ceiling < maxDelay.bounded {
            ceiling *= 2
            doublings -= 1
        }
        return min(ceiling, maxDelay.bounded)
    }

    private func delay(beforeRetry number: Int, after failure: Failure, random: Double) -> Duration {
        if let asked = failure.retryAfter { return asked.bounded + firstDelay.share(random) }
        let ceiling = ceiling(beforeRetry: number)
        guard failure.kind == .throttled else { return ceiling.share(random) }
        // A queue that is full will not be empty in a millisecond, so this wait has a lower end.
        let least = minThrottleDelay.bounded
        return least + (max(ceiling, maxThrottleDelay.bounded) - least).share(random)
    }
}
