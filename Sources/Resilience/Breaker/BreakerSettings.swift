public import AirlockCore

/// When a circuit opens, and how it closes again.
public struct BreakerSettings: Sendable, Hashable {
    /// The span that calls are judged over. Default 60 s.
    public var window = Duration.seconds(60)
    /// Fewer calls in the window are not judged. Default 5.
    public var minimumCalls = 5
    /// Fewer failures in the window do not open the circuit. Default 5.
    public var failureCount = 5
    /// Nor does a smaller share of failures. Default 0.5.
    public var failureRate = 0.5
    /// How long an open circuit lets nothing through before its first probe. Default 15 s.
    public var probeInterval = Duration.seconds(15)
    /// What the interval is multiplied with after a failed probe; 1 keeps it fixed. Default 2.
    public var probeGrowth = 2
    /// What the interval grows to. Default 60 s.
    public var longestProbeInterval = Duration.seconds(60)
    /// Probes that may be under way at a time. Default 1.
    public var probes = 1
    /// Probes that must go well, with none going wrong, before the circuit closes. Default 1.
    public var successesToClose = 1
    /// A probe without an outcome after this time no longer keeps the next one away. Default 120 s.
    public var probeTimeout = Duration.seconds(120)
    /// An attempt that its caller cut off sooner than this says nothing about the upstream. Default 1 s.
    public var patience = Duration.seconds(1)

    public init() {}

    /// What is wrong with the values, each by its name under `pointer`.
    public func problems(under pointer: String = "") -> [Problem] {
        var found = SettingProblems(pointer: pointer)
        found.require(window, "window", from: .milliseconds(10), to: .seconds(86400))
        found.require(minimumCalls, "minimumCalls", from: 1, to: 1_000_000)
        found.require(failureCount, "failureCount", from: 1, to: 1_000_000)
        found.require(failureRate, "failureRate", from: 0, to: 1)
        found.require(probeInterval, "probeInterval", from: .milliseconds(1), to: .seconds(86400))
        found.require(probeGrowth, "probeGrowth", from: 1, to: 100)
        found.require(longestProbeInterval, "longestProbeInterval", from: probeInterval, to: .seconds(86400))
        found.require(probes, "probes", from: 1, to: 1000)
        found.require(successesToClose, "successesToClose", from: 1, to: 1000)
        found.require(probeTimeout, "probeTimeout", from: .milliseconds(1), to: .seconds(86400))
        found.require(patience, "patience", from: .zero, to: .seconds(86400))
        return found.problems
    }
}
