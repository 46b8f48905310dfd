import AirlockCore

/// The two clocks of a run: all the time, and the script's own without its waits for the broker.
///
/// Pure: the time is passed in.
struct RunClock {
    typealias Instant = ContinuousClock.Instant

    let start: Instant
    private var pauses = 0
    private var pausedSince: Instant?
    private var paused: Duration = .zero

    init(start: Instant) { self.start = start }

    mutating func pause(at now: Instant) {
        pauses += 1
        if pauses == 1 { pausedSince = now }
    }

    mutating func resume(at now: Instant) {
        guard pauses > 0 else { return }
        pauses -= 1
        guard pauses == 0, let since = pausedSince else { return }
        paused += now - since
        pausedSince = nil
    }

    /// Whether the script waits for the broker.
    var isPaused: Bool { pausedSince != nil }

    func brokerWait(at now: Instant) -> Duration { paused + (pausedSince.map { now - $0 } ?? .zero) }

    func scriptWall(at now: Instant) -> Duration { now - start - brokerWait(at: now) }

    /// When the script's own time runs out; `nil` while it is paused.
    func deadline(scriptWall limit: Duration) -> Instant? {
        isPaused ? nil : start + limit + paused
    }
}
