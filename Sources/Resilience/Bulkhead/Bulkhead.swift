internal import Synchronization

/// Bounds how many calls are under way at a time, and serves those that wait in the order of their coming.
public final class Bulkhead: Sendable {
    private struct State {
        var machine: BulkheadState
        var places: [UInt64: OneShot<Void>] = [:]
        var lastID: UInt64 = 0
    }

    private let clock: any ResilienceClock
    private let state: Mutex<State>

    public init(_ settings: BulkheadSettings = BulkheadSettings(), clock: any ResilienceClock) {
        self.clock = clock
        state = Mutex(State(machine: BulkheadState(settings)))
    }

    /// Runs `work` in a place of its own.
    ///
    /// - Parameters:
    ///   - deadline: the moment by which there must be a place.
    ///   - work: what it gets is how long it waited.
    public func run<Value: Sendable>(
        by deadline: Duration, _ work: @Sendable (_ waited: Duration) async -> Value
    ) async throws(BulkheadFailure) -> Value {
        let waited = try await enter(by: deadline)
        let value = await work(waited)
        release()
        return value
    }

    private func enter(by deadline: Duration) async throws(BulkheadFailure) -> Duration {
        let start = clock.now
        let (id, entry, ahead, place) = state.withLock { state in
            state.lastID += 1
            let entry = state.machine.enter(state.lastID)
            let place = entry == .waiting ? OneShot<Void>() : nil
            state.places[state.lastID] = place
            return (state.lastID, entry, state.machine.waiting, place)
        }
        if entry == .refused { throw .full(waiting: ahead) }
        guard let place else { return .zero }
        let cameFree = await bounded(by: deadline.bounded, on: clock) { await place.value() != nil }
        if cameFree == true { return clock.now - start }
        let stillInLine = state.withLock { state in
            state.places[id] = nil
            return state.machine.leave(id)
        }
        // Its place came in the very moment in which it stopped waiting.
        if !stillInLine { release() }
        throw cameFree == nil ? .deadline : .cancelled
    }

    private func release() {
        let place: OneShot<Void>? = state.withLock { state in
            state.machine.release().flatMap { state.places.removeValue(forKey: $0) }
        }
        place?.send(())
    }

    /// Calls under way.
    public var running: Int { state.withLock { $0.machine.running } }

    /// Calls in line.
    public var waiting: Int { state.withLock { $0.machine.waiting } }
}

/// Why a ``Bulkhead`` had no place for a call.
public enum BulkheadFailure: Error, Sendable, Hashable {
    /// So many wait already.
    case full(waiting: Int)
    case deadline
    case cancelled
}
