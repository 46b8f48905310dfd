internal import AirlockCore
public import CoreMetrics
public import Resilience

/// Counts and times what happens to calls.
public struct CallMetrics: ResilienceObserver {
    private let factory: any MetricsFactory

    /// - Parameter factory: where the metrics go, such as a ``RegistryFactory``.
    public init(factory: any MetricsFactory) { self.factory = factory }

    /// The metrics' names with what they mean, for `# HELP` and the documentation.
    public static let descriptions: [(name: String, help: String)] = [
        (
            "airlock_upstream_attempts_total",
            "Attempts by how they ended: success, throttled, transient, permanent, cancelled."
        ),
        ("airlock_upstream_attempt_seconds", "How long attempts took."),
        (
            "airlock_upstream_errors_total",
            "Attempts that failed, by what went wrong: http_503, connect, timeout_total."
        ),
        ("airlock_upstream_retries_total", "Attempts that were made again."),
        ("airlock_upstream_gave_up_total", "Calls that failed for good, by why no other attempt was made."),
        ("airlock_cache_lookups_total", "Calls that a kept answer could serve: hit, miss, stale, coalesced."),
        ("airlock_cache_evictions_total", "Kept answers that had to go for new ones."),
        ("airlock_rate_limit_wait_seconds", "How long calls waited for the rate limit."),
        ("airlock_rate_limit_refused_total", "Calls that the rate limit refused, by reason."),
        ("airlock_rate_limit_pauses_total", "Times that the upstream asked to be left alone."),
        ("airlock_bulkhead_wait_seconds", "How long calls waited for a place."),
        ("airlock_bulkhead_refused_total", "Calls that got no place."),
        ("airlock_breaker_state", "The circuit: 0 closed, 1 half-open, 2 open."),
        ("airlock_breaker_transitions_total", "Changes of the circuit's state."),
        ("airlock_breaker_refused_total", "Calls that an open circuit refused."),
        ("airlock_http_connections", "Connections that are open, kept ones among them."),
        ("airlock_http_connections_opened_total", "Connections that were made."),
        ("airlock_http_connections_reused_total", "Requests that went out on a connection that was there already."),
        ("airlock_http_requests_in_flight", "Requests that wait for their answer."),
        ("airlock_http_requests_waiting", "Requests that wait for a connection."),
        ("airlock_http_sent_bytes_total", "Bytes that were sent, headers among them."),
        ("airlock_http_received_bytes_total", "Bytes that came back, before decoding."),
        ("airlock_runs_total", "Runs by how they ended."),
        ("airlock_run_seconds", "How long runs took, from the child's start to its end."),
        ("airlock_health", "The last health check: 1 passed, 0 failed."),
    ]

    /// Gives the registry the meaning of all metrics that are made here.
    public static func describe(in registry: MetricRegistry) {
        for (name, help) in descriptions { registry.describe(name, help) }
    }

    public func observe(_ event: ResilienceEvent) {
        let group = ("group", event.group)
        let call = ("call", event.call ?? "")
        switch event.kind {
        case .cacheHit: count("airlock_cache_lookups_total", [group, ("outcome", "hit")])
        case .cacheMiss: count("airlock_cache_lookups_total", [group, ("outcome", "miss")])
        case .cacheStale: count("airlock_cache_lookups_total", [group, ("outcome", "stale")])
        case .coalesced: count("airlock_cache_lookups_total", [group, ("outcome", "coalesced")])
        case .cacheEvicted(let entries): count("airlock_cache_evictions_total", [group], entries)
        case .rateLimitWaited(let wait): time("airlock_rate_limit_wait_seconds", [group], wait)
        case .rateLimitRefused(let limited):
            count("airlock_rate_limit_refused_total", [group, ("reason", limited.reason.rawValue)])
        case .rateLimitPaused: count("airlock_rate_limit_pauses_total", [group])
        case .bulkheadWaited(let wait): time("airlock_bulkhead_wait_seconds", [group], wait)
        case .bulkheadRefused: count("airlock_bulkhead_refused_total", [group])
        case .breakerRefused: count("airlock_breaker_refused_total", [group])
        case .breakerTransition(let transition):
            count(
                "airlock_breaker_transitions_total",
                [group, ("from", transition.from.rawValue), ("to", transition.to.rawValue)])
            set("airlock_breaker_state", [group], Self.number(of: transition.to))
        case .attemptBegan: break
        case .attemptSucceeded(_, let latency): attempt([group, call], "success", latency)
        case .attemptFailed(_, let latency, let failure):
            attempt([group, call], failure.kind.rawValue, latency)
            let kind = failure.name.isEmpty ? failure.kind.rawValue : failure.name
            count("airlock_upstream_errors_total", [group, call, ("kind", kind)])
        case .attemptCancelled(_, let latency): attempt([group, call], "cancelled", latency)
        case .retry: count("airlock_upstream_retries_total", [group, call])
        case .gaveUp(let stop, _): count("airlock_upstream_gave_up_total", [group, ("reason", stop.rawValue)])
        }
    }

    /// Sets the circuit's gauge before its first change, so that a closed one is there to be seen.
    public func observe(_ group: EndpointGroup) {
        guard let phase = group.breaker?.phase else { return }
        set("airlock_breaker_state", [("group", group.name)], Self.number(of: phase))
    }

    /// Notes the outcome of a health check.
    public func health(_ check: String, passed: Bool) { set("airlock_health", [("check", check)], passed ? 1 : 0) }

    /// Notes the end of a run.
    public func run(status: String, wall: Duration) {
        count("airlock_runs_total", [("status", status)])
        time("airlock_run_seconds", [("status", status)], wall)
    }

    /// Sets a gauge of the transport's.
    public func gauge(_ name: String, _ value: Int) { set(name, [], Double(value)) }

    /// Brings a counter to what somebody else has counted.
    public func counter(_ name: String, total: Int) {
        let counter = factory.makeCounter(label: name, dimensions: [])
        counter.reset()
        counter.increment(by: Int64(total))
    }

    private func attempt(_ labels: [(String, String)], _ outcome: String, _ latency: Duration) {
        count("airlock_upstream_attempts_total", labels + [("outcome", outcome)])
        time("airlock_upstream_attempt_seconds", labels, latency)
    }

    private static func number(of phase: BreakerPhase) -> Double {
        switch phase {
        case .closed: 0
        case .halfOpen: 1
        case .open: 2
        }
    }

    private func count(_ name: String, _ labels: [(String, String)], _ amount: Int = 1) {
        factory.makeCounter(label: name, dimensions: labels).increment(by: Int64(amount))
    }

    private func set(_ name: String, _ labels: [(String, String)], _ value: Double) {
        factory.makeMeter(label: name, dimensions: labels).set(value)
    }

    private func time(_ name: String, _ labels: [(String, String)], _ time: Duration) {
        let nanoseconds = time.inSeconds * 1e9
        guard nanoseconds >= 0, nanoseconds < 9e18 else { return }
        factory.makeTimer(label: name, dimensions: labels).recordNanoseconds(Int64(nanoseconds))
    }
}
