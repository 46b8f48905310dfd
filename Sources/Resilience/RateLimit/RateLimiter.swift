internal import Synchronization

/// Lets calls through as its windows allow, in the order of their coming.
///
/// The first in line sleeps; those behind are woken one by one as they become first.
public final class RateLimiter: Sendable {
    private enum Word: Sendable {
        case first
        case refused(wait: Duration)
    }

    private struct State {
        var machine: RateLimiterState
        var words: [UInt64: OneShot<Word>] = [:]
        var lastID: UInt64 = 0

        func tell(_ id: UInt64?) {
            if let id { words[id]?.send(.first) }
        }
    }

    private let clock: any ResilienceClock
    private let state: Mutex<State>

    public init(_ settings: RateLimitSettings = RateLimitSettings(), clock: any ResilienceClock) {
        self.clock = clock
        state = Mutex(State(machine: RateLimiterState(settings)))
    }

    /// Waits until one more call is allowed, and counts it.
    ///
    /// - Parameter deadline: the moment by which it must be allowed; what would come later is refused at once.
    /// - Returns: how long it waited.
    public func admit(by deadline: Duration) async throws(RateLimitFailure) -> Duration {
        let start = clock.now
        let deadline = deadline.bounded
        let (id, entry, word) = state.withLock { state in
            state.lastID += 1
            let entry = state.machine.enter(state.lastID, now: start, deadline: deadline)
            let word = entry == .waiting ? OneShot<Word>() : nil
            state.words[state.lastID] = word
            return (state.lastID, entry, word)
        }
        if case .refused(let reason, let wait) = entry { throw .refused(RateLimited(reason: reason, wait: wait)) }
        guard let word else { return .zero }
        do throws(RateLimitFailure) {
            try await wait(id, word)
        } catch {
            leave(id)
            throw error
        }
        return clock.now - start
    }

    private func wait(_ id: UInt64, _ word: OneShot<Word>) async throws(RateLimitFailure) {
        var isFirst = false
        while true {
            switch poll(id) {
            case .admitted: return
            case .sleep(let moment):
                do { try await clock.sleep(until: moment) } catch { throw .cancelled }
            case .behind, .gone:
                // Its word is spent once it is first, and nobody who is first falls behind again.
                guard !isFirst, let said = await word.value() else { throw .cancelled }
                if case .refused(let wait) = said { throw .refused(RateLimited(reason: .deadline, wait: wait)) }
                isFirst = true
            }
        }
    }

    private func poll(_ id: UInt64) -> RateLimiterState.Turn {
        state.withLock { state in
            let turn = state.machine.poll(id, now: clock.now)
            if case .admitted(let next) = turn {
                state.words[id] = nil
                state.tell(next)
            }
            return turn
        }
    }

    private func leave(_ id: UInt64) {
        state.withLock { state in
            state.words[id] = nil
            state.tell(state.machine.leave(id))
        }
    }

    /// Lets nobody through for `time`, because the upstream said so; at most `longestPause`. Calls in line that would
    /// come too late for it are refused.
    public func pause(for time: Duration) {
        state.withLock { state in
            let (refused, first) = state.machine.pause(for: time, now: clock.now)
            for (id, wait) in refused { state.words[id]?.send(.refused(wait: wait)) }
            state.tell(first)
        }
    }

    /// What a call would have to wait if it came now, behind `others` that have yet to come.
    public func wait(behind others: Int = 0) -> Duration {
        state.withLock { $0.machine.wait(behind: others, now: clock.now) }
    }

    /// Calls in line.
    public var waiting: Int { state.withLock { $0.machine.waiting } }

    /// How many calls each window would still let through at once.
    public var remaining: [(window: RateWindow, calls: Int)] {
        state.withLock { $0.machine.remaining(now: clock.now) }
    }
}

/// A call that the rate limit does not let through.
public struct RateLimited: Sendable, Hashable {
    /// Why it does not wait.
    public enum Reason: String, Sendable, Hashable {
        /// Its turn would come after its deadline.
        case deadline
        /// `maxWaiting` calls wait already.
        case tooManyWaiting = "too_many_waiting"
    }

    public var reason: Reason
    /// What it would have had to wait.
    public var wait: Duration

    public init(reason: Reason, wait: Duration) {
        self.reason = reason
        self.wait = wait
    }
}

/// Why ``RateLimiter/admit(by:)`` let nobody through.
public enum RateLimitFailure: Error, Sendable, Hashable {
    case refused(RateLimited)
    case cancelled
}
