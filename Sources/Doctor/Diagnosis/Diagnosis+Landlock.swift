import AirlockCore
import Glibc

extension Diagnosis {
    /// What each ABI added that airlock uses (landlock(7), "Versions"), and what does its work without it.
    private static let additions: [(abi: Int, kernel: String, what: String, meanwhile: String)] = [
        (2, "5.19", "files moved between directories", "such moves fail, in the scratch directory too"),
        (3, "6.2", "truncation", "seccomp refuses it by path, and the view of full isolation is read-only"),
        (4, "6.7", "TCP", "seccomp refuses every socket"),
        (5, "6.10", "device requests", "seccomp grants six terminal and descriptor requests by exact value"),
        (6, "6.12", "signals and abstract sockets", "seccomp refuses them, and the namespaces of full isolation"),
    ]

    static func landlock(_ facts: HostFacts) -> Finding {
        let abi = facts.landlock.abi
        guard abi > 0 else {
            let (cause, remedy) = landlockCause(facts)
            return Finding("landlock", .missing, cause, remedy: remedy, neededFor: .portable)
        }
        let missing = additions.filter { abi < $0.abi }
        guard !missing.isEmpty else { return Finding("landlock", .good, "ABI \(abi)", neededFor: .portable) }
        let list = missing.map { "\($0.what) (ABI \($0.abi), Linux \($0.kernel): \($0.meanwhile))" }
        return Finding(
            "landlock", .good, "ABI \(abi), without rules for \(list.joined(separator: "; "))",
            remedy: "Linux \(additions.last?.kernel ?? "6.12") or newer has them all.", neededFor: .portable)
    }

    private static func landlockCause(_ facts: HostFacts) -> (cause: String, remedy: String) {
        if let version = KernelVersion(facts.kernel), version < KernelVersion(5, 13) {
            return ("Linux \(facts.kernel) has no Landlock", "Use Linux 5.13 or newer.")
        }
        let modules = facts.landlock.modules
        let isListed = modules?.split(separator: ",").contains("landlock") ?? false
        if facts.seccomp.isFiltered, isListed || facts.landlock.error == EPERM {
            let remedy = facts.container.map { "\($0.unfilteredRemedy); newer engines let Landlock through" }
            return (
                "a seccomp filter that this process was started under hides it",
                remedy ?? "Start airlock outside of that sandbox."
            )
        }
        if facts.landlock.error == EOPNOTSUPP || modules != nil && !isListed {
            let wanted = modules.map { "lsm=\($0.split(separator: ",").joined(separator: ",")),landlock" }
            return (
                "it is not among the active security modules"
                    + (modules.map { " (\($0))" } ?? ""),
                "Add \(wanted ?? "landlock to lsm=") to the kernel's command line (GRUB_CMDLINE_LINUX in "
                    + "/etc/default/grub, then sudo update-grub) and reboot."
            )
        }
        return (
            "this kernel was built without Landlock", "Use a kernel with CONFIG_SECURITY_LANDLOCK=y."
        )
    }
}
