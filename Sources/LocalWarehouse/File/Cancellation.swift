internal import Synchronization

/// A wish to stop, set by one task and looked at by the thread that works.
package final class Cancellation: Sendable {
    private struct State {
        var isCancelled = false
        var action: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    package var isCancelled: Bool { state.withLock { $0.isCancelled } }

    package func cancel() {
        let action = state.withLock { state in
            state.isCancelled = true
            return state.action
        }
        action?()
    }

    /// - Parameter action: called on ``cancel()``, and at once when that came before; `nil` takes it back.
    func onCancel(_ action: (@Sendable () -> Void)?) {
        let isCancelled = state.withLock { state in
            state.action = action
            return state.isCancelled
        }
        if isCancelled { action?() }
    }
}
