import Dispatch
import Glibc

/// Where descriptors are scarce, makes sure that libdispatch gets its own: it opens them on a thread of its own some time
/// after its first work began, and traps if this process has used up the last one by then.
enum EarlyDispatch {
    /// As many as a run takes, and some to spare.
    private static let plenty: rlim_t = 64

    /// Returns when the library has all it needs: a timer has gone off. Costs a millisecond, and nothing where descriptors
    /// are not scarce.
    static func comeUpIfScarce() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < plenty else {
            return
        }
        let up = DispatchSemaphore(value: 0)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(1)) { up.signal() }
        up.wait()
    }
}
