/// A circuit breaker (M. Nygard, "Release It!"): closed, open and half-open, driven by outcomes and the time.
struct BreakerState: Sendable {
    /// What a call that was let through gives back with its outcome.
    struct Ticket: Sendable, Hashable {
        /// Outcomes of calls from before the last change of phase count for nothing.
        fileprivate var era: UInt64
        /// `nil` for an ordinary call.
        fileprivate var probe: UInt64?
    }

    private enum Mode {
        case closed(OutcomeWindow)
        case open(until: Duration)
        case halfOpen(underWay: [(probe: UInt64, since: Duration)], successes: Int)

        var name: BreakerPhase {
            switch self {
            case .closed: .closed
            case .open: .open
            case .halfOpen: .halfOpen
            }
        }
    }

    private let settings: BreakerSettings
    private var mode: Mode
    private var era: UInt64 = 0
    private var lastProbe: UInt64 = 0
    private var interval: Duration

    init(_ settings: BreakerSettings) {
        self.settings = settings
        mode = .closed(OutcomeWindow(settings.window))
        interval = settings.probeInterval.bounded
    }

    /// The phase as the next call would find it.
    func phase(now: Duration) -> BreakerPhase {
        switch mode {
        case .closed: .closed
        case .open(let until): now < until ? .open : .halfOpen
        case .halfOpen: .halfOpen
        }
    }

    /// Why a call would be let through at `now`, or would not: changes nothing.
    func refusal(now: Duration) -> CircuitOpen? {
        switch mode {
        case .closed: nil
        case .open(let until): now < until ? CircuitOpen(timeLeft: until - now, phase: .open) : nil
        case .halfOpen(let underWay, _):
            live(underWay, now).count < max(settings.probes, 1) ? nil : CircuitOpen(timeLeft: .zero, phase: .halfOpen)
        }
    }

    enum Admission: Equatable, Sendable {
        case admitted(Ticket)
        case refused(CircuitOpen)
    }

    mutating func admit(now: Duration) -> (Admission, BreakerTransition?) {
        if let refusal = refusal(now: now) { return (.refused(refusal), nil) }
        var transition: BreakerTransition?
        if case .open = mode {
            transition = change(to: .halfOpen(underWay: [], successes: 0), now)
        }
        guard case .halfOpen(let underWay, let successes) = mode else {
            return (.admitted(Ticket(era: era, probe: nil)), transition)
        }
        lastProbe += 1
        mode = .halfOpen(underWay: live(underWay, now) + [(lastProbe, now)], successes: successes)
        return (.admitted(Ticket(era: era, probe: lastProbe)), transition)
    }

    /// Takes the outcome of a call that was let through.
    mutating func record(_ outcome: BreakerOutcome, of ticket: Ticket, now: Duration) -> BreakerTransition? {
        guard ticket.era == era else { return nil }
        switch mode {
        case .open: return nil
        case .closed(var window):
            guard outcome != .ignored else { return nil }
            window.record(failure: outcome == .failure, now: now)
            mode = .closed(window)
            guard outcome == .failure, isTooMuch(window.totals(now: now)) else { return nil }
            interval = settings.probeInterval.bounded
            return change(to: .open(until: now + interval), now)
        case .halfOpen(var underWay, var successes):
            // One whose time ran out has lost its say: another took its place.
            guard let index = underWay.firstIndex(where: { $0.probe == ticket.probe }) else { return nil }
            underWay.remove(at: index)
            if outcome == .failure {
                interval = min(
                    interval.times(settings.probeGrowth), max(settings.longestProbeInterval.bounded, interval))
                return change(to: .open(until: now + interval), now)
            }
            if outcome == .success { successes += 1 }
            guard successes < settings.successesToClose else {
                return change(to: .closed(OutcomeWindow(settings.window)), now)
            }
            mode = .halfOpen(underWay: underWay, successes: successes)
            return nil
        }
    }

    private func isTooMuch(_ totals: (calls: Int, failures: Int)) -> Bool {
        totals.calls >= settings.minimumCalls && totals.failures >= settings.failureCount
            && Double(totals.failures) >= settings.failureRate * Double(totals.calls)
    }

    private func live(
        _ underWay: [(probe: UInt64, since: Duration)], _ now: Duration
    ) -> [(probe: UInt64, since: Duration)] {
        underWay.filter { now - $0.since < settings.probeTimeout.bounded }
    }

    private mutating func change(to mode: Mode, _ now: Duration) -> BreakerTransition {
        let from = self.mode.name
        self.mode = mode
        era += 1
        return BreakerTransition(from: from, to: mode.name, at: now)
    }
}
