import Synchronization

/// A request's body on its way from its maker to the loop, one piece at a time.
final class UploadFeed: Sendable {
    private struct State {
        var piece: ArraySlice<UInt8> = []
        var given = 0
        var isEnded = false
        var failure: String?
        var isLoopWaiting = false
        var maker: CheckedContinuation<Void, Never>?
    }

    enum Read: Equatable {
        case bytes(Int)
        case end
        case wait
        case failed(String)
    }

    private let stream: HTTPBodyStream
    private let state = Mutex(State())

    init(_ stream: HTTPBodyStream) { self.stream = stream }

    /// For the loop: fills `buffer` with what there is.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Read {
        let (read, maker) = state.withLock { state -> (Read, CheckedContinuation<Void, Never>?) in
            if let failure = state.failure { return (.failed(failure), nil) }
            guard !state.piece.isEmpty else {
                if state.isEnded { return (.end, nil) }
                state.isLoopWaiting = true
                return (.wait, nil)
            }
            let count = min(buffer.count, state.piece.count)
            buffer.copyBytes(from: state.piece.prefix(count))
            state.piece = state.piece.dropFirst(count)
            return (.bytes(count), state.piece.isEmpty ? state.maker.take() : nil)
        }
        maker?.resume()
        return read
    }

    /// Makes the body to its end; cancelled with its task.
    ///
    /// - Parameter resume: called where the loop waits for more.
    func make(resume: @Sendable () -> Void) async {
        var failure: String?
        do {
            while let piece = try await stream.next() {
                if !piece.isEmpty, await !put(piece, resume: resume) { break }
            }
            // A body that was cut must not look like a whole one.
            if Task.isCancelled { failure = "its maker was cancelled" }
        } catch {
            // Its text is the caller's and may hold anything.
            failure = "its maker threw \(type(of: error))"
        }
        let wakes = state.withLock { state -> Bool in
            state.isEnded = true
            if failure == nil, let length = stream.length, state.given < length, state.failure == nil {
                failure = "it ended after \(state.given) of \(length) bytes"
            }
            if state.failure == nil { state.failure = failure }
            defer { state.isLoopWaiting = false }
            return state.isLoopWaiting
        }
        if wakes { resume() }
    }

    /// Waits until the piece was taken.
    ///
    /// - Returns: `false` where nothing more is wanted: the task was cancelled, or the body is longer than promised. What
    ///   would follow it on the wire would be read as another request.
    private func put(_ piece: [UInt8], resume: @Sendable () -> Void) async -> Bool {
        let (isRoom, wakes) = state.withLock { state -> (Bool, Bool) in
            if let length = stream.length, piece.count > length - state.given {
                state.failure = "it is longer than the \(length) bytes that were promised"
                return (false, false)
            }
            state.given += piece.count
            state.piece = piece[...]
            defer { state.isLoopWaiting = false }
            return (true, state.isLoopWaiting)
        }
        guard isRoom else { return false }
        if wakes { resume() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state -> Bool in
                    guard !state.piece.isEmpty, !Task.isCancelled else { return true }
                    state.maker = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.maker.take() }?.resume()
        }
        return !Task.isCancelled
    }
}
