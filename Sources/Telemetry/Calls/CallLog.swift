public import Logging
public import Resilience
internal import Tracing

/// Logs what happens to calls: constant messages, the rest as metadata.
public struct CallLog: ResilienceObserver {
    private let logger: Logger

    public init(_ logger: Logger) { self.logger = logger }

    public func observe(_ event: ResilienceEvent) {
        let (level, message, fields) = Self.entry(event.kind)
        logger.log(
            level: level, message,
            metadata: {
                var metadata = fields
                metadata["group"] = .string(event.group)
                if let call = event.call { metadata["call"] = .string(call) }
                if let run = ServiceContext.current?.runID { metadata["run_id"] = .string(run) }
                return metadata
            }())
    }

    private static func entry(_ kind: ResilienceEvent.Kind) -> (Logger.Level, Logger.Message, Logger.Metadata) {
        switch kind {
        case .cacheHit(let age): (.debug, "answer from the cache", ["age_ms": .stringConvertible(age)])
        case .cacheMiss: (.trace, "no answer in the cache", [:])
        case .cacheStale(let age): (.warning, "an old answer stands in", ["age_ms": .stringConvertible(age)])
        case .cacheEvicted(let entries): (.debug, "cache entries evicted", ["entries": .stringConvertible(entries)])
        case .coalesced: (.debug, "joined an identical call", [:])
        case .rateLimitWaited(let wait): (.debug, "waited for the rate limit", ["wait_ms": .stringConvertible(wait)])
        case .rateLimitRefused(let limited):
            (
                .warning, "refused by the rate limit",
                ["reason": .string(limited.reason.rawValue), "wait_ms": .stringConvertible(limited.wait)]
            )
        case .rateLimitPaused(let wait):
            (.warning, "the upstream asks for a pause", ["wait_ms": .stringConvertible(wait)])
        case .bulkheadWaited(let wait): (.debug, "waited for a place", ["wait_ms": .stringConvertible(wait)])
        case .bulkheadRefused: (.warning, "no place for the call", [:])
        case .breakerRefused(let open):
            (.debug, "refused by the open circuit", ["time_left_ms": .stringConvertible(open.timeLeft)])
        case .breakerTransition(let transition):
            (
                transition.to == .open && transition.from == .closed ? .error : .notice, "circuit changed",
                ["from": .string(transition.from.rawValue), "to": .string(transition.to.rawValue)]
            )
        case .attemptBegan(let number): (.trace, "attempt began", ["attempt": .stringConvertible(number)])
        case .attemptSucceeded(let number, let latency): (.debug, "attempt succeeded", attempt(number, latency, "ok"))
        case .attemptFailed(let number, let latency, let failure):
            (
                .warning, "attempt failed",
                attempt(number, latency, failure.kind.rawValue).merging(
                    failure.name.isEmpty ? [:] : ["error": .string(failure.name)]
                ) { $1 }
            )
        case .attemptCancelled(let number, let latency):
            (.debug, "attempt cancelled", attempt(number, latency, "cancelled"))
        case .retry(let number, let wait):
            (.info, "trying again", ["attempt": .stringConvertible(number), "wait_ms": .stringConvertible(wait)])
        case .gaveUp(let stop, let attempts):
            (.error, "gave up", ["reason": .string(stop.rawValue), "attempt": .stringConvertible(attempts)])
        }
    }

    private static func attempt(_ number: Int, _ latency: Duration, _ status: String) -> Logger.Metadata {
        ["attempt": .stringConvertible(number), "latency_ms": .stringConvertible(latency), "status": .string(status)]
    }
}

/// Tells several observers, one after the other.
public struct Observers: ResilienceObserver {
    private let observers: [any ResilienceObserver]

    public init(_ observers: [any ResilienceObserver]) { self.observers = observers }

    public func observe(_ event: ResilienceEvent) {
        for observer in observers { observer.observe(event) }
    }
}
