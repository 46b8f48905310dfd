import AirlockCore
import Glibc

extension Diagnosis {
    static func namespaces(_ facts: HostFacts) -> Finding {
        let error = facts.namespaces.error != 0 ? facts.namespaces.error : facts.namespaces.mountError
        guard error != 0 else {
            return Finding("namespaces", .good, "user, mount, pid, net, ipc, uts, cgroup", neededFor: .full)
        }
        let (cause, remedy) = namespaceCause(error, facts)
        let step = facts.namespaces.error != 0 ? "making them" : "changing mounts in them"
        return Finding(
            "namespaces", .missing, "\(cause) (\(step): \(errorText(error)))", remedy: remedy, neededFor: .full)
    }

    /// Why, and what to do: the surest signs first, then the likeliest reason for the error number.
    private static func namespaceCause(_ error: Int32, _ facts: HostFacts) -> (cause: String, remedy: String) {
        if error == EINVAL || error == ENOSYS {
            return (
                "this kernel lacks one of the seven kinds of namespaces",
                "Use a kernel with CONFIG_USER_NS, CONFIG_PID_NS, CONFIG_NET_NS, CONFIG_IPC_NS, CONFIG_UTS_NS and "
                    + "CONFIG_CGROUPS; until then --isolation portable."
            )
        }
        if error == ENOSPC || error == EUSERS { return namespaceLimit(facts) }
        if facts.sysctls["kernel.unprivileged_userns_clone"] == 0, facts.user != 0 {
            return (
                "kernel.unprivileged_userns_clone is 0: only root may make user namespaces",
                "sudo sysctl -w kernel.unprivileged_userns_clone=1"
            )
        }
        if facts.namespaces.isChrooted {
            return (
                "this process is in a chroot, where no user namespace can be made",
                "Run airlock outside of the chroot, or enter the tree with pivot_root instead "
                    + "(systemd-nspawn and container engines do)."
            )
        }
        if facts.seccomp.isFiltered, let container = facts.container {
            return (
                "the seccomp profile of this \(container.noun) refuses them; the kernel's own settings allow them",
                container.unfilteredRemedy
            )
        }
        if facts.sysctls["kernel.apparmor_restrict_unprivileged_userns"] == 1,
            facts.namespaces.appArmorProfile.map({ $0 == "unconfined" }) ?? true
        {
            return (
                "AppArmor restricts user namespaces to programs with a profile "
                    + "(kernel.apparmor_restrict_unprivileged_userns is 1)",
                appArmorRemedy(facts.program)
            )
        }
        if let profile = facts.namespaces.appArmorProfile, profile != "unconfined" {
            return (
                "the AppArmor profile '\(profile)' refuses them",
                facts.container?.unfilteredRemedy
                    ?? "Add 'userns,' and 'mount,' to that profile, or run airlock outside of it."
            )
        }
        if facts.seccomp.isFiltered {
            return (
                "a seccomp filter that this process was started under refuses them",
                "Start airlock outside of that sandbox (a systemd unit: RestrictNamespaces=no and no "
                    + "SystemCallFilter= that takes @mount or clone away), or use --isolation portable."
            )
        }
        if facts.namespaces.isNested {
            return (
                "this process is in a user namespace already, which allows no other below it",
                "Start airlock outside of that sandbox, or use --isolation portable."
            )
        }
        if let container = facts.container {
            return ("this \(container.noun) refuses them", container.unfilteredRemedy)
        }
        return (
            "this host refuses them", "Allow unprivileged user namespaces on this host, or use --isolation portable."
        )
    }

    /// ENOSPC: a limit on the number of namespaces, or 32 levels of them (user_namespaces(7)).
    private static func namespaceLimit(_ facts: HostFacts) -> (cause: String, remedy: String) {
        let limits = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"].map { "user.max_\($0)_namespaces" }
        let none = limits.filter { facts.sysctls[$0] == 0 }
        if !none.isEmpty {
            let settings = none.map { "\($0)=15000" }.joined(separator: " ")
            return ("\(none.joined(separator: ", ")): 0", "sudo sysctl -w \(settings)")
        }
        if facts.namespaces.isNested {
            return (
                "the user namespace that this process is in allows no more of them",
                "Start airlock outside of that sandbox, or use --isolation portable."
            )
        }
        return (
            "this user has made as many namespaces as it may", "sudo sysctl -w user.max_user_namespaces=63000"
        )
    }

    private static func appArmorRemedy(_ program: String) -> String {
        // Both programs make namespaces: the small one that starts first, and the engine.
        let suffix = "-engine"
        let program = program.hasSuffix(suffix) ? "\(program.dropLast(suffix.count)){,\(suffix)}" : program
        return "Give airlock a profile: printf 'abi <abi/4.0>,\\nprofile airlock \"\(program)\" flags=(unconfined) {\\n"
            + "  userns,\\n}\\n' | sudo tee /etc/apparmor.d/airlock && sudo apparmor_parser -r /etc/apparmor.d/airlock; "
            + "or lift it for all programs: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    }
}

extension ContainerKind {
    var noun: String { self == .other ? "container" : "\(rawValue) container" }

    /// How to start a container whose seccomp and AppArmor profiles stand in no sandbox's way.
    var unfilteredRemedy: String {
        let portable = "; or use --isolation portable"
        return switch self {
        case .docker:
            "docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined …" + portable
        case .podman: "podman run --security-opt seccomp=unconfined --security-opt apparmor=unconfined …" + portable
        case .kubernetes:
            "In the container's securityContext: seccompProfile: {type: Unconfined} and appArmorProfile: "
                + "{type: Unconfined}" + portable
        case .lxc: "lxc config set NAME security.nesting true, and restart it" + portable
        case .nspawn: "Add --system-call-filter=@mount to systemd-nspawn" + portable
        case .other: "Start it without a seccomp profile and without an AppArmor profile" + portable
        }
    }
}

/// What the system says about an error number.
func errorText(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
