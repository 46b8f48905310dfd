internal import Synchronization

/// Runs a flight's task on the thread of the call that began it, for as long as that one waits here.
///
/// Why not the global executor: the answer would wake a thread for the flight, and the flight then another one for the call,
/// which together take as long as all the rest of a call. Here the answer wakes the call, which makes the flight's next step
/// itself. When the call leaves before the flight is over, its further steps run as those of any other task.
final class FlightExecutor: TaskExecutor {
    private struct State {
        var steps: [UnownedJob] = []
        /// Whether nobody waits here any more.
        var isOver = false
        var waiter: CheckedContinuation<Void, Never>?

        /// Whether the call has nothing to do for now.
        var isIdle: Bool { steps.isEmpty && !isOver }
    }

    private let state = Mutex(State())
    /// Where steps run once nobody waits here; `nil` is the global executor.
    private let fallback: (any TaskExecutor)?

    init(fallback: (any TaskExecutor)?) { self.fallback = fallback }

    func enqueue(_ job: consuming ExecutorJob) {
        let step = UnownedJob(job)
        let (isOver, waiter) = state.withLock { state in
            if !state.isOver { state.steps.append(step) }
            return (state.isOver, state.waiter.take())
        }
        if isOver { runElsewhere(step) }
        waiter?.resume()
    }

    /// Runs the flight's steps until ``end()``, or until the calling task is cancelled.
    func run() async {
        await withTaskCancellationHandler {
            while true {
                let (step, isOver) = state.withLock { state in
                    (state.steps.isEmpty ? nil : state.steps.removeFirst(), state.isOver)
                }
                if let step {
                    step.runSynchronously(on: asUnownedTaskExecutor())
                } else if isOver {
                    return
                } else {
                    await waitForStep()
                }
            }
        } onCancel: {
            end()
        }
    }

    private func waitForStep() async {
        await withCheckedContinuation { continuation in
            let waits = state.withLock { state in
                if state.isIdle { state.waiter = continuation }
                return state.isIdle
            }
            if !waits { continuation.resume() }
        }
    }

    /// Lets the call go on.
    func end() {
        let (steps, waiter) = state.withLock { state in
            state.isOver = true
            defer { state.steps = [] }
            return (state.steps, state.waiter.take())
        }
        for step in steps { runElsewhere(step) }
        waiter?.resume()
    }

    private func runElsewhere(_ step: UnownedJob) {
        Task(executorPreference: fallback) { [self] in step.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
