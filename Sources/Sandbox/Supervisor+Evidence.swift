import AirlockCore
import AirlockLauncher
import Glibc

extension Supervisor {
    /// What is known of the end.
    struct Evidence {
        /// Why the host ended the run; the first cause wins.
        var hostCause: HostCause?
        /// What the run is told of a limit that the host ended it for, where that says more than the limit itself.
        var limitReason: String?
        var endedAt: ContinuousClock.Instant?
        var lockedAt: ContinuousClock.Instant?
        /// The script's process, as init sees it: in portable isolation, as the host does.
        var payload: pid_t?
        /// Init's record of the end, or of the step of the launch that failed.
        var record: airlock_report?
        /// Of the first refused calls of each kind; the script's word, unlike all else here.
        var traces: [RefusalTrace] = []
        /// Whether the kernel killed a process of the run's control group for its memory.
        var ranOutOfMemory = false
    }

    enum HostCause {
        case limit(LimitName)
        case asked(RunStatus, reason: String)
    }
}
