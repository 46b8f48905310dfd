/// A kernel setting that the sandbox does not rest on and that a careful host has all the same.
package struct KernelSetting: Sendable {
    /// As sysctl(8) has it.
    package var name: String
    /// The values that are as advised; `nil` where the setting is only looked at to explain something else.
    var good: ClosedRange<Int>?
    var advised = 0
    var reason = ""

    /// - Parameter value: `nil` where this kernel has no such setting: then there is nothing to say.
    func finding(_ value: Int?) -> Finding? {
        guard let good, let value else { return nil }
        guard !good.contains(value) else { return Finding(name, .good, "\(value)") }
        return Finding(name, .advice, "\(value): \(reason)", remedy: "sudo sysctl -w \(name)=\(advised)")
    }

    private static func advice(
        _ name: String, _ good: ClosedRange<Int>, _ advised: Int, _ reason: String
    ) -> KernelSetting {
        KernelSetting(name: name, good: good, advised: advised, reason: reason)
    }

    /// All that are read. See Documentation/admin-guide/sysctl/{kernel,vm,fs,user}.rst in the kernel's source.
    static let all: [KernelSetting] =
        [
            advice(
                "kernel.io_uring_disabled", 1...2, 2, "every program may use io_uring, which seccomp cannot look into"),
            advice("dev.tty.legacy_tiocsti", 0...0, 0, "a program can type into the terminal it was started from"),
            advice("kernel.unprivileged_bpf_disabled", 1...2, 2, "every program may load BPF programs into the kernel"),
            advice("kernel.yama.ptrace_scope", 1...3, 1, "programs of one user can read each other's memory"),
            advice("kernel.randomize_va_space", 2...2, 2, "addresses are not fully randomised"),
            advice("kernel.perf_event_paranoid", 2...4, 2, "every program may watch the processor's events"),
            advice(
                "vm.unprivileged_userfaultfd", 0...0, 0, "every program may stop the kernel in the middle of a copy"),
            advice("fs.protected_symlinks", 1...1, 1, "links in /tmp can lead other users' programs astray"),
            advice("fs.protected_hardlinks", 1...1, 1, "a user can make hard links to files it may not write"),
            KernelSetting(name: "kernel.apparmor_restrict_unprivileged_userns"),
            KernelSetting(name: "kernel.unprivileged_userns_clone"),
        ]
        + ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"].map { KernelSetting(name: "user.max_\($0)_namespaces") }
}
