/// What a failed attempt means for the next one. The caller says so: it knows the protocol.
public struct Failure: Sendable, Hashable {
    /// What kind of failure it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The upstream was asked too often: HTTP 429.
        case throttled
        /// It may go well the next time: no connection, a reset, a time-out, HTTP 500, 502, 503.
        case transient
        /// It will not: the request is wrong, or not allowed.
        case permanent
    }

    public var kind: Kind
    /// How long the upstream asked to be left alone, where it said so.
    public var retryAfter: Duration?
    /// Whether the upstream may have acted on the request. False only when it is known that it did not: nothing was
    /// sent, or it said that it refused before doing anything.
    public var mayHaveRun: Bool
    /// What the circuit breaker is to make of it.
    public var breaker: BreakerOutcome
    /// What failed, in a constant word for logs and metrics: `http_503`, `connect`. Empty where nobody said.
    public var name = ""

    public init(_ kind: Kind, retryAfter: Duration? = nil, mayHaveRun: Bool = true, breaker: BreakerOutcome) {
        self.kind = kind
        self.retryAfter = retryAfter
        self.mayHaveRun = mayHaveRun
        self.breaker = breaker
    }

    /// The usual reading: a transient failure speaks against the upstream, a permanent one shows that it answers, and
    /// being throttled says neither.
    public init(_ kind: Kind, retryAfter: Duration? = nil, mayHaveRun: Bool = true) {
        let outcome: BreakerOutcome =
            switch kind {
            case .throttled: .ignored
            case .transient: .failure
            case .permanent: .success
            }
        self.init(kind, retryAfter: retryAfter, mayHaveRun: mayHaveRun, breaker: outcome)
    }
}
