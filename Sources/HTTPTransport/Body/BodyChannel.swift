import Synchronization

/// A response's body on its way from the loop to one reader, with room for a little.
///
/// Where the reader lags behind, the loop pauses the transfer, and the server's TCP window closes.
final class BodyChannel: Sendable {
    private struct State {
        var chunks: [[UInt8]] = []
        var bytes = 0
        var end: Result<HTTPTimings, HTTPError>?
        var waiter: CheckedContinuation<Void, Never>?
        var isPaused = false
    }

    private static let highWater = 256 << 10
    private static let lowWater = 64 << 10
    private let state = Mutex(State())

    /// - Returns: `false` where there is no room: the same bytes have to be offered again after `next` asked for them.
    func offer(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isTaken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.bytes < Self.highWater else {
                state.isPaused = true
                return (false, nil)
            }
            state.chunks.append(Array(bytes))
            state.bytes += bytes.count
            return (true, state.waiter.take())
        }
        waiter?.resume()
        return isTaken
    }

    func finish(_ end: Result<HTTPTimings, HTTPError>) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.end == nil { state.end = end }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// - Returns: the next chunk, or how the body ended; `resumes` where the transfer has to go on.
    private func take() -> (step: Step, resumes: Bool) {
        state.withLock { state in
            guard let first = state.chunks.first else { return (state.end.map(Step.end) ?? .wait, false) }
            state.chunks.removeFirst()
            state.bytes -= first.count
            guard state.isPaused, state.bytes <= Self.lowWater else { return (.chunk(first), false) }
            state.isPaused = false
            return (.chunk(first), true)
        }
    }

    private enum Step: Sendable {
        case chunk([UInt8])
        case end(Result<HTTPTimings, HTTPError>)
        case wait
    }

    /// The next chunk; `nil` at the body's end.
    ///
    /// - Parameter resume: lets the paused transfer go on.
    func next(resume: () -> Void) async throws(HTTPError) -> [UInt8]? {
        while true {
            let (step, resumes) = take()
            if resumes { resume() }
            switch step {
            case .chunk(let bytes): return bytes
            case .end(let end):
                _ = try end.get()
                return nil
            case .wait: await waitForMore()
            }
        }
    }

    private func waitForMore() async {
        await withCheckedContinuation { continuation in
            let passedOver = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard state.chunks.isEmpty, state.end == nil else { return continuation }
                // Two readers at a time are a mistake of the caller's; the first then looks again, and none is lost.
                let former = state.waiter
                state.waiter = continuation
                return former
            }
            passedOver?.resume()
        }
    }

    var isPaused: Bool { state.withLock { $0.isPaused } }
    var bufferedBytes: Int { state.withLock { $0.bytes } }

    /// What was measured, once the body has ended well.
    var timings: HTTPTimings? {
        state.withLock { state in
            guard case .success(let timings) = state.end else { return nil }
            return timings
        }
    }
}
