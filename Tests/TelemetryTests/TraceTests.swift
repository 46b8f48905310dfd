import AirlockCore
import ResilienceTesting
import Telemetry
import Testing
import Tracing

@Suite struct TraceTests {
    static let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func readsAndWritesTraceparent() throws {
        let place = try #require(TraceParent(Self.header))
        #expect("\(place.traceID)" == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(place.spanID == 0x00f0_67aa_0ba9_02b7 && place.isSampled)
        #expect(place.header == Self.header)
        #expect(TraceParent(Self.header.dropLast() + "0")?.isSampled == false)
        // Of a later version what is known is read.
        #expect(TraceParent("cc" + Self.header.dropFirst(2) + "-what-comes-later")?.header == Self.header)
        #expect(TraceParent("cc" + Self.header.dropFirst(2))?.header == Self.header)
    }

    static let wrong: [String] = {
        let rest = String(header.dropFirst(2))
        return [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", header + " ", " " + header, "0-" + header,
            "ff" + rest, "00" + rest + "-more", "cc" + rest + "more", "é" + rest,
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        ]
    }()

    @Test(arguments: wrong)
    func refusesWhatIsNotToTheLetter(_ header: String) {
        #expect(TraceParent(header) == nil)
    }

    struct Fields: Extractor, Injector {
        func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
        func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
    }

    static func tracer(_ change: (inout AirlockTracer.Settings) -> Void = { _ in }) -> AirlockTracer {
        var settings = AirlockTracer.Settings()
        change(&settings)
        let state = Shared(SeededRandom(7))
        return AirlockTracer(settings) {
            var number: UInt64 = 0
            state.change { number = $0.next() }
            return number
        }
    }

    @Test func spansFormATrace() async throws {
        let tracer = Self.tracer()
        var context = ServiceContext.topLevel
        tracer.extract(["traceparent": Self.header], into: &context, using: Fields())
        var carrier: [String: String] = [:]
        tracer.withSpan("outer", context: context, ofKind: .client) { outer in
            outer.attributes["rows"] = SpanAttribute.int64(1 << 60)
            outer.attributes["api_key"] = SpanAttribute.string("hunter2")
            outer.attributes["url"] = SpanAttribute.string("https://u:hunter2hunter2@host/")
            outer.addEvent(SpanEvent(name: "retry"))
            tracer.withSpan("inner", context: outer.context) { inner in
                tracer.inject(inner.context, into: &carrier, using: Fields())
                inner.recordError(AirlockError(.upstreamFailed, "said phx_0123456789abcdefSECRET"))
                inner.setStatus(SpanStatus(code: .error, message: "failed"))
            }
        }
        let bodies = Shared<[[UInt8]]>([])
        try await tracer.export { body in bodies.change { $0.append(body) } }
        let body = try #require(bodies.value.first)
        let text = String(decoding: body, as: UTF8.self)
        #expect(!text.contains("hunter2") && !text.contains("3456789abcdef"))
        let document = try JSONValue(json: text)
        let resource = try #require(document["resourceSpans"]?.arrayValue?.first)
        #expect(
            resource["resource"]?["attributes"]?.arrayValue == [
                ["key": "service.name", "value": ["stringValue": "airlock"]]
            ])
        let spans = try #require(resource["scopeSpans"]?.arrayValue?.first?["spans"]?.arrayValue)
        #expect(spans.map { $0["name"] } == ["inner", "outer"])
        #expect(spans.allSatisfy { $0["traceId"] == "4bf92f3577b34da6a3ce929d0e0e4736" })
        #expect(spans[1]["parentSpanId"] == "00f067aa0ba902b7" && spans[0]["parentSpanId"] == spans[1]["spanId"])
        #expect(spans[0]["kind"] == 1 && spans[1]["kind"] == 3)
        #expect(spans[0]["status"] == ["code": 2, "message": "failed"])
        #expect(spans[0]["events"]?.arrayValue?.first?["name"] == "exception")
        #expect(
            spans[1]["attributes"]?.arrayValue?.contains(["key": "rows", "value": ["intValue": "1152921504606846976"]])
                == true)
        let injected = try #require(carrier["traceparent"].flatMap { TraceParent($0) })
        #expect(spans[0]["spanId"] == .string(String(carrier["traceparent"]?.dropFirst(36).prefix(16) ?? "")))
        #expect("\(injected.traceID)" == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(tracer.waiting == 0)
    }

    @Test func samplingKeepsToItsShareAndToTheCaller() {
        for (share, expected) in [(0.0, 0...0), (0.25, 200...300), (1.0, 1000...1000)] {
            let tracer = Self.tracer { $0.sampledShare = share }
            for _ in 0..<1000 { tracer.startSpan("s", context: .topLevel).end() }
            #expect(expected.contains(tracer.waiting), "\(share): \(tracer.waiting)")
        }
        let tracer = Self.tracer { $0.sampledShare = 0 }
        for flag in ["00", "01"] {
            var context = ServiceContext.topLevel
            tracer.extract(["traceparent": Self.header.dropLast(2) + flag], into: &context, using: Fields())
            let span = tracer.startSpan("s", context: context)
            #expect(span.isRecording == (flag == "01"))
            span.end()
        }
        #expect(tracer.waiting == 1)
    }

    @Test func whatWaitsIsBounded() async throws {
        struct Refused: Error {}
        let tracer = Self.tracer {
            $0.maxWaiting = 10
            $0.batch = 4
        }
        for _ in 0..<15 { tracer.startSpan("s", context: .topLevel).end() }
        #expect(tracer.waiting == 10 && tracer.dropped == 5)
        let sizes = Shared<[Int]>([])
        await #expect(throws: Refused.self) {
            try await tracer.export { _ in
                if sizes.value.count == 1 { throw Refused() }
                sizes.change { $0.append(0) }
            }
        }
        // The first four are gone, the others wait for the next time.
        #expect(tracer.waiting == 6 && tracer.dropped == 5)
        try await tracer.export { _ in sizes.change { $0.append(0) } }
        #expect(sizes.value.count == 3 && tracer.waiting == 0)
    }

    @Test func aSpanEndsOnceAndIsBounded() async throws {
        let tracer = Self.tracer()
        let span = tracer.startSpan("s", context: .topLevel)
        for number in 0..<1000 {
            span.attributes["k\(number)"] = SpanAttribute.string(String(repeating: "x", count: 5000))
            span.addEvent(SpanEvent(name: "e"))
        }
        span.end()
        span.end()
        span.operationName = "late"
        #expect(span.operationName == "s" && tracer.waiting == 1 && !span.isRecording)
        let size = Shared(0)
        try await tracer.export { body in size.change { $0 = body.count } }
        #expect(size.value < 100_000)
    }
}
