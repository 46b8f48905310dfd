import Logging

/// The host's own log lines, on standard error when `AIRLOCK_LOG` names a level; silent without it.
enum HostLog {
    static func logger() -> Logger {
        let level = Environment.value("AIRLOCK_LOG").flatMap { Logger.Level(rawValue: $0.lowercased()) }
        guard let level else { return Logger(label: "airlock", factory: { _ in SwiftLogNoOpLogHandler() }) }
        var logger = Logger(label: "airlock", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = level
        return logger
    }
}
