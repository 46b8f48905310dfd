/// How the sandbox has to end a probe.
package enum ProbeOutcome: Sendable, Hashable {
    /// The script got an error for everything it tried, and ended by itself. The calls named are counted in the result.
    case refused(_ counted: [String])
    /// It did not even find what it looked for, and ended by itself.
    case absent
    /// What it did had no effect outside, and it ended by itself.
    case contained
    /// The run ended with the call.
    case killed(String)
    /// The run ended with a call of another ABI.
    case foreign
    case limit(String)
    /// The script's own end, as the kernel tells it: a signal or an exit code.
    case failed(signal: String?, code: Int?)
    case protocolViolation, quotaExceeded

    static func refused(_ counted: String...) -> ProbeOutcome { .refused(counted) }

    /// As the table has it.
    package var word: String {
        switch self {
        case .refused: "refused"
        case .absent: "absent"
        case .contained: "contained"
        case .killed, .foreign: "killed"
        case .limit(let name): "limit: \(name)"
        case .failed: "failed"
        case .protocolViolation: "protocol violation"
        case .quotaExceeded: "quota"
        }
    }

    /// The run's status, as the result has it.
    package var status: String {
        switch self {
        case .refused, .absent, .contained: "succeeded"
        case .killed, .foreign: "denied"
        case .limit: "limit_exceeded"
        case .failed: "failed"
        case .protocolViolation: "protocol_violation"
        case .quotaExceeded: "quota_exceeded"
        }
    }
}
