import AirlockCore
import AirlockLauncher
import EmbeddedFiles
import Testing

@testable import Sandbox

/// Every compiled filter, in user space, says what the profiles' JSON says: for every number, every ABI, and arguments
/// around every condition.
@Suite struct SeccompVerdictTests {
    struct Combination: Sendable, CustomTestStringConvertible {
        var profile: SandboxProfile
        var level: IsolationReport.Level
        var architecture: SeccompArchitecture

        var testDescription: String { "\(profile) \(level) \(architecture)" }
        var files: [String] { SeccompRules.files(profile, at: level) }

        func filter() throws -> SeccompFilter {
            let rules = try SeccompRules(files: EmbeddedFiles.files(in: .profiles))
            return try SeccompFilter(
                profile: try rules.profile(profile, at: level), startup: rules.startup, architecture: architecture)
        }

        var own: SeccompProgram.Architecture { architecture == .amd64 ? .amd64 : .arm64 }

        static let all = SandboxProfile.allCases.flatMap { profile in
            IsolationReport.Level.allCases.flatMap { level in
                SeccompArchitecture.allCases.map { Combination(profile: profile, level: level, architecture: $0) }
            }
        }
    }

    /// Beyond those that any table has names for: unassigned, the largest, negative as the kernel sees them.
    static let oddNumbers: [UInt32] = [512, 513, 547, 548, 1000, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE]
    static let x32: UInt32 = 0x4000_0000

    private static func verdict(_ answer: SeccompProgram.Answer) -> SeccompTable.Verdict? {
        switch answer.action {
        case 0x7FFF_0000: .allow
        case 0x7FC0_0000: .notify
        case 0x8000_0000: .kill
        case 0x0005_0000: .errno(answer.data)
        default: nil
        }
    }

    @Test(arguments: Combination.all)
    func theFilterIsTheTable(combination: Combination) throws {
        let filter = try combination.filter()
        let program = SeccompProgram(instructions: filter.program)
        let table = try SeccompTable(combination.files)
        var granted = 0
        for number in UInt32(0)..<512 {
            let name = combination.architecture.name(of: Int(number))
            for arguments in name.map(table.interestingArguments) ?? [[], [UInt64](repeating: .max, count: 6)] {
                let call = SeccompProgram.Call(
                    number: number, architecture: combination.own, arguments: arguments)
                let wanted = table.verdict(name, arguments)
                let found = Self.verdict(try program.run(call))
                if found == .allow { granted += 1 }
                if found != wanted {
                    Issue.record("\(name ?? "\(number)")\(arguments): \(wanted), not \(found as Any)")
                }
            }
        }
        #expect(granted > 100, "a table of refusals alone would prove little")
    }

    @Test(arguments: Combination.all)
    func whatNoTableKnowsIsNeverAllowed(combination: Combination) throws {
        let program = SeccompProgram(instructions: try combination.filter().program)
        for arguments in [[], [UInt64](repeating: .max, count: 6)] {
            for number in Self.oddNumbers {
                let found = Self.verdict(
                    try program.run(.init(number: number, architecture: combination.own, arguments: arguments)))
                // On x86-64 everything from bit 30 up is x32's, but for -1, which tracers put in (seccomp(2)).
                let isX32 = combination.architecture == .amd64 && number >= Self.x32
                #expect(found == (isX32 ? .kill : .notify), "syscall \(number)")
            }
            let minusOne = SeccompProgram.Call(number: .max, architecture: combination.own, arguments: arguments)
            let found = Self.verdict(try program.run(minusOne))
            #expect(found == .notify || found == .kill)
        }
    }

    /// The filter that reports last calls hands over one call more, and is the same in all else.
    @Test func theLastCallIsHandedOver() throws {
        let rules = try SeccompRules(files: EmbeddedFiles.files(in: .profiles))
        let profile = try rules.profile(.strict, at: .full)
        let plain = try SeccompFilter(profile: profile, startup: rules.startup)
        let reporting = try SeccompFilter(profile: profile, startup: rules.startup, reportsLastCall: true)
        let last = try #require(SeccompFilter.number(of: "exit_group"))
        let programs = (
            SeccompProgram(instructions: plain.program), SeccompProgram(instructions: reporting.program)
        )
        let own = SeccompProgram.Architecture.allCases.first { architecture in
            let call = SeccompProgram.Call(number: UInt32(last), architecture: architecture, arguments: [])
            return (try? programs.0.run(call)).flatMap(Self.verdict) == .allow
        }
        for number in 0..<512 {
            let call = SeccompProgram.Call(number: UInt32(number), architecture: try #require(own), arguments: [])
            let found = Self.verdict(try programs.1.run(call))
            #expect(found == (number == last ? .notify : Self.verdict(try programs.0.run(call))), "syscall \(number)")
            let isSame = reporting.verdicts[number].action == plain.verdicts[number].action
            #expect(isSame == (number != last), "syscall \(number)")
        }
        #expect(reporting.verdicts[last].action == UInt8(AIRLOCK_LAST_CALL.rawValue))
    }

    /// Through another ABI's numbers the same call could be had under a number that is granted.
    @Test(arguments: Combination.all)
    func foreignABIsAreKilled(combination: Combination) throws {
        let program = SeccompProgram(instructions: try combination.filter().program)
        for number in UInt32(0)..<512 {
            for architecture in SeccompProgram.Architecture.allCases where architecture != combination.own {
                let call = SeccompProgram.Call(number: number, architecture: architecture, arguments: [])
                #expect(Self.verdict(try program.run(call)) == .kill, "\(architecture) \(number)")
            }
            guard combination.architecture == .amd64 else { continue }
            let call = SeccompProgram.Call(number: Self.x32 | number, architecture: .amd64, arguments: [])
            #expect(Self.verdict(try program.run(call)) == .kill, "x32 \(number)")
        }
    }

    @Test(arguments: Combination.all)
    func initDoesWhatTheTableSays(combination: Combination) throws {
        let filter = try combination.filter()
        let table = try SeccompTable(combination.files)
        var kills = 0
        for (number, verdict) in filter.verdicts.enumerated() {
            let name = combination.architecture.name(of: number)
            let wanted = table.action(name)
            let isSame = verdict.action == UInt8(wanted.action.rawValue) && Int(verdict.error) == wanted.errno
            if !isSame { Issue.record("\(name ?? "\(number)"): \(verdict), not \(wanted)") }
            if verdict.action == UInt8(AIRLOCK_KILL.rawValue) { kills += 1 }
        }
        #expect(kills > 20)
    }

    /// A name that no kernel has would be a grant, or a kill, that is never in force.
    @Test(arguments: ["strict", "startup", "portable", "data", "box"])
    func everyNameIsASystemCall(profile: String) throws {
        for name in try SeccompTable.rules(of: profile + ".json").flatMap(\.names) {
            #expect(SeccompArchitecture.allCases.contains { $0.number(of: name) != nil }, "\(name)")
        }
    }

    /// What must hold whatever the tables say.
    @Test(arguments: Combination.all)
    func noProfileGrantsWhatNoScriptNeeds(combination: Combination) throws {
        let program = SeccompProgram(instructions: try combination.filter().program)
        let never = [
            "socket", "socketpair", "connect", "bind", "sendmsg", "recvmsg", "ptrace", "process_vm_readv", "mount",
            "umount2", "fsopen", "open_tree", "unshare", "setns", "chroot", "pivot_root", "bpf", "io_uring_setup",
            "keyctl", "add_key", "request_key", "memfd_create", "memfd_secret", "userfaultfd", "perf_event_open",
            "shmget",
            "mq_open", "seccomp", "landlock_create_ruleset", "setuid", "setresuid", "setgroups", "capset", "chown",
            "fchownat", "mknodat", "setxattr", "flock", "pidfd_open", "pidfd_getfd", "setpriority", "personality",
            "execveat", "name_to_handle_at", "open_by_handle_at", "inotify_init1", "fanotify_init", "kexec_load",
            "init_module", "vmsplice", "splice", "tee", "kcmp", "sched_setaffinity", "sched_setscheduler",
        ]
        for name in never {
            guard let number = combination.architecture.number(of: name) else { continue }
            for arguments in [[], [UInt64](repeating: .max, count: 6), [0, 1], [1, 0, 0]] {
                let call = SeccompProgram.Call(
                    number: UInt32(number), architecture: combination.own, arguments: arguments)
                #expect(Self.verdict(try program.run(call)) == .notify, "\(name)")
            }
        }
    }

    /// CLONE_NEWUSER and its like, alone and added to what threads and forks are granted by.
    @Test(arguments: Combination.all)
    func noProfileGrantsANamespace(combination: Combination) throws {
        let program = SeccompProgram(instructions: try combination.filter().program)
        let clone = UInt32(try #require(combination.architecture.number(of: "clone")))
        let namespaces: [UInt64] = [
            0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
        ]
        for base in [0, 0x11, 0x4111, 0x3D_0F00, 0x7D_0F00, 0x0120_0011] as [UInt64] {
            for namespace in namespaces {
                for high in [0, 1 << 32, 1 << 63] as [UInt64] {
                    let call = SeccompProgram.Call(
                        number: clone, architecture: combination.own, arguments: [base | namespace | high])
                    #expect(Self.verdict(try program.run(call)) == .notify, "\(base | namespace | high)")
                }
            }
        }
    }

    /// The interpreter above rests on nothing of the filters: instructions that none of them uses work too.
    @Test func theInterpreterKnowsTheLanguage() throws {
        func run(_ code: [(UInt16, UInt8, UInt8, UInt32)]) throws -> SeccompProgram.Answer {
            let program = SeccompProgram(
                instructions: code.map { sock_filter(code: $0.0, jt: $0.1, jf: $0.2, k: $0.3) })
            return try program.run(.init(number: 7, architecture: .amd64, arguments: [0x1_0000_0002]))
        }
        // A = number; X = A; A = 0x7FFF0000; A += X; return A.
        #expect(
            try run([(0x20, 0, 0, 0), (0x07, 0, 0, 0), (0x00, 0, 0, 0x7FFF_0000), (0x0C, 0, 0, 0), (0x16, 0, 0, 0)])
                == .init(action: 0x7FFF_0000, data: 7))
        // The first argument's low and high words; M[3] in between.
        #expect(
            try run([
                (0x20, 0, 0, 16), (0x02, 0, 0, 3), (0x20, 0, 0, 20), (0x61, 0, 0, 3), (0x4C, 0, 0, 0), (0x16, 0, 0, 0),
            ]) == .init(action: 0, data: 3))
        // Jumps on X, backwards never: the offsets are unsigned.
        #expect(
            try run([
                (0x01, 0, 0, 7), (0x20, 0, 0, 0), (0x1D, 1, 0, 0), (0x06, 0, 0, 1), (0x05, 0, 0, 1), (0x06, 0, 0, 2),
                (0x06, 0, 0, 3),
            ]) == .init(action: 0, data: 3))
        #expect(throws: SeccompProgram.Fault.end) { try run([(0x00, 0, 0, 1)]) }
        #expect(throws: SeccompProgram.Fault.load(at: 0, offset: 64)) { try run([(0x20, 0, 0, 64), (0x06, 0, 0, 0)]) }
        #expect(throws: SeccompProgram.Fault.load(at: 0, offset: 2)) { try run([(0x20, 0, 0, 2), (0x06, 0, 0, 0)]) }
        #expect(throws: SeccompProgram.Fault.instruction(at: 0, code: 0x28)) { try run([(0x28, 0, 0, 0)]) }
        #expect(throws: SeccompProgram.Fault.division(at: 0)) { try run([(0x34, 0, 0, 0)]) }
    }
}
