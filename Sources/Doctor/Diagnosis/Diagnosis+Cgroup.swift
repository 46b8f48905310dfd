extension Diagnosis {
    /// No level needs a cgroup: without one the rlimits hold, and results say so.
    static func cgroup(_ facts: HostFacts) -> Finding {
        let cgroup = facts.cgroup
        guard !cgroup.isUsable else { return Finding("cgroup", .good, cgroup.detail) }
        let (cause, remedy) = cgroupCause(facts)
        return Finding("cgroup", .missing, cause, remedy: remedy)
    }

    private static func cgroupCause(_ facts: HostFacts) -> (cause: String, remedy: String) {
        let cgroup = facts.cgroup
        let missing = CgroupFacts.needed.subtracting(cgroup.rootControllers).sorted()
        let heldByVersionOne = missing.filter(cgroup.versionOneControllers.contains)
        if cgroup.mount == nil || !heldByVersionOne.isEmpty {
            if let container = facts.container, cgroup.mount == nil {
                return (
                    "no cgroup v2 is mounted in this \(container.noun)",
                    "Start it with a cgroup namespace of its own on a host with cgroup v2 (docker run "
                        + "--cgroupns=private)."
                )
            }
            return (
                cgroup.mount == nil
                    ? "cgroup v2 is not mounted"
                    : "the controllers \(heldByVersionOne.joined(separator: " and ")) belong to cgroup v1",
                cgroup.hasSystemd
                    ? "Add systemd.unified_cgroup_hierarchy=1 to the kernel's command line and reboot."
                    : "Add cgroup_no_v1=all to the kernel's command line, reboot, and "
                        + "mount -t cgroup2 none /sys/fs/cgroup."
            )
        }
        if !missing.isEmpty {
            return (
                "this kernel has no \(missing.joined(separator: " and ")) controller",
                missing.contains("memory")
                    ? "Add cgroup_enable=memory to the kernel's command line and reboot."
                    : "Use a kernel with CONFIG_CGROUP_PIDS=y."
            )
        }
        if let named = cgroup.named {
            return (
                "AIRLOCK_CGROUP names \(named): \(cgroup.detail)",
                "sudo mkdir -p \(named) && echo '+memory +pids' | sudo tee "
                    + "\(parent(of: named))/cgroup.subtree_control \(named)/cgroup.subtree_control && sudo chown "
                    + "\(facts.user) \(named) \(named)/cgroup.procs; no process may be in it."
            )
        }
        if cgroup.isReadOnly {
            return (
                "\(cgroup.mount ?? "cgroup v2") is mounted read-only"
                    + (facts.container == nil ? "" : " in this container"),
                "Mount it writable, with a part of the tree delegated to the container (podman: --cgroups=split in a "
                    + "unit with Delegate=yes), and name it in AIRLOCK_CGROUP."
            )
        }
        return undelegated(facts)
    }

    /// The controllers are there, and nobody has handed a part of the tree to this process.
    private static func undelegated(_ facts: HostFacts) -> (cause: String, remedy: String) {
        let cgroup = facts.cgroup
        let cause = "no part of the cgroup tree is delegated to this process (\(cgroup.detail))"
        let mount = cgroup.mount ?? "/sys/fs/cgroup"
        // A cgroup that holds processes hands no controllers down (cgroups(7), "No internal processes"): the shell moves
        // itself into one below, and gives the one above to airlock.
        let enter =
            "sh -c 'd=\(mount)$(sed -n s/^0:://p /proc/self/cgroup); mkdir $d/host && echo $$ > $d/host/cgroup.procs && "
            + "echo +memory +pids > $d/cgroup.subtree_control && AIRLOCK_CGROUP=$d exec airlock …'"
        if cgroup.hasSystemd, facts.user == 0 {
            return (cause, "systemd-run --scope -p Delegate=yes \(enter)")
        }
        if cgroup.hasSystemd, cgroup.hasUserManager {
            return (cause, "systemd-run --user --scope -p Delegate=yes \(enter)")
        }
        if cgroup.hasSystemd {
            return (
                cause,
                "sudo loginctl enable-linger \(facts.user), log in again, then systemd-run --user --scope "
                    + "-p Delegate=yes \(enter)"
            )
        }
        return (
            cause,
            "As root: mkdir \(mount)/airlock && echo '+memory +pids' | tee \(mount)/cgroup.subtree_control "
                + "\(mount)/airlock/cgroup.subtree_control && chown \(facts.user) \(mount)/airlock "
                + "\(mount)/airlock/cgroup.procs; then AIRLOCK_CGROUP=\(mount)/airlock."
        )
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path
    }
}
