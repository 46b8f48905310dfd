internal import Synchronization

/// Runs `work` and cancels it at `deadline`.
///
/// `work` has to end when it is cancelled: that is awaited, so that nothing of it goes on behind the caller's back. It has a
/// task of its own, which is begun at once and cancelled with the caller's, and an alarm instead of a second task that sleeps.
///
/// - Returns: `nil` when the deadline came first.
func bounded<Value: Sendable>(
    by deadline: Duration, on clock: any ResilienceClock, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    let race = Race()
    let task = Task.begun(on: clock.taskExecutor) {
        let value = await work()
        return race.end(.finished) ? value : nil
    }
    let alarm = clock.alarm(at: deadline) { if race.end(.late) { task.cancel() } }
    let value = await withTaskCancellationHandler {
        await task.value
    } onCancel: {
        task.cancel()
    }
    alarm.callOff()
    return value
}

/// Which came first: the work's end or its deadline.
private final class Race: Sendable {
    enum End: Sendable { case finished, late }

    private let end = Mutex<End?>(nil)

    /// - Returns: whether this one was the first.
    func end(_ how: End) -> Bool {
        end.withLock { end in
            guard end == nil else { return false }
            end = how
            return true
        }
    }
}
