import Dispatch
import Glibc

/// Where descriptors are scarce, makes sure that libdispatch gets its own: soon after its first worker began, it opens
/// a timer, and for a moment a file of /proc, on a thread of its own, and traps if none is left.
enum EarlyDispatch {
    /// As many as a run takes, and some to spare.
    private static let plenty: rlim_t = 64

    /// Returns when the library has had all it needs: a timer has gone off that was set behind the library's first.
    /// Costs some milliseconds, and nothing where descriptors are not scarce.
    static func comeUpIfScarce() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < plenty else {
            return
        }
        let up = DispatchSemaphore(value: 0)
        // From a worker: it is the first of these that sets the library's own timer, which goes off at once.
        DispatchQueue.global().async {
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(5)) { up.signal() }
        }
        up.wait()
    }
}
