internal import Synchronization
public import Tracing

/// Records spans, hands their place on as `traceparent`, and gathers what is to be exported.
///
/// A trace that came from outside is recorded if it is there (its sampled flag); one that begins here is recorded by
/// chance, decided on its id, so that everybody who sees the id decides alike.
public struct AirlockTracer: Tracer {
    public struct Settings: Sendable, Hashable {
        /// The share of traces that are recorded, from 0 to 1. Default 1.
        public var sampledShare = 1.0
        /// Spans that may wait for their export; further ones are dropped and counted. Default 2,048.
        public var maxWaiting = 2048
        /// Spans in one body. Default 512.
        public var batch = 512
        /// In the exported resource. Default `airlock`.
        public var serviceName = "airlock"
        public var serviceVersion = ""

        public init() {}
    }

    private let settings: Settings
    private let queue: SpanQueue
    private let random: @Sendable () -> UInt64

    /// - Parameter random: for the ids; evenly distributed.
    public init(
        _ settings: Settings = Settings(),
        random: @escaping @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }
    ) {
        self.settings = settings
        self.random = random
        queue = SpanQueue(max(settings.maxWaiting, 0))
    }

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> AirlockSpan {
        var context = context()
        let parent = context.traceParent
        let traceID = parent?.traceID ?? TraceID(high: random(), low: id())
        let isSampled = parent?.isSampled ?? isSampled(traceID)
        let place = TraceParent(traceID: traceID, spanID: id(), isSampled: isSampled)
        context.traceParent = place
        return AirlockSpan(
            name: operationName, context: context, place: place, parentSpanID: parent?.spanID, kind: kind,
            start: instant().nanosecondsSinceEpoch, onEnd: { [queue] in queue.add(FinishedSpan($0, $1)) })
    }

    /// An id that is not zero, which would be none.
    private func id() -> UInt64 { max(random(), 1) }

    /// By the low 56 bits, which W3C Trace Context Level 2 asks to be random.
    private func isSampled(_ traceID: TraceID) -> Bool {
        Double(traceID.low & 0xFF_FFFF_FFFF_FFFF) < settings.sampledShare * 0x1p56
    }

    /// Spans are exported by ``export(_:)``, which can wait; this cannot.
    public func forceFlush() {}

    /// Reads `traceparent`; one that is not to the letter begins a new trace.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let header = extractor.extract(key: "traceparent", from: carrier) else { return }
        context.traceParent = TraceParent(header)
    }

    /// Writes `traceparent`.
    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let place = context.traceParent else { return }
        injector.inject(place.header, forKey: "traceparent", into: &carrier)
    }

    /// Ended spans that wait for their export.
    public var waiting: Int { queue.count }

    /// Spans that were dropped because too many waited.
    public var dropped: Int { queue.dropped }

    /// Sends all ended spans, in bodies of at most `batch` spans each: OTLP/HTTP with JSON (`POST /v1/traces`,
    /// `Content-Type: application/json`).
    ///
    /// - Parameter send: delivers a body. When it throws, its spans go back to the queue as far as there is room, and the
    ///   rest stays where it is.
    /// - Throws: what `send` throws.
    public func export(_ send: (_ body: [UInt8]) async throws -> Void) async throws {
        var left = queue.count
        while left > 0 {
            let batch = queue.take(min(max(settings.batch, 1), left))
            if batch.isEmpty { return }
            left -= batch.count
            do {
                try await send(OTLPBody.json(batch, service: settings.serviceName, version: settings.serviceVersion))
            } catch {
                queue.putBack(batch)
                throw error
            }
        }
    }
}

/// Ended spans in the order of their ends, bounded.
private final class SpanQueue: Sendable {
    private struct State {
        var spans: [FinishedSpan] = []
        var dropped = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(_ limit: Int) { self.limit = limit }

    var count: Int { state.withLock(\.spans.count) }
    var dropped: Int { state.withLock(\.dropped) }

    func add(_ span: FinishedSpan) {
        state.withLock { state in
            if state.spans.count < limit { state.spans.append(span) } else { state.dropped += 1 }
        }
    }

    func take(_ count: Int) -> [FinishedSpan] {
        state.withLock { state in
            let taken = Array(state.spans.prefix(count))
            state.spans.removeFirst(taken.count)
            return taken
        }
    }

    func putBack(_ spans: [FinishedSpan]) {
        state.withLock { state in
            let kept = spans.prefix(max(limit - state.spans.count, 0))
            state.dropped += spans.count - kept.count
            state.spans.insert(contentsOf: kept, at: 0)
        }
    }
}
