/// What a system call is for, in the words of somebody who writes scripts.
public enum SyscallFamily: String, Sendable, Hashable, CaseIterable {
    case network, processes, signals
    case otherProcesses = "other_processes"
    case privileges, scheduling, files, mounts, ipc, memory, descriptors, time
    case kernelInterfaces = "kernel_interfaces"
    case machine, other

    /// - Parameter name: the call's name; one that no family lists belongs to ``other``.
    public init(of name: String) {
        self = Self.allCases.first { $0.calls.contains(name) } ?? .other
    }

    /// As it stands behind a call's name.
    public var noun: String {
        switch self {
        case .network: "network"
        case .processes: "processes"
        case .signals: "signals"
        case .otherProcesses: "other processes"
        case .privileges: "privileges"
        case .scheduling: "scheduling"
        case .files: "files"
        case .mounts: "mounts and namespaces"
        case .ipc: "shared memory and queues"
        case .memory: "memory"
        case .descriptors: "descriptors"
        case .time: "clocks"
        case .kernelInterfaces: "kernel interfaces"
        case .machine: "the machine"
        case .other: "not granted"
        }
    }

    /// What the sandbox has instead, and what to do.
    public var advice: String {
        switch self {
        case .network: "This sandbox has none; use airlock.query."
        case .processes: "This sandbox starts none; do the work in the script itself."
        case .signals: "A script can signal nobody; end with sys.exit or an exception."
        case .otherProcesses: "A script can look into no other process; leave it out."
        case .privileges: "A script keeps the identity, rights and limits it started with; leave it out."
        case .scheduling: "The host decides when and where a script runs; leave it out."
        case .files: "Use plain files in the working directory."
        case .mounts: "What a script sees is fixed before it starts; leave it out."
        case .ipc: "Nothing is shared; keep data in Python objects or in files of the working directory."
        case .memory: "Memory is neither executable nor locked; plain allocations work."
        case .descriptors: "Descriptors can be read, written and waited for; leave out the rest."
        case .time: "Clocks can be read, not set; use time.sleep to wait."
        case .kernelInterfaces: "They are closed to scripts; plain files and memory do the same work."
        case .machine: "The host is not a script's to change; leave it out."
        case .other: "No rule of the sandbox's profile grants it; leave it out."
        }
    }

    private var calls: Set<String> {
        switch self {
        case .network:
            [
                "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "listen",
                "recvfrom",
                "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "socket",
                "socketcall", "socketpair",
            ]
        case .processes:
            [
                "clone", "clone3", "execve", "execveat", "fork", "setpgid", "setsid", "set_tid_address", "vfork",
                "wait4",
                "waitid",
            ]
        case .signals:
            [
                "kill", "pause", "pidfd_open", "pidfd_send_signal", "rt_sigpending", "rt_sigqueueinfo", "rt_sigsuspend",
                "rt_sigtimedwait", "rt_tgsigqueueinfo", "signalfd", "signalfd4", "tgkill", "tkill",
            ]
        case .otherProcesses:
            [
                "get_robust_list", "kcmp", "move_pages", "migrate_pages", "pidfd_getfd", "process_madvise",
                "process_mrelease", "process_vm_readv", "process_vm_writev", "ptrace",
            ]
        case .privileges:
            [
                "arch_prctl", "capget", "capset", "getgroups", "getresgid", "getresuid", "landlock_add_rule",
                "landlock_create_ruleset", "landlock_restrict_self", "personality", "prctl", "prlimit64", "seccomp",
                "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid", "setresuid", "setreuid",
                "setrlimit", "setuid",
            ]
        case .scheduling:
            [
                "getcpu", "getpriority", "ioprio_get", "ioprio_set", "sched_get_priority_max", "sched_get_priority_min",
                "sched_getattr", "sched_getparam", "sched_getscheduler", "sched_rr_get_interval", "sched_setaffinity",
                "sched_setattr", "sched_setparam", "sched_setscheduler", "setpriority",
            ]
        case .files:
            [
                "cachestat", "chmod", "chown", "creat", "fanotify_init", "fanotify_mark", "fchdir", "fchmod",
                "fchmodat",
                "fchmodat2", "fchown", "fchownat", "flock", "fremovexattr", "fsetxattr", "futimesat",
                "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch", "lchown", "lookup_dcookie",
                "lremovexattr", "lsetxattr", "mknod", "mknodat", "name_to_handle_at", "open_by_handle_at", "openat2",
                "preadv2", "pwritev2", "readahead", "removexattr", "setxattr", "sync", "sync_file_range", "syncfs",
                "truncate", "utime", "utimensat", "utimes",
            ]
        case .mounts:
            [
                "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "listmount", "mount", "mount_setattr",
                "move_mount",
                "open_tree", "pivot_root", "setns", "statmount", "umount2", "unshare",
            ]
        case .ipc:
            [
                "memfd_create", "memfd_secret", "mq_getsetattr", "mq_notify", "mq_open", "mq_timedreceive",
                "mq_timedsend", "mq_unlink", "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop",
                "semtimedop", "shmat", "shmctl", "shmdt", "shmget",
            ]
        case .memory:
            [
                "get_mempolicy", "map_shadow_stack", "mbind", "mlock", "mlock2", "mlockall", "mmap", "mprotect",
                "munlock", "munlockall", "mseal", "pkey_alloc", "pkey_free", "pkey_mprotect", "remap_file_pages",
                "set_mempolicy", "set_mempolicy_home_node",
            ]
        case .descriptors:
            ["epoll_create", "epoll_pwait2", "eventfd", "fcntl", "ioctl", "pipe", "splice", "tee", "vmsplice"]
        case .time:
            [
                "adjtimex", "alarm", "clock_adjtime", "clock_settime", "settimeofday", "timer_create", "timer_delete",
                "timer_getoverrun", "timer_gettime", "timer_settime", "timerfd_create", "timerfd_gettime",
                "timerfd_settime",
            ]
        case .kernelInterfaces:
            [
                "add_key", "bpf", "io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_setup", "io_submit",
                "io_uring_enter", "io_uring_register", "io_uring_setup", "keyctl", "perf_event_open", "request_key",
                "uprobe", "uretprobe", "userfaultfd",
            ]
        case .machine:
            [
                "acct", "delete_module", "finit_module", "init_module", "ioperm", "iopl", "kexec_file_load",
                "kexec_load", "modify_ldt", "quotactl", "quotactl_fd", "reboot", "setdomainname", "sethostname",
                "swapoff", "swapon", "syslog", "vhangup",
            ]
        case .other: []
        }
    }
}
