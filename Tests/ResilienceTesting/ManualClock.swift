public import Resilience
import Synchronization

/// A clock that stands until it is set forward. Those who sleep wake in the order of their moments.
public final class ManualClock: ResilienceClock {
    private struct Sleeper {
        var id: UInt64
        var moment: Duration
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Duration
        var sleepers: [Sleeper] = []
        var cancelled: Set<UInt64> = []
        var lastID: UInt64 = 0
    }

    private let state: Mutex<State>
    private let unixStart: Duration
    public let taskExecutor: (any TaskExecutor)?

    /// - Parameters:
    ///   - now: the first moment.
    ///   - unixTime: the time since 1970 at that moment.
    public init(
        now: Duration = .zero, unixTime: Duration = .seconds(1_800_000_000), taskExecutor: (any TaskExecutor)? = nil
    ) {
        state = Mutex(State(now: now))
        unixStart = unixTime - now
        self.taskExecutor = taskExecutor
    }

    public var now: Duration { state.withLock(\.now) }
    public var unixTime: Duration { unixStart + now }
    public var sleeping: Int { state.withLock(\.sleepers.count) }

    /// The moment of the first who will wake.
    public var nextWake: Duration? { state.withLock { $0.sleepers.first?.moment } }

    public func advance(by time: Duration) { advance(to: now + time) }

    /// Sets the clock forward; never back.
    public func advance(to moment: Duration) {
        let woken = state.withLock { state in
            state.now = max(state.now, moment)
            let woken = state.sleepers.prefix { $0.moment <= state.now }
            state.sleepers.removeFirst(woken.count)
            return Array(woken)
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    public func sleep(until moment: Duration) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if moment <= state.now { return .success(()) }
                    let sleeper = Sleeper(id: id, moment: moment, continuation: continuation)
                    // Behind those of the same moment.
                    let place = state.sleepers.firstIndex { $0.moment > moment } ?? state.sleepers.count
                    state.sleepers.insert(sleeper, at: place)
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                guard let place = state.sleepers.firstIndex(where: { $0.id == id }) else {
                    state.cancelled.insert(id)
                    return nil as Sleeper?
                }
                return state.sleepers.remove(at: place)
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
        // A cancellation that came after the end left its mark.
        state.withLock { _ = $0.cancelled.remove(id) }
    }
}
