import CLibcurl
import Glibc

/// Wakes the loop's thread from any other: an eventfd(2).
///
/// Why not curl_multi_wakeup(3): that belongs to the multi handle, so that it has to be called under a lock that the thread
/// needs as soon as it is awake.
final class LoopWakeup: Sendable {
    let descriptor: Int32

    /// - Returns: `nil` where there is no descriptor left; `errno` says why.
    init?() {
        descriptor = airlock_wakeup_open()
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    func send() { airlock_wakeup_send(descriptor) }
}
