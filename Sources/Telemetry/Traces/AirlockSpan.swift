internal import AirlockCore
internal import Synchronization
public import Tracing

/// A span that is being recorded; once ended it goes to the tracer's batch.
///
/// Attributes beyond ``maxAttributes`` and events and links beyond ``maxEvents`` are dropped; texts are redacted and cut.
public final class AirlockSpan: Span {
    public static let maxAttributes = 64
    public static let maxEvents = 32

    struct State: Sendable {
        var name: String
        var attributes: SpanAttributes = [:]
        var events: [SpanEvent] = []
        var links: [SpanLink] = []
        var status: SpanStatus?
        var end: UInt64?
    }

    public let context: ServiceContext
    let place: TraceParent
    let parentSpanID: UInt64?
    let kind: SpanKind
    let start: UInt64
    private let state: Mutex<State>
    private let onEnd: @Sendable (AirlockSpan, State) -> Void

    init(
        name: String, context: ServiceContext, place: TraceParent, parentSpanID: UInt64?, kind: SpanKind, start: UInt64,
        onEnd: @escaping @Sendable (AirlockSpan, State) -> Void
    ) {
        self.context = context
        self.place = place
        self.parentSpanID = parentSpanID
        self.kind = kind
        self.start = start
        self.onEnd = onEnd
        state = Mutex(State(name: name))
    }

    public var isRecording: Bool { place.isSampled && state.withLock { $0.end == nil } }

    public var operationName: String {
        get { state.withLock(\.name) }
        set { change { $0.name = newValue } }
    }

    public var attributes: SpanAttributes {
        get { state.withLock(\.attributes) }
        set { change { $0.attributes = newValue } }
    }

    public func setStatus(_ status: SpanStatus) { change { $0.status = status } }

    public func addEvent(_ event: SpanEvent) {
        change { if $0.events.count < Self.maxEvents { $0.events.append(event) } }
    }

    public func addLink(_ link: SpanLink) {
        change { if $0.links.count < Self.maxEvents { $0.links.append(link) } }
    }

    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = SpanAttribute.string(String(describing: type(of: error)))
        attributes["exception.message"] = SpanAttribute.string("\(error)")
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        let end = instant().nanosecondsSinceEpoch
        let ended: State? = state.withLock { state in
            guard state.end == nil else { return nil }
            state.end = max(end, start)
            return state
        }
        if let ended, place.isSampled { onEnd(self, ended) }
    }

    private func change(_ body: (inout State) -> Void) {
        guard place.isSampled else { return }
        state.withLock { state in
            if state.end == nil { body(&state) }
        }
    }
}
