import AirlockCore
import AirlockLauncher
import Glibc
import Testing

@testable import Sandbox

/// Evidence in, verdict out: what init, the kernel and the host's clock saw decides, and nothing else.
@Suite struct JudgementTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var exit: Int32 = 0
        var signal: Int32?
        var cause = AIRLOCK_CAUSE_NONE
        var host: Supervisor.HostCause?
        var cpuSeconds = 1.0
        var ranOutOfMemory = false
        var isLocked = true
        var hasRecord = true
        var mayRaiseSignals = false
        var status: RunStatus
        var limit: LimitName?
        var syscall: String?

        init(
            _ name: String, exit: Int32 = 0, signal: Int32? = nil, cause: airlock_cause = AIRLOCK_CAUSE_NONE,
            host: Supervisor.HostCause? = nil, cpuSeconds: Double = 1, ranOutOfMemory: Bool = false,
            isLocked: Bool = true, hasRecord: Bool = true, mayRaiseSignals: Bool = false, _ status: RunStatus,
            limit: LimitName? = nil, syscall: String? = nil
        ) {
            testDescription = name
            self.exit = exit
            self.signal = signal
            self.cause = cause
            self.host = host
            self.cpuSeconds = cpuSeconds
            self.ranOutOfMemory = ranOutOfMemory
            self.isLocked = isLocked
            self.hasRecord = hasRecord
            self.mayRaiseSignals = mayRaiseSignals
            self.status = status
            self.limit = limit
            self.syscall = syscall
        }

        /// The limits of all cases: 10 s of CPU time.
        func outcome() -> SandboxOutcome {
            var limits = SandboxLimits()
            limits.cpu = .seconds(10)
            var evidence = Supervisor.Evidence()
            evidence.hostCause = host
            evidence.lockedAt = isLocked ? .now : nil
            evidence.ranOutOfMemory = ranOutOfMemory
            if hasRecord {
                var record = airlock_report()
                record.event = AIRLOCK_EVENT_ENDED.rawValue
                // As wait(2) packs it.
                record.wait_status = signal ?? (exit << 8)
                record.cause = cause.rawValue
                record.syscall = cause == AIRLOCK_CAUSE_SYSCALL ? Int32(SeccompFilter.number(of: "ptrace") ?? -1) : -1
                record.user_us = UInt64(cpuSeconds * 1e6)
                record.scratch_free_bytes = 1 << 20
                record.scratch_free_inodes = 100
                evidence.record = record
            }
            let now = ContinuousClock.now
            return Judgement(
                evidence: evidence, limits: limits, clock: RunClock(start: now - .seconds(2)), now: now,
                initUsage: rusage(), mayRaiseSignals: mayRaiseSignals
            ).outcome(standardOutput: CapturedStream(), standardError: CapturedStream())
        }
    }

    static let cases: [Case] = [
        Case("ends", .succeeded),
        Case("exits with 1", exit: 1, .failed),
        // What a shell would make of signals and time-outs is a number like any other.
        Case("exits with 137", exit: 137, .failed),
        Case("exits with 152", exit: 152, cpuSeconds: 9.9, .failed),
        Case("exits with 159", exit: 159, .failed),
        Case("exits with 124", exit: 124, .failed),
        Case("exits with 0 after the kernel killed another of the group", ranOutOfMemory: true, .succeeded),
        Case("crashes", signal: SIGSEGV, .failed),
        Case("aborts with a core", signal: SIGABRT | 0x80, .failed),
        Case("is terminated", signal: SIGTERM, .failed),
        Case("an alarm of its own", signal: SIGALRM, .failed),
        Case("SIGXCPU of its own", signal: SIGXCPU, .failed),
        Case("SIGXCPU of its own, where it may raise signals", signal: SIGXCPU, mayRaiseSignals: true, .failed),
        Case("SIGXCPU of the kernel's", signal: SIGXCPU, cpuSeconds: 10.5, .limitExceeded, limit: .cpu),
        Case("SIGKILL of RLIMIT_CPU", signal: SIGKILL, cpuSeconds: 12, .limitExceeded, limit: .cpu),
        Case("SIGKILL of somebody else's", signal: SIGKILL, .failed),
        Case("SIGKILL for the group's memory", signal: SIGKILL, ranOutOfMemory: true, .limitExceeded, limit: .memory),
        Case("a crash beside a memory kill", signal: SIGSEGV, ranOutOfMemory: true, .failed),
        Case("SIGXFSZ of the kernel's", signal: SIGXFSZ, .limitExceeded, limit: .disk),
        Case("SIGXFSZ that may be its own", signal: SIGXFSZ, mayRaiseSignals: true, .failed),
        Case("SIGSYS of the filter's", signal: SIGSYS, .denied, syscall: "a call of a foreign ABI"),
        Case("SIGSYS that may be its own", signal: SIGSYS, mayRaiseSignals: true, .failed),
        Case("a call of the kill list", signal: SIGKILL, cause: AIRLOCK_CAUSE_SYSCALL, .denied, syscall: "ptrace"),
        Case("the same, and it got to its end", cause: AIRLOCK_CAUSE_SYSCALL, .denied, syscall: "ptrace"),
        Case(
            "the same, and the group ran out of memory", signal: SIGKILL, cause: AIRLOCK_CAUSE_SYSCALL,
            ranOutOfMemory: true, .denied, syscall: "ptrace"),
        Case("init saw the CPU limit", signal: SIGKILL, cause: AIRLOCK_CAUSE_CPU, .limitExceeded, limit: .cpu),
        Case("init saw it too late", exit: 0, cause: AIRLOCK_CAUSE_CPU, .limitExceeded, limit: .cpu),
        Case(
            "too many processes", signal: SIGKILL, cause: AIRLOCK_CAUSE_PROCESSES, .limitExceeded, limit: .processes),
        Case(
            "the host's wall clock", signal: SIGKILL, cause: AIRLOCK_CAUSE_HOST, host: .limit(.wall), .limitExceeded,
            limit: .wall),
        Case("the host's clock and a clean end", host: .limit(.total), .limitExceeded, limit: .total),
        Case(
            "output, then a killed call", signal: SIGKILL, cause: AIRLOCK_CAUSE_SYSCALL, host: .limit(.output),
            .limitExceeded, limit: .output),
        Case(
            "cancelled", signal: SIGKILL, cause: AIRLOCK_CAUSE_HOST, host: .asked(.cancelled, reason: "r"), .cancelled),
        Case("the broker's word", exit: 3, host: .asked(.protocolViolation, reason: "r"), .protocolViolation),
        Case("no record", hasRecord: false, .internalError),
        Case("no record, and no memory", ranOutOfMemory: true, hasRecord: false, .limitExceeded, limit: .memory),
        Case("no record, but the host knows", host: .limit(.wall), hasRecord: false, .limitExceeded, limit: .wall),
        Case("never began", exit: 70, isLocked: false, .internalError),
        Case("never began, and ended well", exit: 0, isLocked: false, .internalError),
        Case("never began, and crashed", signal: SIGSEGV, isLocked: false, .internalError),
        Case(
            "no memory to begin", signal: SIGKILL, ranOutOfMemory: true, isLocked: false, .limitExceeded, limit: .memory
        ),
    ]

    @Test(arguments: cases) func isJudged(_ item: Case) {
        let outcome = item.outcome()
        #expect(outcome.status == item.status, "\(outcome.reason ?? "")")
        #expect(outcome.limit == item.limit)
        #expect(outcome.deniedSyscall == item.syscall)
        #expect((outcome.reason == nil) == (item.status == .succeeded))
        #expect(outcome.exitCode == (item.hasRecord && item.signal == nil ? item.exit : nil))
        #expect((outcome.signal != nil) == (item.hasRecord && item.signal != nil))
    }

    /// Every combination, held against the order in which evidence counts.
    @Test func theFirstCauseWinsInEveryCombination() {
        let ends: [(exit: Int32, signal: Int32?)] =
            [0, 1, 70, 128, 137, 255].map { ($0, nil) }
            + [SIGKILL, SIGXCPU, SIGXFSZ, SIGSYS, SIGSEGV, SIGTERM].map { (0, $0) }
        let hosts: [Supervisor.HostCause?] =
            [nil, .asked(.cancelled, reason: "r"), .asked(.quotaExceeded, reason: "r")]
            + LimitName.allCases.map { .limit($0) }
        let causes = [
            AIRLOCK_CAUSE_NONE, AIRLOCK_CAUSE_SYSCALL, AIRLOCK_CAUSE_CPU, AIRLOCK_CAUSE_PROCESSES, AIRLOCK_CAUSE_HOST,
        ]
        var seen = 0
        for (exit, signal) in ends {
            for host in hosts {
                for cause in causes {
                    for bits in 0..<16 {
                        let item = Case(
                            "", exit: exit, signal: signal, cause: cause, host: host,
                            cpuSeconds: bits & 1 == 0 ? 1 : 11, ranOutOfMemory: bits & 2 != 0, isLocked: bits & 4 == 0,
                            mayRaiseSignals: bits & 8 != 0, .failed)
                        check(item.outcome(), of: item)
                        seen += 1
                    }
                }
            }
        }
        #expect(seen == ends.count * hosts.count * causes.count * 16)
    }

    private func check(_ outcome: SandboxOutcome, of item: Case) {
        let facts = Comment("\(item)")
        switch (item.host, item.cause) {
        case (.limit(let limit)?, _): #expect(outcome.status == .limitExceeded && outcome.limit == limit, facts)
        case (.asked(let status, _)?, _): #expect(outcome.status == status && outcome.limit == nil, facts)
        case (nil, AIRLOCK_CAUSE_SYSCALL): #expect(outcome.status == .denied && outcome.limit == nil, facts)
        case (nil, AIRLOCK_CAUSE_CPU): #expect(outcome.limit == .cpu, facts)
        case (nil, AIRLOCK_CAUSE_PROCESSES): #expect(outcome.limit == .processes, facts)
        default:
            // Left to itself: only an exit with 0 of a script that began is a success, an exit code is never a limit or
            // a denial, and a limit has its own witness.
            #expect((outcome.status == .succeeded) == (item.signal == nil && item.exit == 0 && item.isLocked), facts)
            if item.signal == nil {
                #expect(outcome.limit == nil && outcome.deniedSyscall == nil, facts)
            }
            switch outcome.limit {
            case .memory?: #expect(item.ranOutOfMemory && item.signal == SIGKILL, facts)
            case .cpu?: #expect(item.cpuSeconds > 10, facts)
            case .disk?: #expect(item.signal == SIGXFSZ && !item.mayRaiseSignals, facts)
            default: #expect(outcome.limit == nil, facts)
            }
            if outcome.status == .denied { #expect(item.signal == SIGSYS && !item.mayRaiseSignals, facts) }
        }
    }

    @Test func aLaunchThatFailedSaysNothingOfTheScriptsEnd() {
        var evidence = Supervisor.Evidence()
        evidence.hostCause = .asked(.cancelled, reason: "r")
        var record = airlock_report()
        record.event = AIRLOCK_EVENT_FAILED.rawValue
        evidence.record = record
        let now = ContinuousClock.now
        let outcome = Judgement(
            evidence: evidence, limits: SandboxLimits(), clock: RunClock(start: now), now: now, initUsage: rusage()
        ).outcome(standardOutput: CapturedStream(), standardError: CapturedStream())
        #expect(outcome.status == .cancelled)
        #expect(outcome.exitCode == nil && outcome.signal == nil)
    }

    /// Counts come from init's record, lines from traces of the same call.
    @Test func refusalsJoinCountsAndLines() throws {
        let (socket, bind) = (
            try #require(SeccompFilter.number(of: "socket")), try #require(SeccompFilter.number(of: "bind"))
        )
        var evidence = Supervisor.Evidence()
        evidence.lockedAt = .now
        var record = airlock_report()
        record.event = AIRLOCK_EVENT_ENDED.rawValue
        record.refused_kinds = 2
        record.refused_numbers.0 = UInt32(socket)
        record.refused_counts.0 = 7
        record.refused_numbers.1 = UInt32(bind)
        record.refused_counts.1 = 1
        record.refused_others = 3
        evidence.record = record
        evidence.traces = [
            RefusalTrace(call: Int32(socket), line: 4), RefusalTrace(call: Int32(socket), line: 4),
            RefusalTrace(call: Int32(socket), line: nil), RefusalTrace(call: Int32(socket), line: 9),
            RefusalTrace(call: 9999, line: 1),
        ]
        let now = ContinuousClock.now
        let usage = Judgement(
            evidence: evidence, limits: SandboxLimits(), clock: RunClock(start: now), now: now, initUsage: rusage()
        ).outcome(standardOutput: CapturedStream(), standardError: CapturedStream()).usage
        #expect(
            usage.refusedCalls == [
                RefusedCall(name: "socket", count: 7, lines: [4, 9]), RefusedCall(name: "bind", count: 1),
                RefusedCall(name: "other calls", count: 3),
            ])
    }
}
