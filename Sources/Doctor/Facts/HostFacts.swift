package import AirlockCore

/// All that a diagnosis rests on. Reading the host fills it; a test fills it with a fault its own host does not have.
///
/// The defaults are those of a host that has everything.
package struct HostFacts: Sendable {
    /// The kernel's release, as uname(2) gives it.
    package var kernel = "6.12.0"
    /// The effective user id, and the one that scripts have outside.
    package var user: UInt32 = 1000
    package var scriptUser: UInt32 = 1000
    /// The path of this program, for a profile that names it.
    package var program = "/usr/local/bin/airlock"
    package var container: ContainerKind?
    package var namespaces = NamespaceFacts()
    package var landlock = LandlockFacts()
    package var seccomp = SeccompFacts()
    /// Kernel settings that were found, by their names as sysctl(8) has them.
    package var sysctls: [String: Int] = [:]
    package var cgroup = CgroupFacts()
    package var cache = CacheFacts()
    package var python = PythonFacts()
    /// What starting a sandbox came to, for each level that was tried.
    package var starts: [IsolationReport.Level: StartFacts] = [:]

    package init() {}
}

/// What the user namespaces of `full` isolation meet.
package struct NamespaceFacts: Sendable {
    /// errno of making all seven at once and mapping the user; 0 where that works.
    package var error: Int32 = 0
    /// errno of making the mounts private in new namespaces, which some hosts forbid one step later.
    package var mountError: Int32 = 0
    /// This process is in a user namespace other than the first: not all ids are mapped (user_namespaces(7)).
    package var isNested = false
    /// Its root directory is not the root of its mount namespace.
    package var isChrooted = false
    /// The AppArmor profile it runs under, as /proc/self/attr/apparmor/current has it; `nil` without AppArmor.
    package var appArmorProfile: String?

    package init() {}
}

package struct LandlockFacts: Sendable {
    /// 0 where there is none.
    package var abi = 7
    /// errno of asking for the version: ENOSYS where the kernel was built without, EOPNOTSUPP where it is switched off.
    package var error: Int32 = 0
    /// The active security modules, as /sys/kernel/security/lsm has them; `nil` where that cannot be read.
    package var modules: String?

    package init() {}
}

package struct SeccompFacts: Sendable {
    /// errno of installing a filter with a listener.
    package var error: Int32 = 0
    /// Whether this process runs under a filter of somebody else (`Seccomp: 2` in /proc/self/status).
    package var isFiltered = false

    package init() {}
}

/// How the interpreter that runs would use was found, and how fast it is.
package struct PythonFacts: Sendable {
    /// The path it was found under, before links and shims are resolved.
    package var candidate: String? = "/usr/bin/python3"
    /// Whether `AIRLOCK_PYTHON` names it.
    package var isNamed = false
    package var executable: String? = "/usr/bin/python3.11"
    package var version = "3.11.2"
    package var start: Duration?
    /// How fast the system's own starts, where another one is used.
    package var systemStart: Duration?
    package var error: AirlockError?

    package init() {}
}

/// What starting a sandbox came to.
package enum StartFacts: Sendable {
    /// From the request to the script's first line, for each start.
    case measured([Duration])
    case failed(AirlockError)
}
