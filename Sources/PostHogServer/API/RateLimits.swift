internal import Synchronization

/// PostHog's rate limits: for each key and kind of endpoint a minute's and an hour's number.
final class RateLimits: Sendable {
    enum Kind: Hashable {
        case queries, clickHouse, others, definitions

        /// Requests in a window of so many seconds.
        var windows: [(seconds: Int, requests: Int)] {
            switch self {
            case .queries: [(60, 240), (3600, 2400)]
            case .clickHouse: [(60, 240), (3600, 1200)]
            case .others: [(60, 480), (3600, 4800)]
            case .definitions: [(60, 600)]
            }
        }
    }

    private struct Bucket: Hashable {
        var kind: Kind
        var key: String
    }

    private let isOn: Bool
    private let start = ContinuousClock.now
    private let history = Mutex<[Bucket: [Duration]]>([:])

    init(isOn: Bool) { self.isOn = isOn }

    /// Counts a request, unless it is refused.
    ///
    /// - Returns: the whole seconds to wait; `nil` when it may go on.
    func refusal(_ kind: Kind, key: String) -> Int? {
        isOn ? refusal(kind, key: key, at: ContinuousClock.now - start) : nil
    }

    func refusal(_ kind: Kind, key: String, at now: Duration) -> Int? {
        history.withLock { history in
            var times = history[Bucket(kind: kind, key: key)] ?? []
            let longest = kind.windows.map(\.seconds).max() ?? 0
            times.removeAll { now - $0 >= .seconds(longest) }
            defer { history[Bucket(kind: kind, key: key)] = times }
            for window in kind.windows {
                let recent = times.filter { now - $0 < .seconds(window.seconds) }
                guard recent.count >= window.requests, let oldest = recent.first else { continue }
                let left = Duration.seconds(window.seconds) - (now - oldest)
                return Int(left.components.seconds) + (left.components.attoseconds > 0 ? 1 : 0)
            }
            times.append(now)
            return nil
        }
    }
}
