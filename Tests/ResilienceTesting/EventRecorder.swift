public import Resilience
import Synchronization

/// Keeps the events it is told of.
public final class EventRecorder: ResilienceObserver {
    private let kept = Mutex<[ResilienceEvent]>([])

    public init() {}

    public func observe(_ event: ResilienceEvent) { kept.withLock { $0.append(event) } }

    public var events: [ResilienceEvent] { kept.withLock { $0 } }

    public var transitions: [BreakerTransition] {
        events.compactMap { if case .breakerTransition(let transition) = $0.kind { transition } else { nil } }
    }

    /// The moments at which attempts began.
    public var attempts: [Duration] {
        events.compactMap { if case .attemptBegan = $0.kind { $0.at } else { nil } }
    }

    /// Retries that were scheduled.
    public var retries: Int {
        events.count { if case .retry = $0.kind { true } else { false } }
    }
}
