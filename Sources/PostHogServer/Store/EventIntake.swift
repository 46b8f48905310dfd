internal import AirlockCore
internal import LocalWarehouse

/// Events that were accepted, on their way into the warehouse.
///
/// A transaction makes persons, sessions and definitions anew, so events are gathered for a moment and go in together;
/// whoever reads has them put in first. Like PostHog's own queue, it answers before the event is in the tables.
actor EventIntake {
    /// How long events wait for others.
    static let gathering = Duration.milliseconds(100)
    /// More than this does not wait.
    static let maxPendingBytes = 32 * 1024 * 1024

    private let live: LiveWarehouse
    private var pending: [[UInt8]] = []
    private var pendingBytes = 0
    private var writing: Task<Result<Void, AirlockError>, Never>?
    private var timer: Task<Void, Never>?

    init(_ live: LiveWarehouse) { self.live = live }

    /// - Throws: when events are waiting that cannot be written, and there are too many of them for more.
    func accept(_ lines: [[UInt8]]) async throws(AirlockError) {
        if pendingBytes > Self.maxPendingBytes { try await settle() }
        pending += lines
        pendingBytes += lines.reduce(0) { $0 + $1.count }
        guard timer == nil else { return }
        timer = Task {
            try? await Task.sleep(for: Self.gathering)
            await tick()
        }
    }

    private func tick() async {
        timer = nil
        // What fails stays pending; the next reader is told.
        _ = try? await settle()
    }

    /// Puts everything in that was accepted before.
    func settle() async throws(AirlockError) {
        while true {
            if let writing {
                try await writing.value.get()
            } else if pending.isEmpty {
                return
            } else {
                try await write()
            }
        }
    }

    private func write() async throws(AirlockError) {
        let lines = pending
        (pending, pendingBytes) = ([], 0)
        let live = live
        let task = Task { () async -> Result<Void, AirlockError> in
            var result = Result<Void, AirlockError>.success(())
            do throws(AirlockError) {
                _ = try await live.add(lines)
            } catch {
                result = .failure(error)
            }
            // Before anybody who waits goes on: to await a task that has ended suspends nobody, so whoever looped on it
            // would keep this actor from ever learning of the end.
            finished(lines, result)
            return result
        }
        writing = task
        try await task.value.get()
    }

    private func finished(_ lines: [[UInt8]], _ result: Result<Void, AirlockError>) {
        writing = nil
        guard case .failure = result else { return }
        pending = lines + pending
        pendingBytes += lines.reduce(0) { $0 + $1.count }
    }
}
