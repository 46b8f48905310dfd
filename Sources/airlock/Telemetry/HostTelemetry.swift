import AirlockCore
import Glibc
import Logging
import PostHog
import Resilience
import Settings
import Synchronization
import Telemetry
import Tracing

/// What a command tells of itself, as far as its settings ask for it: log lines, metrics, traces, the audit log.
final class HostTelemetry: Sendable {
    let log: LogConfiguration
    let metrics: CallMetrics?
    let tracer: AirlockTracer?
    let audit: AuditLog?
    /// Who asks, in the audit log; empty without one.
    let who: String
    /// The trace that the caller is in (`TRACEPARENT`), if any.
    let context: ServiceContext
    private let settings: TelemetrySettings
    private let registry = MetricRegistry()
    /// Told at the end to bring their gauges up to date.
    private let drivers = Mutex<[PostHogDriver]>([])

    /// The one of this process' command, for ``finishCurrent()``.
    private static let current = Mutex<HostTelemetry?>(nil)

    /// - Throws: `file_failed` when the audit log cannot be written; `invalid_argument` for a bad URL.
    init(_ all: AirlockSettings) throws(AirlockError) {
        settings = all.telemetry
        log = all.log
        metrics = settings.metricsFile.map { [registry] _ in CallMetrics(factory: RegistryFactory(registry)) }
        if metrics != nil { CallMetrics.describe(in: registry) }
        var context = ServiceContext.topLevel
        if try TraceExport.url(settings) != nil {
            var traces = settings.traces
            traces.serviceVersion = VersionInfo.airlock
            let tracer = AirlockTracer(traces)
            tracer.extract(Environment.all(), into: &context, using: EnvironmentExtractor())
            self.tracer = tracer
        } else {
            tracer = nil
        }
        self.context = context
        audit = settings.auditFile.map { [settings] in AuditLog(path: $0, sync: settings.auditSync) }
        who = settings.auditWho ?? (audit == nil ? "" : Self.userName)
        try audit?.prepare()
        Self.current.withLock { $0 = self }
    }

    /// Where the process' log lines go.
    func logger(_ label: String) -> Logger { log.logger(label: label) }

    /// Who is told of attempts, waits and hits.
    private var observer: any ResilienceObserver {
        var observers: [any ResilienceObserver] = []
        if log.level != nil { observers.append(CallLog(logger("airlock.posthog"))) }
        if let metrics { observers.append(metrics) }
        return observers.isEmpty ? SilentObserver() : Observers(observers)
    }

    func postHogDriver(_ configuration: PostHogConfiguration) throws(AirlockError) -> PostHogDriver {
        let driver = try PostHogDriver(
            configuration, observer: observer, logger: logger("airlock.posthog"), tracer: tracer)
        drivers.withLock { $0.append(driver) }
        return driver
    }

    private static var userName: String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else { return "uid:\(geteuid())" }
        return String(cString: name)
    }

    // MARK: The end of a command

    /// Writes the metrics and sends the traces of the process' command, if there were any.
    ///
    /// What goes wrong is said and changes nothing else: the command's own answer stands.
    static func finishCurrent() async {
        guard let telemetry = current.withLock({ $0.take() }) else { return }
        await telemetry.finish()
    }

    private func finish() async {
        if let metrics, let path = settings.metricsFile {
            for driver in drivers.withLock({ $0 }) { driver.report(to: metrics) }
            do throws(AirlockError) {
                try MetricsFile(path: path).add(registry)
            } catch {
                warn("the metrics are not written", error)
            }
        }
        guard let tracer, tracer.waiting > 0 else { return }
        do throws(AirlockError) {
            try await TraceExport(settings).send(tracer)
        } catch {
            warn("the traces are not sent", error)
        }
    }

    private func warn(_ what: String, _ error: AirlockError) {
        let failure = CommandFailure(error)
        Console.standard.say(
            "warning: \(what): " + failure.text(Console.standard.errorStyle).dropFirst("error: ".count))
    }
}

private struct EnvironmentExtractor: Extractor {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key.uppercased()] }
}
