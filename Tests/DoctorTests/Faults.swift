import AirlockCore
import Doctor
import Glibc

let namespaceFaults = [
    Fault(
        "AppArmor restricts them", "namespaces", says: "kernel.apparmor_restrict_unprivileged_userns is 1",
        remedy: "profile airlock \"/opt/airlock{,-engine}\" flags=(unconfined)", level: .portable
    ) {
        $0.program = "/opt/airlock-engine"
        $0.namespaces.mountError = EACCES
        $0.namespaces.appArmorProfile = "unconfined"
        $0.sysctls["kernel.apparmor_restrict_unprivileged_userns"] = 1
    },
    Fault(
        "another AppArmor profile", "namespaces", says: "the AppArmor profile 'snap.x (enforce)' refuses them",
        remedy: "'userns,'", level: .portable
    ) {
        $0.namespaces.error = EACCES
        $0.namespaces.appArmorProfile = "snap.x (enforce)"
    },
    Fault(
        "none at all", "namespaces", says: "user.max_user_namespaces: 0",
        remedy: "sudo sysctl -w user.max_user_namespaces=15000", level: .portable
    ) {
        $0.namespaces.error = ENOSPC
        $0.sysctls["user.max_user_namespaces"] = 0
    },
    Fault(
        "no network namespaces", "namespaces", says: "user.max_net_namespaces: 0",
        remedy: "user.max_net_namespaces=15000", level: .portable
    ) {
        $0.namespaces.error = ENOSPC
        $0.sysctls = ["user.max_user_namespaces": 1000, "user.max_net_namespaces": 0]
    },
    Fault(
        "too many", "namespaces", says: "as many namespaces as it may",
        remedy: "sudo sysctl -w user.max_user_namespaces=63000", level: .portable
    ) {
        $0.namespaces.error = ENOSPC
        $0.sysctls["user.max_user_namespaces"] = 100
    },
    Fault(
        "too deep", "namespaces", says: "allows no more of them", remedy: "outside of that sandbox", level: .portable
    ) {
        $0.namespaces.error = ENOSPC
        $0.namespaces.isNested = true
        $0.sysctls["user.max_user_namespaces"] = 1
    },
    Fault(
        "only root", "namespaces", says: "kernel.unprivileged_userns_clone is 0",
        remedy: "sudo sysctl -w kernel.unprivileged_userns_clone=1", level: .portable
    ) {
        $0.namespaces.error = EPERM
        $0.sysctls["kernel.unprivileged_userns_clone"] = 0
    },
    Fault(
        "Docker's seccomp profile", "namespaces", says: "seccomp profile of this Docker container",
        remedy: "--security-opt seccomp=unconfined --security-opt apparmor=unconfined", level: .portable
    ) {
        $0.namespaces.error = EPERM
        $0.container = .docker
        $0.seccomp.isFiltered = true
        $0.sysctls["user.max_user_namespaces"] = 15000
        // What follows stands in the way too, and is no matter before the filter is gone.
        $0.namespaces.appArmorProfile = "docker-default (enforce)"
    },
    Fault(
        "Docker's AppArmor profile", "namespaces", says: "'docker-default (enforce)'",
        remedy: "apparmor=unconfined", level: .portable
    ) {
        $0.namespaces.mountError = EACCES
        $0.container = .docker
        $0.namespaces.appArmorProfile = "docker-default (enforce)"
    },
    Fault(
        "Kubernetes", "namespaces", says: "Kubernetes container", remedy: "seccompProfile: {type: Unconfined}",
        level: .portable
    ) {
        $0.namespaces.error = EPERM
        $0.container = .kubernetes
        $0.seccomp.isFiltered = true
    },
    Fault(
        "LXC", "namespaces", says: "LXC container", remedy: "security.nesting true", level: .portable
    ) {
        $0.namespaces.error = EPERM
        $0.container = .lxc
        $0.seccomp.isFiltered = true
    },
    Fault(
        "a service's filter", "namespaces", says: "started under", remedy: "RestrictNamespaces=no", level: .portable
    ) {
        $0.namespaces.error = EPERM
        $0.seccomp.isFiltered = true
    },
    Fault("a chroot", "namespaces", says: "chroot", remedy: "pivot_root", level: .portable) {
        $0.namespaces.error = EPERM
        $0.namespaces.isChrooted = true
    },
    Fault(
        "within a user namespace", "namespaces", says: "in a user namespace already", remedy: "portable",
        level: .portable
    ) {
        $0.namespaces.error = EPERM
        $0.namespaces.isNested = true
    },
    Fault("an old kernel", "namespaces", says: "lacks one", remedy: "CONFIG_USER_NS", level: .portable) {
        $0.namespaces.error = EINVAL
    },
    Fault("no known reason", "namespaces", says: "this host refuses", remedy: "portable", level: .portable) {
        $0.namespaces.error = EPERM
    },
]

let landlockFaults = [
    Fault("an old kernel", "landlock", says: "5.10.0-28-amd64 has no Landlock", remedy: "5.13", level: nil) {
        $0.kernel = "5.10.0-28-amd64"
        $0.landlock.abi = 0
        $0.landlock.error = ENOSYS
    },
    Fault(
        "switched off", "landlock", says: "not among the active security modules (lockdown,yama)",
        remedy: "Add lsm=lockdown,yama,landlock to", level: nil
    ) {
        $0.landlock.abi = 0
        $0.landlock.error = EOPNOTSUPP
        $0.landlock.modules = "lockdown,yama"
    },
    Fault("switched off, and no list", "landlock", says: "not among", remedy: "landlock to lsm=", level: nil) {
        $0.landlock.abi = 0
        $0.landlock.error = EOPNOTSUPP
    },
    Fault("built without", "landlock", says: "built without", remedy: "CONFIG_SECURITY_LANDLOCK=y", level: nil) {
        $0.landlock.abi = 0
        $0.landlock.error = ENOSYS
    },
    Fault("an old container engine", "landlock", says: "hides it", remedy: "newer engines", level: nil) {
        $0.landlock.abi = 0
        $0.landlock.error = EPERM
        $0.seccomp.isFiltered = true
        $0.container = .docker
    },
    Fault(
        "ABI 1", "landlock", .good, says: "signals and abstract sockets (ABI 6", remedy: "Linux 6.12", level: .full
    ) { $0.landlock.abi = 1 },
    Fault("ABI 3", "landlock", .good, says: "without rules for TCP (ABI 4", remedy: "6.12", level: .full) {
        $0.landlock.abi = 3
    },
]

let seccompFaults = [
    Fault("a supervisor", "seccomp", says: "another seccomp supervisor", remedy: "outside", level: nil) {
        $0.seccomp.error = EBUSY
    },
    Fault("an old kernel", "seccomp", says: "Linux 5.4.0 has no", remedy: "5.9", level: nil) {
        $0.kernel = "5.4.0"
        $0.seccomp.error = EINVAL
    },
    Fault("below a filter", "seccomp", says: "refuses to add", remedy: "podman run", level: nil) {
        $0.seccomp.error = EPERM
        $0.seccomp.isFiltered = true
        $0.container = .podman
    },
    Fault("built without", "seccomp", says: "built without", remedy: "CONFIG_SECCOMP_FILTER", level: nil) {
        $0.seccomp.error = ENOSYS
    },
]

/// Without a cgroup everything can be run all the same.
let cgroupFaults: [Fault] = [
    cgroupFault("v1 only", says: "not mounted", remedy: "systemd.unified_cgroup_hierarchy=1") { $0.mount = nil },
    cgroupFault(
        "a hybrid", says: "the controllers memory and pids belong to cgroup v1", remedy: "cgroup_no_v1=all"
    ) {
        $0.rootControllers = ["hugetlb"]
        $0.versionOneControllers = ["memory", "pids", "rw"]
        $0.hasSystemd = false
    },
    cgroupFault("memory switched off", says: "no memory controller", remedy: "cgroup_enable=memory") {
        $0.rootControllers = ["pids", "cpu"]
    },
    cgroupFault("no delegation", says: "no part", remedy: "systemd-run --user --scope -p Delegate=yes") { _ in },
    cgroupFault("no service manager of the user's", says: "no part", remedy: "loginctl enable-linger 1000") {
        $0.hasUserManager = false
    },
    cgroupFault("no systemd", says: "no part", remedy: "AIRLOCK_CGROUP=/sys/fs/cgroup/airlock") {
        $0.hasSystemd = false
    },
    cgroupFault("a named one", says: "AIRLOCK_CGROUP names /sys/fs/cgroup/mine", remedy: "chown 1000") {
        $0.named = "/sys/fs/cgroup/mine"
    },
    cgroupFault("read-only", says: "read-only", remedy: "Delegate=yes") { $0.isReadOnly = true },
    Fault(
        "none in the container", "cgroup", says: "in this Docker container", remedy: "--cgroupns=private", level: .full
    ) {
        $0.container = .docker
        $0.cgroup.isUsable = false
        $0.cgroup.mount = nil
    },
    Fault("root", "cgroup", says: "no part", remedy: "systemd-run --scope", level: .full) {
        $0.user = 0
        $0.cgroup.isUsable = false
        $0.cgroup.rootControllers = ["memory", "pids"]
    },
]

private func cgroupFault(
    _ name: String, says: String, remedy: String, make: @escaping @Sendable (inout CgroupFacts) -> Void
) -> Fault {
    Fault(name, "cgroup", says: says, remedy: remedy, level: .full) {
        $0.cgroup.isUsable = false
        $0.cgroup.rootControllers = ["cpu", "memory", "pids"]
        make(&$0.cgroup)
    }
}

let otherFaults = [
    Fault("another's cache", "cache", .broken, says: "belongs to user 0", remedy: "chown -R 1000 /c", level: nil) {
        $0.cache.path = "/c"
        $0.cache.owner = 0
    },
    Fault("an open cache", "cache", .broken, says: "mode 777", remedy: "chmod go-w /c", level: nil) {
        ($0.cache.path, $0.cache.owner, $0.cache.mode) = ("/c", 1000, 0o777)
    },
    Fault("noexec", "cache", .broken, says: "noexec", remedy: "Set AIRLOCK_CACHE", level: nil) {
        $0.cache.isNoExec = true
    },
    Fault("read-only", "cache", .broken, says: "read-only", remedy: "Set AIRLOCK_CACHE", level: nil) {
        $0.cache.isReadOnly = true
    },
    Fault(
        "no right to make it", "cache", .broken, says: "/home cannot be written, and /home/x is to be made there",
        remedy: "sudo install -d -o 1000 -m 755 /home/x", level: nil
    ) {
        ($0.cache.path, $0.cache.exists, $0.cache.unwritable) = ("/home/x", false, "/home")
    },
    Fault("a full disk", "cache", .broken, says: "1 MiB left of the 64 MiB", remedy: "Free", level: nil) {
        $0.cache.freeBytes = 1 << 20
    },
    Fault("no home", "cache", .broken, says: "HOME", remedy: "Set AIRLOCK_CACHE", level: nil) {
        $0.cache.error = "HOME, XDG_CACHE_HOME and AIRLOCK_CACHE are unset"
    },
    Fault("closed to root's scripts", "cache", .broken, says: "cannot pass /root", remedy: "chmod o+x", level: nil) {
        ($0.user, $0.scriptUser, $0.cache.closedAncestor) = (0, 65534, "/root")
    },
    Fault("no interpreter", "python", .broken, says: "no python3", remedy: "apt-get install", level: nil) {
        $0.python.error = AirlockError(
            .interpreterUnavailable, "no python3 was found", hint: "apt-get install python3")
    },
    Fault(
        "a slow interpreter", "python", .advice,
        says: "AIRLOCK_PYTHON names it, starts in 43 ms by itself; "
            + "/usr/bin/python3 starts in 9 ms", remedy: "AIRLOCK_PYTHON=/usr/bin/python3", level: .full
    ) {
        ($0.python.candidate, $0.python.executable, $0.python.isNamed) = ("/opt/python", "/opt/python", true)
        ($0.python.start, $0.python.systemStart) = (.milliseconds(43), .milliseconds(9))
    },
    Fault("no start in full", "start_full", .broken, says: "step 'root' failed", remedy: "Hint", level: .portable) {
        $0.starts[.full] = .failed(AirlockError(.isolationUnavailable, "step 'root' failed", hint: "Hint"))
    },
    Fault("no start at all", "start_portable", .broken, says: "failed", remedy: "Hint", level: nil) {
        $0.starts[.portable] = .failed(AirlockError(.isolationUnavailable, "failed", hint: "Hint"))
    },
]
