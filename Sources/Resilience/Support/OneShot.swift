internal import Synchronization

/// A value that one task waits for and another sends. The first value counts; later ones are dropped.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value?, Never>)
        case sent(Value)
        case cancelled
    }

    private let state = Mutex(State.empty)

    /// Waits for the value. Called once.
    ///
    /// - Returns: `nil` when the task is cancelled before a value came.
    func value() async -> Value? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: Value?? = state.withLock { state in
                    switch state {
                    case .sent(let value): return .some(value)
                    case .cancelled, .waiting: return .some(nil)
                    case .empty:
                        state = .waiting(continuation)
                        return .none
                    }
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            settle(.cancelled, with: nil)
        }
    }

    /// The value, if it was sent and not waited for.
    var sent: Value? {
        state.withLock { state in
            guard case .sent(let value) = state else { return nil }
            return value
        }
    }

    func send(_ value: Value) { settle(.sent(value), with: value) }

    private func settle(_ outcome: State, with value: Value?) {
        let continuation: CheckedContinuation<Value?, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = outcome
                return nil
            case .waiting(let continuation):
                state = outcome
                return continuation
            case .sent, .cancelled: return nil
            }
        }
        continuation?.resume(returning: value)
    }
}
