public import AirlockCore

/// Endpoints of an upstream that share its limits and its health: queries, say, and all the rest.
public final class EndpointGroup: Sendable {
    /// How a group's calls are treated. What is `nil` is not done.
    public struct Settings: Sendable, Hashable {
        public var retry = RetrySettings()
        public var breaker: BreakerSettings? = BreakerSettings()
        public var rateLimit: RateLimitSettings? = RateLimitSettings()
        public var bulkhead: BulkheadSettings? = BulkheadSettings()

        public init() {}

        /// For `/query/`: 240 a minute, 2,400 an hour, 3 at a time.
        public static var queries: Settings {
            var settings = Settings()
            settings.rateLimit = .queries
            settings.bulkhead = .queries
            return settings
        }

        /// What is wrong with the values, each by its name under `pointer`.
        public func problems(under pointer: String = "") -> [Problem] {
            retry.problems(under: pointer + "/retry")
                + (breaker?.problems(under: pointer + "/breaker") ?? [])
                + (rateLimit?.problems(under: pointer + "/rateLimit") ?? [])
                + (bulkhead?.problems(under: pointer + "/bulkhead") ?? [])
        }
    }

    /// In events, errors and metrics.
    public let name: String
    public let settings: Settings
    public let breaker: CircuitBreaker?
    public let limiter: RateLimiter?
    public let bulkhead: Bulkhead?
    let clock: any ResilienceClock
    let observer: any ResilienceObserver

    /// - Parameter observer: is told of whatever happens to the group's calls.
    public init(
        _ name: String, _ settings: Settings = Settings(), clock: any ResilienceClock = SystemClock(),
        observer: any ResilienceObserver = SilentObserver()
    ) {
        self.name = name
        self.settings = settings
        self.clock = clock
        self.observer = observer
        breaker = settings.breaker.map {
            CircuitBreaker($0, clock: clock) { transition in
                observer.observe(
                    ResilienceEvent(group: name, call: nil, at: transition.at, kind: .breakerTransition(transition)))
            }
        }
        limiter = settings.rateLimit.map { RateLimiter($0, clock: clock) }
        bulkhead = settings.bulkhead.map { Bulkhead($0, clock: clock) }
    }

    /// How the group stands, for a health check.
    public struct Health: Sendable {
        /// `nil` without a breaker.
        public var phase: BreakerPhase?
        /// Until an open circuit lets a probe through.
        public var untilProbe: Duration
        /// What a call would have to wait for the rate limit.
        public var wait: Duration
        /// How many calls each window would still let through at once.
        public var remaining: [(window: RateWindow, calls: Int)]
        /// Calls under way, and those waiting for a place.
        public var running: Int
        public var waiting: Int
    }

    public var health: Health {
        Health(
            phase: breaker?.phase, untilProbe: breaker?.refusal()?.timeLeft ?? .zero, wait: limiter?.wait() ?? .zero,
            remaining: limiter?.remaining ?? [], running: bulkhead?.running ?? 0, waiting: bulkhead?.waiting ?? 0)
    }
}
