import AirlockCore
import AirlockLauncher
import Glibc

extension AirlockError {
    /// A step of a launch failed: nothing ran.
    static func launch(step: UInt32, error: Int32) -> AirlockError {
        let name = String(cString: airlock_step_name(step))
        return AirlockError(
            step == AIRLOCK_STEP_EXEC.rawValue ? .interpreterUnavailable : .isolationUnavailable,
            "the sandbox could not be set up: step '\(name)' failed", hint: remedy(step: step, error: error),
            cause: String(cString: strerror(error)))
    }

    private static func remedy(step: UInt32, error: Int32) -> String {
        switch airlock_step(rawValue: step) {
        case AIRLOCK_STEP_CLONE where error == EMFILE || error == ENFILE:
            "Raise the limit on open files (ulimit -n), or make fewer runs at once."
        case AIRLOCK_STEP_CLONE where error == EAGAIN || error == ENOMEM,
            AIRLOCK_STEP_FORK_PAYLOAD where error == EAGAIN || error == ENOMEM:
            "Raise the limits on processes (ulimit -u, pids.max) or memory, or make fewer runs at once."
        case AIRLOCK_STEP_CLONE where error == EACCES:
            "The control group that AIRLOCK_CGROUP names cannot be entered: this process has to be in the same delegated "
                + "tree, below a cgroup.procs that it can write (cgroups(7))."
        case AIRLOCK_STEP_CLONE where error == EPERM || error == ENOSPC || error == EUSERS,
            AIRLOCK_STEP_ID_MAP, AIRLOCK_STEP_PRIVATE_MOUNTS, AIRLOCK_STEP_ROOT:
            "This host forbids user namespaces. Run 'airlock doctor' for the remedy, "
                + "or accept fewer layers with --isolation portable."
        case AIRLOCK_STEP_PROCESS_TABLE:
            "The profile 'box' watches its processes through a /proc of its own, which the kernel gives only where the "
                + "host's is whole. In a container, run it with --security-opt systempaths=unconfined, or use "
                + "--profile data."
        case AIRLOCK_STEP_OPEN_SOURCE, AIRLOCK_STEP_EXEC:
            "The interpreter or a file it needs has moved or cannot be read. Run 'airlock doctor'."
        case AIRLOCK_STEP_SECCOMP where error == EBUSY:
            "Another seccomp supervisor already watches this process; run Airlock outside of it."
        case AIRLOCK_STEP_SCRATCH: "Lower --limit disk, or free memory: the scratch directory lies in memory."
        default: "Run 'airlock doctor' to see what this host offers."
        }
    }
}
