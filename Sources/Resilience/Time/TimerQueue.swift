internal import AirlockCore
internal import Glibc
internal import Synchronization

/// Wakes tasks at their moments and makes calls at theirs, from one thread, and forgets at once those that were cancelled.
///
/// Why not `Task.sleep`: what it leaves with the system's timers stays there until its moment, also when the task was
/// cancelled long before. Every attempt has a time-out that it hardly ever needs, so a busy process would hold half a
/// kilobyte for each attempt of the last half minute.
final class TimerQueue: Sendable {
    /// The process's one; its thread begins with the first sleep.
    static let shared = TimerQueue()

    /// One that waits, and what is called when that is over: once.
    fileprivate final class Sleeper: Sendable {
        typealias Wake = @Sendable (_ isCancelled: Bool) -> Void

        private enum Phase {
            case fresh
            case waiting(Wake)
            case over
        }

        private let state = Mutex(Phase.fresh)

        /// - Returns: whether it is to be waited for; else it was cancelled beforehand, and `wake` was told.
        func wait(_ wake: @escaping Wake) -> Bool {
            let isOver = state.withLock { state in
                if case .over = state { return true }
                state = .waiting(wake)
                return false
            }
            if isOver { wake(true) }
            return !isOver
        }

        /// - Returns: whether it had been waiting.
        @discardableResult
        func end(isCancelled: Bool) -> Bool {
            let wake = state.withLock { state -> Wake? in
                defer { state = .over }
                guard case .waiting(let wake) = state else { return nil }
                return wake
            }
            wake?(isCancelled)
            return wake != nil
        }

        var isOver: Bool { state.withLock { if case .over = $0 { true } else { false } } }
    }

    fileprivate struct State {
        /// By moment, the earliest first: a binary heap.
        var heap: [(moment: ContinuousClock.Instant, sleeper: Sleeper)] = []
        var cancelled = 0
        /// What wakes the thread; -1 before there is one.
        var wakeEnd: Int32 = -1
    }

    private let state = Mutex(State())

    /// A machine that was asleep is noticed within this time.
    private static let longestPoll = Duration.seconds(10)

    /// - Throws: `CancellationError`, and nothing else.
    func sleep(until moment: ContinuousClock.Instant) async throws {
        guard moment > .now else { return try Task.checkCancellation() }
        // Without a thread of our own the system's timers have to do.
        guard isRunning() else { return try await ContinuousClock().sleep(until: moment) }
        let sleeper = Sleeper()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isWaiting = sleeper.wait { isCancelled in
                    if isCancelled { continuation.resume(throwing: CancellationError()) } else { continuation.resume() }
                }
                if isWaiting { add(sleeper, moment) }
            }
        } onCancel: {
            if sleeper.end(isCancelled: true) { noteCancelled() }
        }
    }

    /// Calls `ring` from the queue's thread at `moment`, unless the alarm is called off before.
    func alarm(at moment: ContinuousClock.Instant, _ ring: @escaping @Sendable () -> Void) -> Alarm {
        guard isRunning() else {
            let task = Task {
                do { try await ContinuousClock().sleep(until: moment) } catch { return }
                ring()
            }
            return Alarm { task.cancel() }
        }
        let sleeper = Sleeper()
        // Nobody else has it yet, so it waits.
        _ = sleeper.wait { isCancelled in if !isCancelled { ring() } }
        add(sleeper, moment)
        return Alarm { if sleeper.end(isCancelled: true) { self.noteCancelled() } }
    }

    private func add(_ sleeper: Sleeper, _ moment: ContinuousClock.Instant) {
        state.withLock { state in
            state.heap.append((moment, sleeper))
            state.siftUp(state.heap.count - 1)
            // The thread waits for another, later one.
            if state.heap[0].sleeper === sleeper { Self.wake(state.wakeEnd) }
        }
    }

    /// The cancelled lie in the heap until they are as many as the others; then all of them go.
    private func noteCancelled() {
        state.withLock { state in
            state.cancelled += 1
            guard state.cancelled > 64, state.cancelled > state.heap.count / 2 else { return }
            state.heap.removeAll { $0.sleeper.isOver }
            state.cancelled = 0
            for place in stride(from: state.heap.count / 2 - 1, through: 0, by: -1) { state.siftDown(place) }
        }
    }

    /// How many are remembered, the cancelled among them.
    var count: Int { state.withLock { $0.heap.count } }

    // MARK: The thread

    private func isRunning() -> Bool {
        state.withLock { state in
            if state.wakeEnd >= 0 { return true }
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { return false }
            for end in ends {
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
            }
            let (readEnd, writeEnd) = (ends[0], ends[1])
            do throws(AirlockError) {
                try DetachedThread.start { [self] in run(readEnd) }
            } catch {
                close(readEnd)
                close(writeEnd)
                return false
            }
            state.wakeEnd = writeEnd
            return true
        }
    }

    private static func wake(_ end: Int32) {
        var byte: UInt8 = 0
        // A pipe that is full wakes the thread as well.
        _ = write(end, &byte, 1)
    }

    private func run(_ readEnd: Int32) {
        var bytes = [UInt8](repeating: 0, count: 256)
        while true {
            let (due, next) = takeDue()
            for sleeper in due { sleeper.end(isCancelled: false) }
            var source = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
            let wait = next.map { min($0 - .now, Self.longestPoll) }
            let milliseconds = wait.map { Int32(max($0 / .milliseconds(1), 0).rounded(.up)) } ?? -1
            if poll(&source, 1, milliseconds) > 0 { while read(readEnd, &bytes, bytes.count) > 0 {} }
        }
    }

    private func takeDue() -> (due: [Sleeper], next: ContinuousClock.Instant?) {
        state.withLock { state in
            var due: [Sleeper] = []
            let now = ContinuousClock.now
            while let first = state.heap.first, first.moment <= now {
                if first.sleeper.isOver { state.cancelled = max(state.cancelled - 1, 0) }
                due.append(first.sleeper)
                let last = state.heap.removeLast()
                if !state.heap.isEmpty {
                    state.heap[0] = last
                    state.siftDown(0)
                }
            }
            return (due, state.heap.first?.moment)
        }
    }
}

extension TimerQueue.State {
    fileprivate mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0, heap[place].moment < heap[(place - 1) / 2].moment {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    fileprivate mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && heap[child].moment < heap[least].moment { least = child }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}
