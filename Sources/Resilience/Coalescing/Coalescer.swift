internal import Synchronization

/// Makes one call of identical ones that are under way at the same time.
///
/// The call runs in a task of its own, a ``FlightExecutor`` says where. It goes on while anybody waits for it, and is
/// cancelled when the last one left.
public final class Coalescer<Output: Sendable>: Sendable {
    private struct State {
        var table = FlightTable()
        var answers: [UInt64: OneShot<Output>] = [:]
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let clock: any ResilienceClock
    private let state = Mutex(State())

    public init(clock: any ResilienceClock) { self.clock = clock }

    /// Flights under way.
    public var count: Int { state.withLock { $0.table.count } }

    /// Runs `work`, or waits for the same work that runs already.
    ///
    /// - Parameters:
    ///   - key: what makes two calls the same.
    ///   - deadline: when this call stops waiting for another's flight. Its own is to end in time by itself.
    ///   - work: has to end when its task is cancelled.
    /// - Returns: the output, `nil` when the deadline or the task's cancellation came first; and whether the flight was
    ///   another's.
    public func run(
        _ key: CacheKey, by deadline: Duration, _ work: @escaping @Sendable () async -> Output
    ) async -> (output: Output?, joined: Bool) {
        let answer = OneShot<Output>()
        let (waiter, entry) = state.withLock { state in
            state.lastWaiter += 1
            let waiter = state.lastWaiter
            state.answers[waiter] = answer
            let entry = state.table.enter(waiter, key: key)
            return (waiter, entry)
        }
        let output: Output?
        let joined: Bool
        switch entry {
        case .joined:
            joined = true
            output = await bounded(by: deadline.bounded, on: clock) { await answer.value() } ?? nil
        case .lead(let flight):
            joined = false
            let executor = FlightExecutor(fallback: clock.taskExecutor)
            // It takes its first step when it is waited for.
            let task = Task(executorPreference: executor) { [self] in
                finish(flight, with: await work())
                executor.end()
            }
            state.withLock { $0.tasks[flight] = task }
            await executor.run()
            output = answer.sent
        }
        if output == nil { leave(waiter) }
        return (output, joined)
    }

    private func finish(_ flight: UInt64, with output: Output) {
        let answers = state.withLock { state in
            state.tasks[flight] = nil
            return state.table.finish(flight).compactMap { state.answers.removeValue(forKey: $0) }
        }
        for answer in answers { answer.send(output) }
    }

    private func leave(_ waiter: UInt64) {
        let task: Task<Void, Never>? = state.withLock { state in
            state.answers[waiter] = nil
            return state.table.leave(waiter).flatMap { state.tasks.removeValue(forKey: $0) }
        }
        task?.cancel()
    }
}
