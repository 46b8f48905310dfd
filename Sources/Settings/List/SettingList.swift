internal import AirlockCore
internal import Logging
internal import Telemetry

extension Setting {
    /// All of them, as 'airlock config' and docs/configuration.md list them.
    package static let all: [Setting] =
        data + log + telemetry + postHog + postHogLimits + postHogCapture + postHogNetwork

    private static let data = [
        Setting("data.driver", ["AIRLOCK_DRIVER"], flag: "--driver", .word, \.driver, "Which data is asked."),
        Setting(
            "data.file", ["AIRLOCK_DATA"], flag: "--data", .text, \.data,
            "The warehouse file; without one, the demo data set."),
    ]

    private static let log = [
        Setting(
            "log.level", ["AIRLOCK_LOG"], .level, \.logLevel,
            "The host's log on standard error begins at this level; a format alone asks for info."),
        Setting("log.format", ["AIRLOCK_LOG_FORMAT"], .word, \.log.format, "How its lines are written."),
    ]

    private static let telemetry = [
        Setting(
            "metrics.file", ["AIRLOCK_METRICS"], flag: "--metrics", .text, \.telemetry.metricsFile,
            "Metrics are added to this file in Prometheus' text format when a command ends."),
        Setting(
            "audit.file", ["AIRLOCK_AUDIT"], flag: "--audit", .text, \.telemetry.auditFile,
            "Every call is recorded in this file before it is answered."),
        Setting(
            "audit.sync", ["AIRLOCK_AUDIT_SYNC"], .word, \.telemetry.auditSync,
            "Whether each record is brought to the disk at once."),
        Setting(
            "audit.who", ["AIRLOCK_AUDIT_WHO"], .text, \.telemetry.auditWho,
            "Who asks, in its records; without it the user's name."),
        Setting(
            "traces.endpoint", ["AIRLOCK_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"], .text,
            \.telemetry.tracesEndpoint,
            "Traces are sent here, with /v1/traces behind it, when a command ends: OTLP over HTTP, in JSON."),
        Setting(
            "traces.url", ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"], .text, \.telemetry.tracesURL,
            "The same as a whole URL, which takes precedence."),
        Setting(
            secret: "traces.headers", ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"],
            \.telemetry.tracesHeaders,
            "Headers of that request, as name=value,name=value; without TLS to this machine only."),
        Setting(
            "traces.sampled_share", ["AIRLOCK_TRACES_SHARE"], .share, \.telemetry.traces.sampledShare,
            "The share of traces begun here that are recorded."),
        Setting(
            "traces.service", ["OTEL_SERVICE_NAME"], .text, \.telemetry.traces.serviceName,
            "The service's name in them."),
    ]
}

/// A log's level, or none.
enum LogLevel: String, Sendable, CaseIterable {
    case none, trace, debug, info, notice, warning, error, critical
}

extension SettingForm where Value == LogLevel {
    static var level: SettingForm { .word }
}

extension AirlockSettings {
    var logLevel: LogLevel {
        get { log.level.flatMap { LogLevel(rawValue: $0.rawValue) } ?? .none }
        set { log.level = Logger.Level(rawValue: newValue.rawValue) }
    }
}
