public import AirlockCore

/// At most `maxCalls` in any span of `period`.
public struct RateWindow: Sendable, Hashable {
    public var maxCalls: Int
    public var period: Duration

    public init(maxCalls: Int, period: Duration) {
        self.maxCalls = maxCalls
        self.period = period
    }

    public static func perMinute(_ maxCalls: Int) -> RateWindow {
        RateWindow(maxCalls: maxCalls, period: .seconds(60))
    }

    public static func perHour(_ maxCalls: Int) -> RateWindow {
        RateWindow(maxCalls: maxCalls, period: .seconds(3600))
    }
}

/// How often a group of endpoints may be called. All windows hold at once.
public struct RateLimitSettings: Sendable, Hashable {
    /// Default 480 a minute and 4,800 an hour, which PostHog allows its private endpoints.
    public var windows: [RateWindow] = [.perMinute(480), .perHour(4800)]
    /// Calls that may wait at a time; further ones are refused. Default 1,000.
    public var maxWaiting = 1000
    /// A pause that the upstream asks for counts as this long at most. Default 1 h.
    public var longestPause = Duration.seconds(3600)

    public init() {}

    public init(windows: [RateWindow]) { self.windows = windows }

    /// 240 a minute and 2,400 an hour, which PostHog allows `/query/`.
    public static let queries = RateLimitSettings(windows: [.perMinute(240), .perHour(2400)])

    /// The most calls a window can count: what the memory of a limiter is bounded by, 16 bytes for each.
    public static let mostCalls = 100_000

    /// What is wrong with the values, each by its name under `pointer`.
    public func problems(under pointer: String = "") -> [Problem] {
        var found = SettingProblems(pointer: pointer)
        found.require(windows.count, "windows", from: 0, to: 8)
        for (index, window) in windows.enumerated() {
            found.require(window.maxCalls, "windows/\(index)/maxCalls", from: 1, to: Self.mostCalls)
            found.require(window.period, "windows/\(index)/period", from: .milliseconds(1), to: .seconds(86400))
        }
        found.require(maxWaiting, "maxWaiting", from: 0, to: 10_000)
        found.require(longestPause, "longestPause", from: .zero, to: .seconds(86400))
        return found.problems
    }
}
