/// Where a session takes its time from; a test brings its own.
public struct BrokerClock: Sendable {
    /// The time since any fixed moment; never goes back.
    public var now: @Sendable () -> Duration
    /// Returns after this time, or throws when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void

    public init(
        now: @escaping @Sendable () -> Duration, sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }

    /// `CLOCK_BOOTTIME`.
    public static var continuous: BrokerClock {
        let origin = ContinuousClock.now
        return BrokerClock(
            now: { origin.duration(to: .now) }, sleep: { try await ContinuousClock().sleep(for: $0) })
    }
}
