/// Something that happened to a call, for logs and metrics.
public struct ResilienceEvent: Sendable {
    public enum Kind: Sendable {
        /// The cache had an answer of this age.
        case cacheHit(age: Duration)
        case cacheMiss
        /// The upstream failed, and the caller takes this old answer instead.
        case cacheStale(age: Duration)
        /// So many entries had to go for a new one.
        case cacheEvicted(entries: Int)
        /// The same call was under way already.
        case coalesced
        case rateLimitWaited(Duration)
        case rateLimitRefused(RateLimited)
        /// The upstream asked to be left alone for this long.
        case rateLimitPaused(Duration)
        case bulkheadWaited(Duration)
        /// No place came free in time, or too many waited for one.
        case bulkheadRefused
        case breakerRefused(CircuitOpen)
        case breakerTransition(BreakerTransition)
        /// Attempts count from 1.
        case attemptBegan(number: Int)
        case attemptSucceeded(number: Int, latency: Duration)
        case attemptFailed(number: Int, latency: Duration, Failure)
        /// The caller went away.
        case attemptCancelled(number: Int, latency: Duration)
        /// The next attempt comes after `wait`.
        case retry(after: Int, wait: Duration)
        case gaveUp(RetryStop, attempts: Int)
    }

    /// The endpoint group.
    public var group: String
    /// The call's name; `nil` for what concerns the group as a whole.
    public var call: String?
    /// On the group's clock.
    public var at: Duration
    public var kind: Kind

    public init(group: String, call: String?, at: Duration, kind: Kind) {
        self.group = group
        self.call = call
        self.at = at
        self.kind = kind
    }
}

/// Is told of what happens to calls: from any thread, several at a time. Must return soon.
///
/// It is called in the task of the call, so task-local values, such as a span or a run's id, are that call's; calls that
/// were coalesced are told of in the task of the first.
public protocol ResilienceObserver: Sendable {
    func observe(_ event: ResilienceEvent)
}

/// Does nothing.
public struct SilentObserver: ResilienceObserver {
    public init() {}
    public func observe(_ event: ResilienceEvent) {}
}
