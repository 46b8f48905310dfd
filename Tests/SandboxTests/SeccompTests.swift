import AirlockCore
import AirlockLauncher
import EmbeddedFiles
import Testing

@testable import Sandbox

/// The compiled strict profile, evaluated in user space (seccomp(2), BPF_STMT semantics).
@Suite struct SeccompTests {
    enum Verdict: Equatable {
        case allow, notify, kill
        case errno(UInt32)
    }

    static func compiled() throws -> SeccompFilter {
        let files = EmbeddedFiles.files(in: .profiles)
        func profile(_ name: String) throws -> SeccompProfile {
            try SeccompProfile(json: try #require(files[name]), name: name)
        }
        return try SeccompFilter(profile: profile("strict.json"), startup: profile("startup.json"))
    }

    /// `struct seccomp_data`: number, architecture, instruction pointer, six arguments.
    static func evaluate(
        _ program: [sock_filter], number: UInt32, architecture: UInt32 = 0xC000_003E, arguments: [UInt64] = []
    ) -> Verdict {
        let words =
            [number, architecture, 0, 0]
            + (0..<6).flatMap { index -> [UInt32] in
                let value = index < arguments.count ? arguments[index] : 0
                return [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
            }
        var (accumulator, index): (UInt32, Int) = (0, 0)
        while index < program.count {
            let instruction = program[index]
            index += 1
            switch instruction.code {
            case 0x20: accumulator = words[Int(instruction.k) / 4]
            case 0x54: accumulator &= instruction.k
            case 0x05: index += Int(instruction.k)
            case 0x15: index += Int(accumulator == instruction.k ? instruction.jt : instruction.jf)
            case 0x25: index += Int(accumulator > instruction.k ? instruction.jt : instruction.jf)
            case 0x35: index += Int(accumulator >= instruction.k ? instruction.jt : instruction.jf)
            case 0x45: index += Int(accumulator & instruction.k != 0 ? instruction.jt : instruction.jf)
            case 0x06:
                switch instruction.k & 0xFFFF_0000 {
                case 0x7FFF_0000: return .allow
                case 0x7FC0_0000: return .notify
                case 0x8000_0000: return .kill
                default: return .errno(instruction.k & 0xFFFF)
                }
            default:
                Issue.record("an instruction this evaluator does not know: \(instruction.code)")
                return .kill
            }
        }
        return .kill
    }

    static func verdict(_ name: String, _ arguments: [UInt64] = []) throws -> Verdict {
        let number = try #require(SeccompFilter.number(of: name))
        return evaluate(try compiled().program, number: UInt32(number), arguments: arguments)
    }

    #if arch(x86_64)
        @Test(arguments: ["read", "write", "openat", "futex", "exit_group", "getrandom", "brk", "munmap", "newfstatat"])
        func plainCallsAreAllowed(name: String) throws {
            #expect(try Self.verdict(name) == .allow)
        }

        @Test(arguments: [
            "socket", "connect", "execve", "execveat", "clone", "fork", "vfork", "ptrace", "mount", "unshare", "setns",
            "bpf",
            "io_uring_setup", "keyctl", "memfd_create", "shmget", "kill", "tgkill", "prctl", "seccomp", "setuid",
            "chown",
            "mknod", "setxattr", "flock", "socketpair", "sendmsg", "pidfd_open", "setpriority", "setrlimit",
            "personality",
            "name_to_handle_at", "userfaultfd", "perf_event_open", "process_vm_writev", "mq_open", "inotify_init1",
        ])
        func othersGoToInit(name: String) throws {
            #expect(try Self.verdict(name) == .notify)
        }

        @Test func everyNumberIsEitherGrantedOrHandedOver() throws {
            let filter = try Self.compiled()
            let granted = Set(
                try SeccompProfile(
                    json: try #require(EmbeddedFiles.files(in: .profiles)["strict.json"]), name: "strict"
                )
                .rules.filter { $0.action == .allow }.flatMap(\.names).compactMap(SeccompFilter.number))
            let clone3 = try #require(SeccompFilter.number(of: "clone3"))
            for number in 0..<1024 where !granted.contains(number) {
                let wanted: Verdict = number == clone3 ? .errno(38) : .notify
                #expect(Self.evaluate(filter.program, number: UInt32(number)) == wanted, "syscall \(number)")
            }
        }

        /// mmap(addr, length, prot, flags, fd, offset): READ 1, WRITE 2, EXEC 4; PRIVATE 2, FIXED 0x10, ANONYMOUS 0x20.
        @Test(arguments: [
            ([3, 0x22, 0xFFFF_FFFF] as [UInt64], Verdict.allow), ([5, 0x2, 3], .allow), ([5, 0x812, 3], .allow),
            ([7, 0x22, 0xFFFF_FFFF], .notify), ([5, 0x22, 0xFFFF_FFFF], .notify), ([7, 0x2, 3], .notify),
            ([4, 0x2, 3], .notify), ([5, 0x1, 3], .notify), ([5, 0x2, 0xFFFF_FFFF_FFFF_FFFF], .notify),
        ])
        func executableMappings(protectionFlagsFile: [UInt64], expected: Verdict) throws {
            #expect(try Self.verdict("mmap", [0, 4096] + protectionFlagsFile) == expected)
        }

        @Test(arguments: [
            (0x5401 as UInt64, Verdict.allow), (0x5412, .notify), (0x1_0000_5412, .notify), (0x541C, .notify),
        ])
        func terminalInputCannotBeInjected(request: UInt64, expected: Verdict) throws {
            #expect(try Self.verdict("ioctl", [0, request]) == expected)
        }

        @Test func limitsCanBeReadButNotSet() throws {
            #expect(try Self.verdict("prlimit64", [0, 7, 0, 1]) == .allow)
            #expect(try Self.verdict("prlimit64", [0, 7, 1, 0]) == .notify)
            #expect(try Self.verdict("prlimit64", [1, 7, 0, 1]) == .notify)
        }

        /// i386 (AUDIT_ARCH_I386) and x32 (bit 30 of the number).
        @Test func foreignABIsAreKilled() throws {
            let program = try Self.compiled().program
            #expect(Self.evaluate(program, number: 20, architecture: 0x4000_0003) == .kill)
            #expect(Self.evaluate(program, number: 0x4000_0000 + 39) == .kill)
        }
    #endif

    @Test(arguments: [
        ("ptrace", AIRLOCK_KILL), ("execve", AIRLOCK_STARTUP_ONLY), ("clone", AIRLOCK_NEW_PROCESS),
        ("setpriority", AIRLOCK_LOCK_DOWN), ("socket", AIRLOCK_REFUSE), ("mount", AIRLOCK_KILL),
    ])
    func initKnowsWhatToDo(name: String, action: airlock_action) throws {
        let number = try #require(SeccompFilter.number(of: name))
        #expect(try Self.compiled().verdicts[number].action == UInt8(action.rawValue))
    }

    @Test(arguments: [
        "", "[]", "{\"defaultAction\":\"SCMP_ACT_ERRNO\"}", "{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":[]}",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALOW\"}]}",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_ALLOW\"}]}",
        "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscall\":[]}",
        """
        {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW",
         "args":[{"index":9,"value":0,"op":"SCMP_CMP_EQ"}]}]}
        """,
    ])
    func faultyProfilesAreRefused(text: String) {
        #expect(throws: AirlockError.self) { try SeccompProfile(json: Array(text.utf8), name: "test") }
    }

    /// What the filter could not carry must not be passed over.
    @Test(arguments: [
        #"{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#,
        #"{"defaultAction":"SCMP_ACT_KILL_PROCESS","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}"#,
        """
        {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["ioctl"],"action":"SCMP_ACT_ERRNO",
         "args":[{"index":1,"value":0,"op":"SCMP_CMP_EQ"}]}]}
        """,
        """
        {"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"},
         {"names":["read"],"action":"SCMP_ACT_KILL_PROCESS"}]}
        """,
    ])
    func profilesThatWouldFailOpenAreRefused(text: String) {
        #expect(throws: AirlockError.self) { try SeccompProfile(json: Array(text.utf8), name: "open") }
    }

    #if arch(x86_64)
        /// Without a private root, modes and times of files by path are out of reach, and no set-user-id file is made.
        @Test(arguments: [
            ("chmod", [] as [UInt64], Verdict.notify), ("fchmod", [], .notify), ("truncate", [], .notify),
            ("utimensat", [0, 4096], .notify), ("utimensat", [3, 0], .allow), ("openat", [0, 0, 0, 0o644], .allow),
            ("openat", [0, 0, 0, 0o4755], .notify), ("openat", [0, 0, 0o1000], .notify),
            ("openat", [0, 0, 3], .notify),
            ("openat", [0, 0, 0o1101, 0o666], .allow), ("openat", [0, 0, 2], .allow), ("open", [0, 0o1000], .notify),
            ("open", [0, 0, 0o2755], .notify), ("read", [], .allow),
        ])
        func thePortableProfileTakesTheirPlace(name: String, arguments: [UInt64], expected: Verdict) throws {
            let files = EmbeddedFiles.files(in: .profiles)
            let read = { (name: String) in try SeccompProfile(json: try #require(files[name]), name: name) }
            let filter = try SeccompFilter(
                profile: read("strict.json").overridden(by: read("portable.json")), startup: read("startup.json"))
            let number = try #require(SeccompFilter.number(of: name))
            #expect(Self.evaluate(filter.program, number: UInt32(number), arguments: arguments) == expected)
        }
    #endif
}
