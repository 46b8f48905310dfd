/// How a run ended.
public enum RunStatus: String, Sendable, Hashable, CaseIterable {
    /// The script ended with 0 and, if the template declares a result, gave one.
    case succeeded
    /// The script ended otherwise.
    case failed
    /// Template, variables or arguments are wrong; nothing ran.
    case invalid
    /// Wall, total, cpu, memory, processes, files, disk or output: `limit` names it.
    case limitExceeded = "limit_exceeded"
    /// The sandbox killed it.
    case denied
    /// The broker ended it for breaching a quota.
    case quotaExceeded = "quota_exceeded"
    /// The broker ended it for speaking nonsense.
    case protocolViolation = "protocol_violation"
    /// The data source failed and the script did not handle it.
    case upstreamFailed = "upstream_failed"
    /// The caller ended it.
    case cancelled
    /// Airlock's own fault, or the required isolation is not to be had.
    case internalError = "internal_error"

    /// The exit code of the command line.
    public var exitCode: Int32 {
        switch self {
        case .succeeded: 0
        case .failed: 1
        case .invalid: 2
        case .limitExceeded: 3
        case .denied: 4
        case .quotaExceeded, .protocolViolation: 5
        case .upstreamFailed: 6
        case .cancelled: 130
        case .internalError: 70
        }
    }
}

/// A resource with a limit of its own.
public enum LimitName: String, Sendable, Hashable, CaseIterable {
    case wall, total, cpu, memory, processes, files, disk, output
}
