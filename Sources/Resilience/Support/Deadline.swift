/// Runs `work` and cancels it at `deadline`.
///
/// `work` has to end when it is cancelled: that is awaited, so that nothing of it goes on behind the caller's back.
///
/// - Returns: `nil` when the deadline came first.
func bounded<Value: Sendable>(
    by deadline: Duration, on clock: any ResilienceClock, _ work: @escaping @Sendable () async -> Value
) async -> Value? {
    await withTaskGroup(of: RaceEvent<Value>.self) { group in
        group.addTask { .finished(await work()) }
        group.addTask {
            do {
                try await clock.sleep(until: deadline)
                return .deadline
            } catch {
                return .woken
            }
        }
        defer { group.cancelAll() }
        while let event = await group.next() {
            switch event {
            case .finished(let value): return value
            case .deadline: return nil
            // The caller was cancelled, and `work` with it: what that makes of it is the answer.
            case .woken: continue
            }
        }
        return nil
    }
}

private enum RaceEvent<Value: Sendable>: Sendable {
    case finished(Value)
    case deadline
    case woken
}
