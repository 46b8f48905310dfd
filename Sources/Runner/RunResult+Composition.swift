import AirlockCore
import Broker
import JSONSchema
import Sandbox

extension RunResult {
    /// What the sandbox saw.
    mutating func take(_ outcome: SandboxOutcome) {
        status = outcome.status
        reason = outcome.reason
        limit = outcome.limit
        deniedSyscall = outcome.deniedSyscall
        deniedLine = outcome.deniedLine
        exitCode = outcome.exitCode
        signal = outcome.signal
        isolation = outcome.isolation
        usage = outcome.usage
        startPath = outcome.startPath
        startLatency = outcome.startLatency
        standardOutput = outcome.standardOutput
        standardError = outcome.standardError
        if status == .failed, outcome.diskWasFull { limit = .disk }
    }

    /// What the broker saw. The child's claims choose words, and among failures the label; never a success.
    mutating func take(_ report: BrokerReport, limits: SandboxLimits) {
        outputs = report.outputs
        logs = report.logs
        result = report.result
        transcript = report.transcript
        usage.calls = report.calls
        usage.rows = report.rows
        usage.requestBytes = report.requestBytes
        usage.replyBytes = report.replyBytes
        guard status == .failed else { return }
        exception = report.exception
        if let claimed = limit ?? exception?.claimedLimit(in: isolation.profile) {
            status = .limitExceeded
            limit = claimed
            reason = limits.sentence(for: claimed)
        } else if report.exceptionClaimsUpstream, let upstream = report.lastUpstreamError {
            status = .upstreamFailed
            error = upstream
            reason = upstream.message
        } else if let exception {
            reason = "the script raised \(exception.type)" + (exception.line.map { " at line \($0)" } ?? "")
        }
    }

    /// A template that declares a result promises one that fits.
    mutating func checkDeclaredResult(_ schema: JSONValue?) {
        guard status == .succeeded, let schema else { return }
        guard let result else {
            status = .failed
            reason = "the template declares a result, and the script gave none"
            return
        }
        guard let problems = try? JSONSchema(schema).problems(in: result), problems.isEmpty else {
            status = .failed
            reason = "the script's result is not what the template declares"
            error = AirlockError(
                .invalidData, reason ?? "", problems: (try? JSONSchema(schema).problems(in: result)) ?? [])
            return
        }
    }

    /// A run that never started.
    mutating func fail(_ failure: AirlockError) {
        error = failure
        reason = failure.message
        switch failure.code {
        case .isolationUnavailable, .interpreterUnavailable, .internalError, .fileFailed: status = .internalError
        case .upstreamFailed, .timedOut, .invalidData: status = .upstreamFailed
        case .cancelled: status = .cancelled
        default: status = .invalid
        }
    }
}

extension ScriptException {
    /// The limit behind an exception that Python raises when the kernel refuses more: rlimits show themselves to the
    /// script alone (ENOMEM, EFBIG, ENOSPC, EMFILE, EAGAIN).
    fileprivate func claimedLimit(in profile: SandboxProfile) -> LimitName? {
        switch type {
        // In strict there are no threads to be had, whatever the limit.
        case "RuntimeError" where message == "can't start new thread" && profile != .strict: .processes
        case "MemoryError": .memory
        case "OSError" where message.hasPrefix("[Errno 27]") || message.hasPrefix("[Errno 28]"): .disk
        case "OSError" where message.hasPrefix("[Errno 24]"): .files
        default: nil
        }
    }
}
