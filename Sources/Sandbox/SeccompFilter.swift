package import AirlockCore
package import AirlockLauncher
import CLibseccomp
import Glibc

/// A compiled seccomp filter, and what init does with the calls that the filter hands to it.
///
/// Calls that a profile allows never leave the kernel. All others, except foreign ABIs, which the kernel kills at
/// once, and the profile's plain refusals of calls that libraries try as a matter of course, go to init as a
/// notification (seccomp_unotify(2)): it refuses or kills, counts by name, and lets the calls of the start-up profile
/// through until the guest has locked itself down.
package struct SeccompFilter: Sendable {
    /// The program, as seccomp(2) takes it.
    package let program: [sock_filter]
    /// One verdict per system call number of this machine's ABI.
    package let verdicts: [airlock_verdict]
    /// Whether the script can send signals, to itself at least: then its end by a signal is no word of the kernel's.
    package let mayRaiseSignals: Bool

    /// Compiles with libseccomp; costs about 0.2 ms, so do it once per process.
    ///
    /// - Parameters:
    ///   - profile: what the running script may call.
    ///   - startup: what the interpreter may call besides until the script's first line.
    ///   - architecture: the ABI whose calls it judges; all others are killed.
    ///   - reportsLastCall: whether exit_group(2), where it is allowed, goes to init too, which reports the end before it
    ///     is carried out.
    package init(
        profile: SeccompProfile, startup: SeccompProfile, architecture: SeccompArchitecture = .native,
        reportsLastCall: Bool = false
    ) throws(AirlockError) {
        var verdicts = [airlock_verdict](
            repeating: airlock_verdict(action: UInt8(AIRLOCK_REFUSE.rawValue), error: UInt8(EPERM)),
            count: Int(AIRLOCK_SYSCALLS))
        if case .refuse(let error) = profile.defaultAction {
            for index in verdicts.indices { verdicts[index].error = error }
        }
        guard profile.defaultAction != .allow, let context = seccomp_init(AIRLOCK_SCMP_ACT_NOTIFY) else {
            throw AirlockError(.invalidArgument, "a seccomp profile must refuse by default")
        }
        defer { seccomp_release(context) }
        try Self.check(architecture.select(in: context), "its architecture")
        seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, AIRLOCK_SCMP_ACT_KILL_PROCESS)
        // A binary tree instead of a chain of comparisons: level 2 of seccomp_attr_set(3).
        seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2)
        for rule in profile.rules {
            for name in rule.names {
                // A call that the ABI lacks cannot be made: nothing to do.
                guard let number = architecture.number(of: name), verdicts.indices.contains(number) else { continue }
                if reportsLastCall, name == "exit_group", rule.action == .allow {
                    verdicts[number].action = UInt8(AIRLOCK_LAST_CALL.rawValue)
                    continue
                }
                try Self.add(rule, name: name, to: context, verdict: &verdicts[number])
            }
        }
        // What the running script may call at any time never comes to init.
        let granted = Set(profile.rules.filter { $0.action == .allow && $0.arguments.isEmpty }.flatMap(\.names))
        for rule in startup.rules where rule.action == .allow {
            let names = rule.names.filter { !granted.contains($0) }
            for number in names.compactMap(architecture.number) where verdicts.indices.contains(number) {
                verdicts[number].action = UInt8(AIRLOCK_STARTUP_ONLY.rawValue)
            }
        }
        if let number = architecture.number(of: "setpriority") {
            verdicts[number].action = UInt8(AIRLOCK_LOCK_DOWN.rawValue)
        }
        self.verdicts = verdicts
        mayRaiseSignals = profile.rules.contains {
            $0.action == .allow && !Self.signalCalls.isDisjoint(with: $0.names)
        }
        program = try Self.export(context)
    }

    /// The calls whose refusal means that the script tried to make a process.
    private static let processCalls: Set = ["clone", "fork", "vfork"]

    /// The calls that send a signal of the script's choosing.
    private static let signalCalls: Set = [
        "kill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "tgkill", "timer_create", "tkill",
    ]

    private static func add(
        _ rule: SeccompProfile.Rule, name: String, to context: scmp_filter_ctx, verdict: inout airlock_verdict
    ) throws(AirlockError) {
        // The library takes this machine's numbers, and translates them to those of the filter's ABI.
        let number = seccomp_syscall_resolve_name(name)
        switch rule.action {
        case .kill: verdict.action = UInt8(AIRLOCK_KILL.rawValue)
        case .refuse(let error) where name == "clone3":
            // The C library tries it first for every thread: not worth a notification.
            verdict.error = error
            try check(
                seccomp_rule_add_array(context, airlock_scmp_act_errno(UInt16(error)), number, 0, nil), name)
        case .refuse(let error):
            let isProcess = processCalls.contains(name)
            verdict.action = UInt8(isProcess ? AIRLOCK_NEW_PROCESS.rawValue : AIRLOCK_REFUSE.rawValue)
            verdict.error = error
        case .allow where name == "clone3":
            throw AirlockError(
                .invalidArgument, "a seccomp profile cannot allow clone3: its flags lie behind a pointer")
        case .allow:
            let comparisons = rule.arguments.map { argument in
                scmp_arg_cmp(
                    arg: argument.index, op: argument.comparison.libseccomp, datum_a: argument.value,
                    datum_b: argument.valueTwo)
            }
            let result = seccomp_rule_add_array(
                context, AIRLOCK_SCMP_ACT_ALLOW, number, UInt32(comparisons.count), comparisons)
            try check(result, name)
        }
    }

    private static func check(_ result: Int32, _ name: String) throws(AirlockError) {
        guard result != 0 else { return }
        throw AirlockError(
            .internalError, "libseccomp refused the rule for \(name)", cause: String(cString: strerror(-result)))
    }

    private static func export(_ context: scmp_filter_ctx) throws(AirlockError) -> [sock_filter] {
        let file = airlock_memory_file("airlock-filter")
        guard file >= 0 else { throw .system("memfd_create") }
        defer { close(file) }
        let result = seccomp_export_bpf(context, file)
        guard result == 0 else {
            throw AirlockError(
                .internalError, "libseccomp could not export the filter", cause: String(cString: strerror(-result)))
        }
        let size = lseek(file, 0, SEEK_END)
        let stride = MemoryLayout<sock_filter>.stride
        // BPF_MAXINSNS of <linux/bpf_common.h>.
        guard size > 0, size % stride == 0, size / stride <= 4096 else { throw .system("seccomp_export_bpf") }
        var program = [sock_filter](repeating: sock_filter(code: 0, jt: 0, jf: 0, k: 0), count: size / stride)
        let count = program.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        guard count == size else { throw .system("pread") }
        return program
    }

    /// The number of a call on this machine; `nil` for a name this ABI does not have.
    package static func number(of name: String) -> Int? {
        SeccompArchitecture.native.number(of: name)
    }

    /// The name of a call on this machine, or `syscall 1000`.
    package static func name(of number: Int) -> String {
        SeccompArchitecture.native.name(of: number) ?? "syscall \(number)"
    }
}

extension SeccompProfile.Comparison {
    fileprivate var libseccomp: scmp_compare {
        switch self {
        case .notEqual: SCMP_CMP_NE
        case .less: SCMP_CMP_LT
        case .lessOrEqual: SCMP_CMP_LE
        case .equal: SCMP_CMP_EQ
        case .greaterOrEqual: SCMP_CMP_GE
        case .greater: SCMP_CMP_GT
        case .maskedEqual: SCMP_CMP_MASKED_EQ
        }
    }
}

extension AirlockError {
    /// A system call of the host's own failed, as errno says.
    static func system(_ call: String, _ code: Code = .internalError) -> AirlockError {
        let error = errno
        let isShortOfFiles = error == EMFILE || error == ENFILE
        return AirlockError(
            code, "\(call) failed",
            hint: isShortOfFiles ? "Raise the limit on open files (ulimit -n), or make fewer runs at once." : nil,
            cause: String(cString: strerror(error)))
    }
}

extension SeccompFilter {
    /// The version of the libseccomp in use, which compiles the filters (seccomp_version(3)).
    package static var libraryVersion: String {
        guard let version = seccomp_version() else { return "unknown" }
        return "\(version.pointee.major).\(version.pointee.minor).\(version.pointee.micro)"
    }
}
