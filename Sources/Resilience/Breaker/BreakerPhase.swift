/// What a circuit breaker does with calls.
public enum BreakerPhase: String, Sendable, Hashable, CaseIterable {
    /// All go through.
    case closed
    /// None does.
    case open
    /// A few do, as probes.
    case halfOpen = "half_open"
}

/// What an attempt says about the upstream.
public enum BreakerOutcome: String, Sendable, Hashable, CaseIterable {
    case success
    case failure
    /// Nothing, either way.
    case ignored
}

/// A change of phase.
public struct BreakerTransition: Sendable, Hashable {
    public var from: BreakerPhase
    public var to: BreakerPhase
    /// On the breaker's clock.
    public var at: Duration

    public init(from: BreakerPhase, to: BreakerPhase, at: Duration) {
        self.from = from
        self.to = to
        self.at = at
    }
}

/// That a circuit is open.
public struct CircuitOpen: Error, Sendable, Hashable {
    /// What is left until the next probe; zero when one is under way.
    public var timeLeft: Duration
    /// `open`, or `half_open` when the probes are under way.
    public var phase: BreakerPhase

    public init(timeLeft: Duration, phase: BreakerPhase) {
        self.timeLeft = timeLeft
        self.phase = phase
    }
}
