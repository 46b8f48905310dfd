package import AirlockCore
import AirlockLauncher
import Glibc

/// Turns the evidence of a run's end into its outcome. Pure: what the child claims has no place here.
struct Judgement {
    let evidence: Supervisor.Evidence
    let limits: SandboxLimits
    let clock: RunClock
    let now: ContinuousClock.Instant
    /// Of init and of what it reaped: all there is when init had to be killed.
    let initUsage: rusage
    /// Whether the filter lets the script send itself signals: then one that ended it proves nothing.
    var mayRaiseSignals = false

    func outcome(standardOutput: CapturedStream, standardError: CapturedStream) -> SandboxOutcome {
        var outcome = SandboxOutcome(
            status: .internalError, isolation: IsolationReport(level: .full, layers: []), usage: usage,
            startLatency: evidence.lockedAt.map { $0 - clock.start }, standardOutput: standardOutput,
            standardError: standardError, diskWasFull: diskWasFull)
        if let record = ended { read(status: record.wait_status, into: &outcome) }
        judge(&outcome)
        return outcome
    }

    /// The first cause wins: what the host ended, then what init ended, then how the script itself did.
    private func judge(_ outcome: inout SandboxOutcome) {
        switch evidence.hostCause {
        case .limit(let limit)?:
            exceeded(limit, &outcome)
            outcome.reason = evidence.limitReason ?? outcome.reason
            return
        case .asked(let status, let reason)?:
            outcome.status = status
            outcome.reason = reason
            return
        case nil: break
        }
        guard let record = ended else {
            // The kernel may have chosen init for what the script took.
            if evidence.ranOutOfMemory { return exceeded(.memory, &outcome) }
            outcome.status = .internalError
            outcome.reason = "the sandbox's init ended without a report"
            return
        }
        switch airlock_cause(rawValue: record.cause) {
        case AIRLOCK_CAUSE_SYSCALL:
            let line = evidence.traces.last { $0.call == record.syscall }?.line
            let call = RefusedCall(
                name: SeccompFilter.name(of: Int(record.syscall)), count: 1, lines: line.map { [$0] } ?? [])
            outcome.status = .denied
            outcome.deniedSyscall = call.name
            outcome.deniedLine = line
            outcome.reason = call.fatalSentence
        case AIRLOCK_CAUSE_CPU: exceeded(.cpu, &outcome)
        case AIRLOCK_CAUSE_PROCESSES: exceeded(.processes, &outcome)
        case AIRLOCK_CAUSE_MEMORY: exceeded(.memory, &outcome)
        default: judgeOwnEnd(&outcome)
        }
    }

    /// The wait status alone, with what the kernel has counted beside it. An exit code is never more than that: a script
    /// may exit with 137 or 152 as it likes. A signal means what it says only where something else bears it out, or where
    /// the script cannot have sent it itself.
    private func judgeOwnEnd(_ outcome: inout SandboxOutcome) {
        if let code = outcome.exitCode {
            if evidence.lockedAt == nil { return neverBegan(&outcome) }
            outcome.status = code == 0 ? .succeeded : .failed
            outcome.reason = code == 0 ? nil : "the script exited with \(code)"
            return
        }
        switch outcome.signal {
        case "SIGKILL" where evidence.ranOutOfMemory: exceeded(.memory, &outcome)
        // Sent by RLIMIT_CPU, soft and hard (setrlimit(2)).
        case "SIGXCPU" where usedAllTime, "SIGKILL" where usedAllTime: exceeded(.cpu, &outcome)
        case _ where evidence.lockedAt == nil: neverBegan(&outcome)
        case "SIGXFSZ" where !mayRaiseSignals: exceeded(.disk, &outcome)
        case "SIGSYS" where !mayRaiseSignals:
            outcome.status = .denied
            outcome.deniedSyscall = "a call of a foreign ABI"
            outcome.reason = "the script made a system call of a foreign ABI"
        default:
            outcome.status = .failed
            outcome.reason = "\(outcome.signal ?? "a signal") ended the script"
        }
    }

    private func neverBegan(_ outcome: inout SandboxOutcome) {
        outcome.status = .internalError
        outcome.reason = "the interpreter did not reach the script's first line"
    }

    private var usedAllTime: Bool {
        guard let record = ended else { return false }
        let used = record.user_us.addingReportingOverflow(record.system_us)
        return used.overflow || used.partialValue >= UInt64(max(0, limits.cpu.inSeconds * 1e6))
    }

    /// Init's record of the script's end: one of a failed launch has nothing to say of it.
    private var ended: airlock_report? {
        evidence.record.flatMap { $0.event == AIRLOCK_EVENT_ENDED.rawValue ? $0 : nil }
    }

    private func exceeded(_ limit: LimitName, _ outcome: inout SandboxOutcome) {
        outcome.status = .limitExceeded
        outcome.limit = limit
        outcome.reason = limits.sentence(for: limit)
    }

    /// See wait(2).
    private func read(status: Int32, into outcome: inout SandboxOutcome) {
        let number = status & 0x7F
        if number == 0 {
            outcome.exitCode = (status >> 8) & 0xFF
        } else {
            outcome.signal = signalName(number)
        }
    }

    /// A scratch directory counts as full when the next ordinary write would have failed.
    private var diskWasFull: Bool {
        guard let record = ended else { return false }
        return record.scratch_free_bytes < 4096 || record.scratch_free_inodes == 0
    }

    private var usage: RunUsage {
        var usage = RunUsage()
        let end = evidence.endedAt ?? now
        // To the reaping, so that a verdict that comes late is seen; the script's own time stops where the run was ended.
        usage.wall = now - clock.start
        usage.brokerWait = clock.brokerWait(at: end)
        usage.scriptWall = end - clock.start - usage.brokerWait
        guard let record = ended else {
            usage.userCPU = initUsage.ru_utime.duration
            usage.systemCPU = initUsage.ru_stime.duration
            usage.peakResidentBytes = initUsage.ru_maxrss * 1024
            return usage
        }
        usage.userCPU = .microseconds(Int64(clamping: record.user_us))
        usage.systemCPU = .microseconds(Int64(clamping: record.system_us))
        usage.peakResidentBytes = Int(clamping: record.peak_resident_bytes)
        usage.minorPageFaults = Int(clamping: record.minor_faults)
        usage.majorPageFaults = Int(clamping: record.major_faults)
        let numbers = withUnsafeBytes(of: record.refused_numbers) { Array($0.bindMemory(to: UInt32.self)) }
        let counts = withUnsafeBytes(of: record.refused_counts) { Array($0.bindMemory(to: UInt32.self)) }
        usage.refusedCalls = zip(numbers, counts).prefix(Int(record.refused_kinds)).map { number, count in
            let number = Int32(bitPattern: number)
            return RefusedCall(
                name: SeccompFilter.name(of: Int(number)), count: Int(count), lines: lines(ofRefused: number))
        }
        if record.refused_others > 0 {
            usage.refusedCalls.append(RefusedCall(name: "other calls", count: Int(clamping: record.refused_others)))
        }
        return usage
    }

    private func lines(ofRefused call: Int32) -> [Int] {
        var lines: [Int] = []
        for trace in evidence.traces where trace.call == call {
            if let line = trace.line, !lines.contains(line) { lines.append(line) }
        }
        return lines
    }
}

extension timeval {
    fileprivate var duration: Duration { .seconds(tv_sec) + .microseconds(Int64(tv_usec)) }
}

extension SandboxLimits {
    /// What a run that reached the limit is told.
    package func sentence(for limit: LimitName) -> String {
        switch limit {
        case .wall: "the script ran longer than \(wall.shortText)"
        case .total: "the run took longer than \(total.shortText)"
        case .cpu: "the script used more than \(cpu.shortText) of CPU time"
        case .memory: "the script needed more than \(memory) of memory"
        case .processes: "the script made, or kept trying to make, too many processes or threads"
        case .files: "the script opened more than \(files) files"
        case .disk: "the script wrote more than \(disk), or too many files, to its scratch directory"
        case .output: "the script wrote more than \(output) to standard output or standard error"
        }
    }
}

/// The signal's name as signal(7) has it.
func signalName(_ number: Int32) -> String {
    guard let text = airlock_signal_name(number) else { return "signal \(number)" }
    return "SIG" + String(cString: text)
}
