internal import AirlockCore
internal import Tracing

/// A span as it is exported.
struct FinishedSpan: Sendable {
    var json: JSONValue

    /// Made at the span's end: what waits in the queue is bounded text, not what the caller's objects hold on to.
    init(_ span: AirlockSpan, _ state: AirlockSpan.State) {
        var object: JSONObject = [
            "traceId": .string("\(span.place.traceID)"), "spanId": .string(TraceParent.hex(span.place.spanID)),
            "flags": .int(span.place.isSampled ? 1 : 0), "name": .string(OTLPBody.text(state.name)),
            "kind": .int(span.kind.number), "startTimeUnixNano": .string("\(span.start)"),
            "endTimeUnixNano": .string("\(state.end ?? span.start)"),
            "attributes": OTLPBody.attributes(state.attributes),
        ]
        if let parent = span.parentSpanID { object["parentSpanId"] = .string(TraceParent.hex(parent)) }
        if !state.events.isEmpty {
            object["events"] = .array(
                state.events.map { event in
                    [
                        "timeUnixNano": .string("\(event.nanosecondsSinceEpoch)"),
                        "name": .string(OTLPBody.text(event.name)), "attributes": OTLPBody.attributes(event.attributes),
                    ]
                })
        }
        let links = state.links.compactMap { link in link.context.traceParent.map { ($0, link.attributes) } }
        if !links.isEmpty {
            object["links"] = .array(
                links.map { place, attributes in
                    [
                        "traceId": .string("\(place.traceID)"), "spanId": .string(TraceParent.hex(place.spanID)),
                        "attributes": OTLPBody.attributes(attributes),
                    ]
                })
        }
        if let status = state.status {
            var value: JSONObject = ["code": status.code == .ok ? 1 : 2]
            if let message = status.message { value["message"] = .string(OTLPBody.text(message)) }
            object["status"] = .object(value)
        }
        json = .object(object)
    }
}

/// The body of an OTLP/HTTP export (OpenTelemetry Protocol 1.x, `ExportTraceServiceRequest`) in its JSON encoding: ids as
/// hexadecimal digits, 64-bit integers as text, enumerations as numbers.
enum OTLPBody {
    static func json(_ spans: [FinishedSpan], service: String, version: String) -> [UInt8] {
        var resource: SpanAttributes = ["service.name": SpanAttribute.string(service)]
        if !version.isEmpty { resource["service.version"] = SpanAttribute.string(version) }
        let body: JSONValue = [
            "resourceSpans": [
                [
                    "resource": ["attributes": attributes(resource)],
                    "scopeSpans": [["scope": ["name": "airlock"], "spans": .array(spans.map(\.json))]],
                ]
            ]
        ]
        return body.jsonBytes
    }

    static func text(_ text: String) -> String { LogText.clean(text, maxBytes: 1024) }

    static func attributes(_ attributes: SpanAttributes) -> JSONValue {
        var pairs: [(String, SpanAttribute)] = []
        attributes.forEach { pairs.append(($0, $1)) }
        let kept = pairs.sorted { $0.0 < $1.0 }.prefix(AirlockSpan.maxAttributes)
        return .array(kept.map { name, value in ["key": .string(text(name)), "value": self.value(value, of: name)] })
    }

    private static func value(_ value: SpanAttribute, of name: String) -> JSONValue {
        if SecretNames.contains(name) { return ["stringValue": "…"] }
        switch value {
        case .int32(let number): return int(Int64(number))
        case .int64(let number): return int(number)
        case .double(let number): return double(number)
        case .bool(let flag): return ["boolValue": .bool(flag)]
        case .string(let text): return string(text)
        case .stringConvertible(let value): return string(value.description)
        case .int32Array(let numbers): return array(numbers.map { int(Int64($0)) })
        case .int64Array(let numbers): return array(numbers.map(int))
        case .doubleArray(let numbers): return array(numbers.map(double))
        case .boolArray(let flags): return array(flags.map { ["boolValue": .bool($0)] })
        case .stringArray(let texts): return array(texts.map(string))
        case .stringConvertibleArray(let values): return array(values.map { string($0.description) })
        default: return string("")
        }
    }

    private static func string(_ text: String) -> JSONValue { ["stringValue": .string(self.text(text))] }
    private static func int(_ number: Int64) -> JSONValue { ["intValue": .string("\(number)")] }

    /// NaN and the infinities have a text of their own in protobuf's JSON.
    private static func double(_ number: Double) -> JSONValue {
        if number.isNaN { return ["doubleValue": "NaN"] }
        if number.isInfinite { return ["doubleValue": number < 0 ? "-Infinity" : "Infinity"] }
        return ["doubleValue": .double(number)]
    }

    private static func array(_ values: [JSONValue]) -> JSONValue {
        ["arrayValue": ["values": .array(Array(values.prefix(AirlockSpan.maxAttributes)))]]
    }
}

extension SpanKind {
    /// OTLP's number.
    fileprivate var number: Int {
        switch self {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
