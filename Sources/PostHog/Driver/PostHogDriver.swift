public import AirlockCore
public import DriverKit
internal import HTTPTransport
public import Logging
public import Resilience
internal import Synchronization
public import Telemetry

/// PostHog over its HTTP API.
///
/// Making one costs nothing; the first call opens the first connection. Safe to use from several tasks at once; one
/// instance is meant to serve a whole process, since it holds the connections, the limits and the cache.
public final class PostHogDriver: DataDriver {
    public let name = "posthog"
    let client: PostHogClient
    private let queries = ReadQueries()
    /// Events on their way to PostHog. Nothing is opened before the first of them.
    let events: EventCapture
    let definitions: FlagDefinitionsStore
    /// What the last health check found.
    let lastHealth = Mutex<[HealthCheck]>([])

    /// - Parameters:
    ///   - observer: is told of attempts, waits, hits and the breaker's moves, for logs and metrics.
    ///   - random: for jitter, evenly distributed from 0 up to 1.
    ///   - logger: at `debug`, what PostHog said of the requests that it refused, whole and redacted. Default: silent.
    ///   - tracer: records a span for each attempt, and tells PostHog its place. Default: none.
    /// - Throws: `invalid_argument` with everything that is wrong with the configuration.
    public convenience init(
        _ configuration: PostHogConfiguration, clock: any ResilienceClock = SystemClock(),
        observer: any ResilienceObserver = SilentObserver(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }, logger: Logger? = nil,
        tracer: AirlockTracer? = nil
    ) throws(AirlockError) {
        var watch = PostHogWatch()
        if let logger { watch.logger = logger }
        watch.tracer = tracer
        self.init(try PostHogClient(configuration, clock: clock, observer: observer, random: random, watch: watch))
    }

    init(_ client: PostHogClient) {
        self.client = client
        events = EventCapture(client)
        definitions = FlagDefinitionsStore(client)
    }

    /// Brings the gauges of circuits and connections to where they stand, and those of the last health check.
    public func report(to metrics: CallMetrics) {
        for check in lastHealth.withLock({ $0 }) where check.state != .unknown {
            metrics.health(check.name, passed: check.state != .failed)
        }
        for group in client.groups { metrics.observe(group) }
        let counts = client.statistics
        metrics.gauge("airlock_http_connections", counts.openConnections)
        metrics.counter("airlock_http_connections_opened_total", total: counts.connectionsOpened)
        metrics.counter("airlock_http_connections_reused_total", total: counts.connectionsReused)
        metrics.gauge("airlock_http_requests_in_flight", counts.requestsInFlight)
        metrics.gauge("airlock_http_requests_waiting", counts.requestsWaiting)
        metrics.counter("airlock_http_sent_bytes_total", total: counts.bytesSent)
        metrics.counter("airlock_http_received_bytes_total", total: counts.bytesReceived)
    }

    /// Ends everything under way and closes the connections. Events that were not sent stay on the disk; ``flush(within:)``
    /// sends them first.
    public func shutdown() async {
        await events.close()
        await client.shutdown()
    }

    /// The eight entity types. What the key's scopes do not reach shows when it is asked for, or in a health check.
    public func listObjects() async throws(AirlockError) -> [DataObject] {
        EntityType.allCases.map {
            DataObject(name: $0.rawValue, description: $0.text, available: true, queryable: $0.table != nil)
        }
    }

    public func prepare(_ text: String, values: JSONObject) async throws(AirlockError) -> any PreparedQuery {
        try PostHogQuery(try queries.read(text), values: values, client: client)
    }

    public func names(of kind: DataNameKind) async throws(AirlockError) -> [String] {
        switch kind {
        case .table: try await schema().map(\.name)
        case .event: try await definitions("event_definitions", query: []).compactMap { $0["name"]?.stringValue }
        case .property:
            try await definitions("property_definitions", query: [("type", "event")])
                .compactMap { $0["name"]?.stringValue }
        case .cohort: try await definitions("cohorts", query: []).compactMap { $0["id"]?.numberValue?.text }
        }
    }

    /// A list that changes seldom, kept for ``PostHogConfiguration/definitionsAge``.
    func definitions(
        _ list: String, query: [(name: String, value: String)]
    ) async throws(AirlockError) -> [JSONValue] {
        var request = PostHogRequest.get(list, "\(list)/", query: query)
        request.maximumAge = client.configuration.definitionsAge
        return try await client.list(request, limit: Self.maxDefinitions).rows
    }

    /// A project with more names than this is not enumerated further: they serve hints and checks of spelling.
    static let maxDefinitions = 2000
}
