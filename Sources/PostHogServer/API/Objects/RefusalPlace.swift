internal import Synchronization

/// Carries an answer out of a database transaction, whose errors are the warehouse's.
final class RefusalPlace: Sendable {
    private let state = Mutex<APIError?>(nil)

    var value: APIError? { state.withLock { $0 } }

    func put(_ error: APIError) { state.withLock { $0 = error } }
}
