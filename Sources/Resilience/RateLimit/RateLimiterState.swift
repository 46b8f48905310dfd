/// Decides who may call when: sliding windows, a pause that the upstream asked for, and a line that is served in
/// order. Events and the time in, decisions out.
struct RateLimiterState: Sendable {
    enum Entry: Equatable, Sendable {
        case admitted
        /// In line; ask with ``poll(_:now:)``.
        case waiting
        case refused(RateLimited.Reason, wait: Duration)
    }

    enum Turn: Equatable, Sendable {
        /// It may call; `next` is first in line now.
        case admitted(next: UInt64?)
        /// It is first in line: ask again then.
        case sleep(until: Duration)
        /// Others come first; it will be told.
        case behind
        /// It was refused while it waited.
        case gone
    }

    private struct Waiter {
        var id: UInt64
        var deadline: Duration
    }

    let maxWaiting: Int
    private let longestPause: Duration
    private var log: AdmissionLog
    private var line: [Waiter] = []
    private(set) var pausedUntil = Duration.zero

    init(_ settings: RateLimitSettings) {
        maxWaiting = max(settings.maxWaiting, 0)
        longestPause = settings.longestPause.bounded
        log = AdmissionLog(windows: settings.windows)
    }

    var waiting: Int { line.count }

    /// A call that must be let through by `deadline` arrives.
    mutating func enter(_ id: UInt64, now: Duration, deadline: Duration) -> Entry {
        let moment = projected(line.count, now: now)
        if line.isEmpty, moment <= now {
            log.append(now)
            return .admitted
        }
        if moment > deadline { return .refused(.deadline, wait: moment - now) }
        if line.count >= maxWaiting { return .refused(.tooManyWaiting, wait: moment - now) }
        line.append(Waiter(id: id, deadline: deadline))
        return .waiting
    }

    /// Asks for a call that is in line.
    mutating func poll(_ id: UInt64, now: Duration) -> Turn {
        guard let first = line.first, line.contains(where: { $0.id == id }) else { return .gone }
        guard first.id == id else { return .behind }
        let moment = projected(0, now: now)
        guard moment <= now else { return .sleep(until: moment) }
        line.removeFirst()
        log.append(now)
        return .admitted(next: line.first?.id)
    }

    /// A call leaves the line.
    ///
    /// - Returns: who is first now, if that changed.
    mutating func leave(_ id: UInt64) -> UInt64? {
        guard let index = line.firstIndex(where: { $0.id == id }) else { return nil }
        line.remove(at: index)
        return index == 0 ? line.first?.id : nil
    }

    /// Nobody is let through for `time`.
    ///
    /// - Returns: the calls whose deadline that passes, with what each would have had to wait; they are out of the
    ///   line. And who is first now, if that changed.
    mutating func pause(for time: Duration, now: Duration) -> (refused: [(id: UInt64, wait: Duration)], first: UInt64?)
    {
        pausedUntil = max(pausedUntil, now + min(time.bounded, longestPause))
        let formerFirst = line.first?.id
        var refused: [(id: UInt64, wait: Duration)] = []
        var (kept, moments): ([Waiter], [Duration]) = ([], [])
        for waiter in line {
            let moment = log.earliest(from: max(now, pausedUntil), behind: moments)
            if moment > waiter.deadline {
                refused.append((waiter.id, moment - now))
            } else {
                kept.append(waiter)
                moments.append(moment)
            }
        }
        line = kept
        return (refused, line.first?.id == formerFirst ? nil : line.first?.id)
    }

    /// What a call that came now, behind `others` that are not in line yet, would have to wait.
    func wait(behind others: Int = 0, now: Duration) -> Duration {
        projected(line.count + max(0, min(others, maxWaiting)), now: now) - now
    }

    /// How many calls each window would still let through at once.
    func remaining(now: Duration) -> [(window: RateWindow, calls: Int)] {
        Array(zip(log.windows, log.remaining(at: now))).map { (window: $0, calls: $1) }
    }

    /// The moment of the call at this place in line, from 0.
    private func projected(_ place: Int, now: Duration) -> Duration {
        var moments: [Duration] = []
        let start = max(now, pausedUntil)
        for _ in 0..<place { moments.append(log.earliest(from: start, behind: moments)) }
        return log.earliest(from: start, behind: moments)
    }
}
