import Synchronization

/// What a simulation waits for that is not on its clock: requests to a real server. The clock stands meanwhile, except where
/// the server keeps silent on purpose: then it goes on to the next moment that somebody sleeps for.
public final class OutsideWork: Sendable {
    /// Whether the server has got a request that it will not answer.
    public typealias Silence = @Sendable () -> Bool

    private struct State {
        var begun = 0
        var underWay: [Int: Silence?] = [:]
        /// Of those under way, the ones that nobody waits for any more.
        var givenUp: Set<Int> = []
    }

    private let state = Mutex(State())

    public init() {}

    /// How many times ``run(silence:_:)`` was called.
    public var begun: Int { state.withLock(\.begun) }

    /// - Parameter silence: for work that ends only when it is given up.
    public func run<Value: Sendable, Failure: Error>(
        silence: Silence? = nil, _ body: @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let id = state.withLock { state in
            state.begun += 1
            state.underWay[state.begun] = .some(silence)
            return state.begun
        }
        let result: Result<Value, Failure> = await withTaskCancellationHandler {
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        } onCancel: {
            state.withLock { if $0.underWay[id] != nil { $0.givenUp.insert(id) } }
        }
        state.withLock {
            $0.underWay[id] = nil
            $0.givenUp.remove(id)
        }
        return try result.get()
    }

    /// Whether the clock has to wait.
    var holdsClock: Bool {
        let state = state.withLock { $0 }
        return state.underWay.contains { id, silence in
            guard let silence, !state.givenUp.contains(id) else { return true }
            return !silence()
        }
    }
}
