package import AirlockCore
package import PostHog
package import Telemetry

/// Everything that can be set from outside of a command, with its defaults.
package struct AirlockSettings: Sendable {
    package enum DriverName: String, Sendable, CaseIterable { case local, posthog }

    /// Which data is asked. Default: a warehouse file.
    package var driver = DriverName.local
    /// The warehouse file; `nil`, the default, is the demo data set.
    package var data: String?
    package var log = LogConfiguration()
    package var telemetry = TelemetrySettings()
    package var postHog = PostHogConfiguration()
    package var proxy = ProxySettings()

    package init() {}
}

/// The proxy on the way to PostHog; none by default.
package struct ProxySettings: Sendable {
    package var url: String?
    package var user: String?
    package var password: SecretText?
}

/// Where metrics, records and traces go; nothing of it is on by default.
package struct TelemetrySettings: Sendable {
    /// Prometheus' text format, written at a command's end.
    package var metricsFile: String?
    package var auditFile: String?
    package var auditSync = AuditLog.Sync.always
    /// Who asks, in the audit log; `nil`, the default, is the name of the process's user.
    package var auditWho: String?
    /// Where OTLP/HTTP bodies are posted.
    package var tracesURL: String?
    /// The same without its end, `/v1/traces`.
    package var tracesEndpoint: String?
    /// `name=value,name=value`, percent-encoded, as OpenTelemetry has it: headers of the export.
    package var tracesHeaders: SecretText?
    package var traces = AirlockTracer.Settings()

    package init() {}
}
