/// The moments of the last calls that were let through, and what they leave for the next: exact sliding windows.
///
/// A window of `n` calls has room as soon as the n-th last call lies a period back, so one ring of the largest `n`
/// serves all windows, and looking costs one step for each. Counting in fixed intervals would be smaller, but lets up
/// to twice as many through around an interval's end.
struct AdmissionLog: Sendable {
    let windows: [RateWindow]
    private let capacity: Int
    private var times: [Duration] = []
    /// Where the next moment goes once the ring is full.
    private var next = 0

    init(windows: [RateWindow]) {
        self.windows = windows.map {
            RateWindow(
                maxCalls: min(max($0.maxCalls, 1), RateLimitSettings.mostCalls),
                period: $0.period.bounded)
        }
        capacity = self.windows.map(\.maxCalls).max() ?? 0
    }

    mutating func append(_ moment: Duration) {
        guard capacity > 0 else { return }
        if times.count < capacity {
            times.append(moment)
        } else {
            times[next] = moment
            next = (next + 1) % capacity
        }
    }

    /// The n-th last moment, from 1; `nil` if there were fewer.
    private func last(_ number: Int) -> Duration? {
        guard number >= 1, number <= times.count else { return nil }
        return times[(next + times.count - number) % times.count]
    }

    /// The earliest moment for one more call, behind calls that will come at the moments of `ahead`, in their order.
    func earliest(from now: Duration, behind ahead: [Duration] = []) -> Duration {
        var earliest = max(now, ahead.last ?? now)
        for window in windows {
            let index = ahead.count - window.maxCalls
            if let moment = index >= 0 ? ahead[index] : last(-index) {
                earliest = max(earliest, moment + window.period)
            }
        }
        return earliest
    }

    /// How many calls each window would still let through at once.
    func remaining(at now: Duration) -> [Int] {
        windows.map { window in
            // The moments never go back, so those inside the window are the last ones: find how many by bisection.
            var (inside, outside) = (0, min(window.maxCalls, times.count) + 1)
            while outside - inside > 1 {
                let middle = (inside + outside) / 2
                if let moment = last(middle), moment + window.period > now { inside = middle } else { outside = middle }
            }
            return window.maxCalls - inside
        }
    }
}
