import AirlockCore
import Runner
import Telemetry
import Tracing

/// Watches over one run: its span, its records, its part of the metrics.
struct RunTelemetry: RunWatcher {
    private let telemetry: HostTelemetry
    private let runID: String
    private let template: String
    private let span: AirlockSpan?
    private let context: ServiceContext

    init(_ telemetry: HostTelemetry, _ runID: String, _ template: String) {
        self.telemetry = telemetry
        self.runID = runID
        self.template = template
        var context = telemetry.context
        context.runID = runID
        span = telemetry.tracer?.startSpan("run", context: context, ofKind: .internal)
        span?.attributes["airlock.run_id"] = runID
        span?.attributes["airlock.template"] = template
        self.context = span?.context ?? context
    }

    func around(_ method: String, _ body: @Sendable () async -> Void) async {
        let span = telemetry.tracer?.startSpan("call \(method)", context: context, ofKind: .internal)
        await ServiceContext.withValue(span?.context ?? context, operation: body)
        span?.end()
    }

    func record(_ call: CallRecord) throws(AirlockError) {
        try telemetry.audit?.append(
            AuditEntry(
                who: telemetry.who, run: runID, template: template, method: call.method,
                queryDigest: call.query.map(AuditEntry.digest(ofQuery:)) ?? "", rows: call.rows, verdict: call.verdict))
    }

    func ended(_ result: RunResult) throws(AirlockError) {
        telemetry.metrics?.run(status: result.status.rawValue, wall: result.usage.wall)
        span?.attributes["airlock.status"] = result.status.rawValue
        span?.attributes["airlock.calls"] = result.usage.calls
        if result.status != .succeeded { span?.setStatus(SpanStatus(code: .error, message: result.status.rawValue)) }
        span?.end()
        try telemetry.audit?.append(
            AuditEntry(
                who: telemetry.who, run: runID, template: template, method: "run", rows: result.usage.rows,
                verdict: result.status.rawValue))
    }
}

extension HostTelemetry {
    /// Lets a run be logged, counted, traced and recorded.
    func watch(_ request: inout RunRequest) {
        request.watch = { RunTelemetry(self, $0, $1) }
        request.logger = logger("airlock")
    }

    /// A call without a run around it: in a span, and recorded before its answer is given.
    ///
    /// - Parameter rows: how many the answer has.
    func call<T: Sendable>(
        _ method: String, query: String? = nil, rows: (T) -> Int = { _ in 0 }, _ body: () async throws -> T
    ) async throws -> T {
        let span = tracer?.startSpan("call \(method)", context: context, ofKind: .internal)
        defer { span?.end() }
        func record(_ rows: Int, _ verdict: String) throws(AirlockError) {
            try audit?.append(
                AuditEntry(
                    who: who, method: method, queryDigest: query.map(AuditEntry.digest(ofQuery:)) ?? "", rows: rows,
                    verdict: verdict))
        }
        let answer: T
        do {
            answer = try await ServiceContext.withValue(span?.context ?? context, operation: body)
        } catch {
            let code = (error as? AirlockError)?.code ?? (error is CancellationError ? .cancelled : .internalError)
            span?.setStatus(SpanStatus(code: .error, message: code.rawValue))
            try record(0, code.rawValue)
            throw error
        }
        try record(rows(answer), "ok")
        return answer
    }
}
