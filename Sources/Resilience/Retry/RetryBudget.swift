public import AirlockCore

/// A token bucket that bounds retries over all calls, so that an upstream in trouble is not asked several times as
/// often as a healthy one (the idea is that of Finagle's `RetryBudget`).
///
/// Each call pays in a share of a token, time pays in a little, and each retry takes a token out. So in any span with
/// `n` calls and `t` seconds, retries are at most `capacity` + `share` × n + `floorPerSecond` × t.
public struct RetryBudget: Sendable {
    public struct Settings: Sendable, Hashable {
        /// Retries for each call. Default 0.2.
        public var share = 0.2
        /// Retries for each second, whatever the calls. Default 0.1.
        public var floorPerSecond = 0.1
        /// Retries that can be saved up; what is there at the start. Default 10.
        public var capacity = 10.0

        public init() {}

        /// What is wrong with the values, each by its name under `pointer`.
        public func problems(under pointer: String = "") -> [Problem] {
            var found = SettingProblems(pointer: pointer)
            found.require(share, "share", from: 0, to: 10)
            found.require(floorPerSecond, "floorPerSecond", from: 0, to: 1000)
            found.require(capacity, "capacity", from: 0, to: 1_000_000)
            return found.problems
        }
    }

    public let settings: Settings
    private var tokens: Double
    private var filledAt: Duration

    public init(_ settings: Settings = Settings(), now: Duration) {
        self.settings = settings
        tokens = settings.capacity
        filledAt = now
    }

    /// Pays in for a call, once, however often it is attempted.
    public mutating func recordCall(now: Duration) {
        refill(now)
        add(settings.share)
    }

    /// Whether a retry may be made.
    public mutating func isAvailable(now: Duration) -> Bool {
        refill(now)
        return tokens >= 1
    }

    /// Takes the token for a retry, and tells whether there was one.
    public mutating func withdraw(now: Duration) -> Bool {
        guard isAvailable(now: now) else { return false }
        tokens -= 1
        return true
    }

    private mutating func refill(_ now: Duration) {
        guard now > filledAt else { return }
        add((now - filledAt).inSeconds * settings.floorPerSecond)
        filledAt = now
    }

    private mutating func add(_ amount: Double) { tokens = min(settings.capacity, tokens + max(0, amount)) }
}
