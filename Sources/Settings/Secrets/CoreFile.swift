internal import Glibc

/// What a crash of this process leaves on the disk: keys would be in it.
package enum CoreFile {
    /// Sees to it that no core file of this process is written, whatever the limit was.
    ///
    /// A limit of 1 byte, not 0: to a program that takes core files from a pipe, as systemd-coredump does, Linux gives them
    /// at any limit but 1, which is its mark for "none" (core(5); `do_coredump` in fs/coredump.c). The hard limit stays, and
    /// so does dumpability (prctl(2), PR_SET_DUMPABLE), without which the maps of a child's user namespace could not be
    /// written.
    package static func forbid() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = min(1, limit.rlim_max)
        // It fails for a limit above the hard one only.
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    }
}
