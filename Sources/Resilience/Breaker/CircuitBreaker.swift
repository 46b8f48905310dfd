internal import Synchronization

/// Stops calls to an upstream that fails, and probes whether it is back.
///
/// It has no timer: an open circuit turns half-open with the first call after its interval.
public final class CircuitBreaker: Sendable {
    /// What a call that was let through gives back with its outcome.
    public struct Ticket: Sendable, Hashable {
        let ticket: BreakerState.Ticket
    }

    let settings: BreakerSettings
    private let clock: any ResilienceClock
    private let state: Mutex<BreakerState>
    private let onTransition: @Sendable (BreakerTransition) -> Void

    /// - Parameter onTransition: called with each change of phase, after it; must return soon.
    public init(
        _ settings: BreakerSettings = BreakerSettings(), clock: any ResilienceClock,
        onTransition: @escaping @Sendable (BreakerTransition) -> Void = { _ in }
    ) {
        self.settings = settings
        self.clock = clock
        self.onTransition = onTransition
        state = Mutex(BreakerState(settings))
    }

    /// As the next call would find it.
    public var phase: BreakerPhase { state.withLock { $0.phase(now: clock.now) } }

    /// Why a call would not be let through, `time` from now; `nil` if it would.
    public func refusal(in time: Duration = .zero) -> CircuitOpen? {
        state.withLock { $0.refusal(now: clock.now + time.bounded) }
    }

    /// Lets a call through. Its ticket goes to ``record(_:of:)``, once, however the call ends.
    public func admit() throws(CircuitOpen) -> Ticket {
        let (admission, transition) = state.withLock { $0.admit(now: clock.now) }
        if let transition { onTransition(transition) }
        switch admission {
        case .admitted(let ticket): return Ticket(ticket: ticket)
        case .refused(let refusal): throw refusal
        }
    }

    public func record(_ outcome: BreakerOutcome, of ticket: Ticket) {
        let transition = state.withLock { $0.record(outcome, of: ticket.ticket, now: clock.now) }
        if let transition { onTransition(transition) }
    }
}
