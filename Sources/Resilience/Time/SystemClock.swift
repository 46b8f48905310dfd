internal import Glibc

/// The machine's clocks: `CLOCK_BOOTTIME` through `ContinuousClock`, which counts while the machine sleeps, and
/// `CLOCK_REALTIME` (clock_gettime(2)).
public struct SystemClock: ResilienceClock {
    private let origin: ContinuousClock.Instant

    /// The beginning is now.
    public init() { origin = .now }

    public var now: Duration { origin.duration(to: .now) }

    public var unixTime: Duration {
        var time = timespec()
        // It fails for an unknown clock or a bad address only; neither can be.
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }

    public func sleep(until moment: Duration) async throws {
        try await TimerQueue.shared.sleep(until: origin.advanced(by: moment.bounded))
    }

    public func alarm(at moment: Duration, _ ring: @escaping @Sendable () -> Void) -> Alarm {
        TimerQueue.shared.alarm(at: origin.advanced(by: moment.bounded), ring)
    }
}
