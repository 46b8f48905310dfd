public import AirlockCore

/// One call to an upstream, as its caller wants it.
public struct ResilientCall<Value: Sendable>: Sendable {
    /// A constant name for logs and metrics: the method.
    public var name: String
    public var group: EndpointGroup
    /// Everything the answer depends on. `nil`, the default, is for what is neither cached nor coalesced: writes.
    public var key: CacheKey?
    /// The call is given up after this time, or after the group's `totalTimeout` if that is less. Default: the latter.
    public var timeout: Duration?
    /// How old a kept answer may be. Default zero: the upstream is asked.
    public var maximumAge = Duration.zero
    /// How old a kept answer may be that stands in when the upstream fails (RFC 5861 §4). Default `nil`: none may.
    public var staleIfError: Duration?
    /// Whether the answer of an identical call that is under way will do. Default true.
    public var coalesces = true
    /// Whether the upstream may get the request twice. Default false.
    public var isRepeatable = false
    /// What a value weighs in the cache. Default nothing but the entry's overhead.
    public var weigh: @Sendable (Value) -> ByteCount = { _ in ByteCount(0) }
    /// Whether an attempt ends by itself once its `timeLeft` is over, as one does that hands it to its transport. Default
    /// false: then it is given a task of its own, which is cancelled at that moment.
    public var keepsTime = false
    /// Makes one attempt. It has to end when its task is cancelled.
    public var attempt: @Sendable (Attempt) async throws -> Value
    /// What an error of `attempt` means.
    public var classify: @Sendable (any Error) -> Failure

    public init(
        _ name: String, in group: EndpointGroup, key: CacheKey? = nil,
        classify: @escaping @Sendable (any Error) -> Failure,
        attempt: @escaping @Sendable (Attempt) async throws -> Value
    ) {
        self.name = name
        self.group = group
        self.key = key
        self.classify = classify
        self.attempt = attempt
    }
}

/// What an attempt is told.
public struct Attempt: Sendable, Hashable {
    /// From 1.
    public var number: Int
    /// What it has until it is cancelled.
    public var timeLeft: Duration
}

/// The answer to a call.
public struct ResilientReply<Value: Sendable>: Sendable {
    /// Where it comes from.
    public enum Source: String, Sendable, Hashable {
        case upstream, cache
        /// An identical call that was under way.
        case coalesced
        /// The cache, since the upstream failed.
        case stale
    }

    public var value: Value
    /// How long before this call the upstream was asked for it; zero if because of this call.
    public var age: Duration
    public var source: Source
    /// Attempts made for it, by whichever call; none for one from the cache.
    public var attempts: Int
    /// What failed, if `source` is `stale`.
    public var failure: ResilienceError?
}
