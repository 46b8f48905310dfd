public import AirlockCore

/// When a failed attempt is made again.
///
/// The wait before the n-th retry is drawn evenly from zero to `firstDelay` × 2^(n-1), at most `maxDelay`: "full
/// jitter" of "Exponential Backoff and Jitter" (AWS Architecture Blog), which of the ways compared there finishes
/// soonest with the fewest calls.
public struct RetrySettings: Sendable, Hashable {
    /// Attempts in all, the first among them. Default 5, at least 1.
    public var maxAttempts = 5
    /// The longest wait before the first retry; it doubles with each. Default 1 s.
    public var firstDelay = Duration.seconds(1)
    /// What the longest wait grows to. Default 32 s.
    public var maxDelay = Duration.seconds(32)
    /// The shortest wait after an attempt that was throttled without a word on how long. Default 1 s.
    public var minThrottleDelay = Duration.seconds(1)
    /// The longest such wait, until the doubling passes it. Default 5 s.
    public var maxThrottleDelay = Duration.seconds(5)
    /// An attempt is given up after this time. Default 30 s.
    public var attemptTimeout = Duration.seconds(30)
    /// A call is given up after this time, waits and all, unless its caller asks for less. Default 120 s.
    public var totalTimeout = Duration.seconds(120)

    public init() {}

    /// What is wrong with the values, each by its name under `pointer`.
    public func problems(under pointer: String = "") -> [Problem] {
        var found = SettingProblems(pointer: pointer)
        found.require(maxAttempts, "maxAttempts", from: 1, to: 100)
        found.require(firstDelay, "firstDelay", from: .milliseconds(1), to: .seconds(3600))
        found.require(maxDelay, "maxDelay", from: .milliseconds(1), to: .seconds(3600))
        found.require(firstDelay <= maxDelay, "maxDelay", "must not be below firstDelay")
        found.require(minThrottleDelay, "minThrottleDelay", from: .zero, to: .seconds(3600))
        found.require(maxThrottleDelay, "maxThrottleDelay", from: minThrottleDelay, to: .seconds(3600))
        found.require(attemptTimeout, "attemptTimeout", from: .milliseconds(1), to: .seconds(86400))
        found.require(totalTimeout, "totalTimeout", from: .milliseconds(1), to: .seconds(86400))
        return found.problems
    }
}
