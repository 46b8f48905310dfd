internal import AirlockCore
internal import HTTPTransport
internal import Logging
internal import Telemetry
internal import Tracing

/// What is told of the requests: spans, with their place in `traceparent`, and the whole of what PostHog said of those it
/// refused.
struct PostHogWatch: Sendable {
    var logger = Logger(label: "airlock.posthog", factory: { _ in SwiftLogNoOpLogHandler() })
    var tracer: AirlockTracer?

    /// Of one answer; what goes beyond is not looked at.
    static let maxBody = 16 << 10

    /// Makes an attempt in a span of its own.
    func attempt(
        _ number: Int, of name: String, _ message: inout HTTPRequest,
        _ body: (HTTPRequest) async throws -> PostHogAnswer
    ) async throws -> PostHogAnswer {
        guard let tracer else { return try await body(message) }
        let span = tracer.startSpan(
            "posthog \(name)", context: ServiceContext.current ?? .topLevel, ofKind: .client)
        defer { span.end() }
        span.attributes["http.request.method"] = message.method.rawValue
        span.attributes["server.address"] = message.url.host
        span.attributes["airlock.attempt"] = number
        if let place = span.context.traceParent { message.headers.set("traceparent", .text(place.header)) }
        do {
            let answer = try await body(message)
            span.attributes["http.response.status_code"] = answer.status
            return answer
        } catch {
            if let fault = error as? PostHogFault {
                span.attributes["error.type"] = fault.name
                if case .status(let status, _, _) = fault.kind { span.attributes["http.response.status_code"] = status }
                // Its message is PostHog's; a span says what kind of failure it was.
                span.setStatus(SpanStatus(code: .error, message: fault.name))
            }
            throw error
        }
    }

    /// The body of a refusal, redacted as a whole before it is cut into lines that a log takes.
    func refused(_ response: HTTPResponse) {
        guard logger.logLevel <= .debug, !(logger.handler is SwiftLogNoOpLogHandler) else { return }
        let text = Redactor.redacted(String(decoding: response.body.prefix(Self.maxBody), as: UTF8.self))
        let bytes = Array(text.utf8)
        let run = ServiceContext.current?.runID
        for (part, start) in stride(from: 0, to: max(bytes.count, 1), by: Self.partBytes).enumerated() {
            var metadata: Logger.Metadata = [
                "http_status": .stringConvertible(response.status), "bytes": .stringConvertible(response.body.count),
                "part": .stringConvertible(part + 1),
                "body": .string(
                    String(decoding: bytes[start..<min(start + Self.partBytes, bytes.count)], as: UTF8.self)),
            ]
            if let run { metadata["run_id"] = .string(run) }
            logger.debug("PostHog refused a request", metadata: metadata)
        }
    }

    /// A log's value is cut at 1,024 bytes; a character that is split at the border takes up to three of its own.
    private static let partBytes = 1000
}
