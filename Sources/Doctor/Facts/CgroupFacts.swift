/// What the host offers of control groups (cgroups(7)).
package struct CgroupFacts: Sendable {
    /// Whether a run of its own could be made just now.
    package var isUsable = true
    /// What it consists of, or what stood in the way, in the sandbox's own words.
    package var detail = "memory.max 512 MiB, pids.max 8"
    /// What `AIRLOCK_CGROUP` names.
    package var named: String?
    /// Where cgroup v2 is mounted.
    package var mount: String? = "/sys/fs/cgroup"
    /// This process's own directory there.
    package var directory: String?
    package var isReadOnly = false
    /// The controllers that v2 has at its root, and that this process's directory has.
    package var rootControllers: Set<String> = []
    package var controllers: Set<String> = []
    /// Those that a v1 hierarchy holds, and v2 therefore has not.
    package var versionOneControllers: Set<String> = []
    package var hasSystemd = true
    /// The user has a service manager of its own (systemd --user).
    package var hasUserManager = true

    package init() {}

    static let needed: Set<String> = ["memory", "pids"]

    /// The v1 controllers among the mounts of /proc/self/mountinfo, and where v2 is mounted.
    package mutating func take(mountinfo: String) {
        mount = nil
        for line in mountinfo.split(separator: "\n") {
            // `id parent device root mount-point options [tags] - type source super-options` (proc_pid_mountinfo(5)).
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, fields.count > 5 else { continue }
            switch fields[dash + 1] {
            case "cgroup2":
                if mount == nil {
                    mount = String(fields[4])
                    isReadOnly = fields[5].split(separator: ",").contains("ro")
                }
            case "cgroup":
                versionOneControllers.formUnion(fields[dash + 3].split(separator: ",").map(String.init))
            default: break
            }
        }
    }
}
