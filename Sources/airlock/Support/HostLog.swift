import AirlockCore
import Logging
import Telemetry

/// The host's own log lines, on standard error when `AIRLOCK_LOG` names a level; silent without it.
enum HostLog {
    /// What a variable says wrongly is silence: a log's spelling must not keep a run from being made.
    static func logger() -> Logger {
        let configuration = (try? LogConfiguration(environment: Environment.value)) ?? LogConfiguration()
        return configuration.logger(label: "airlock")
    }
}
