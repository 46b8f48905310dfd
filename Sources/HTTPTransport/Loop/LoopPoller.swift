import CLibcurl
import Glibc

/// Where the loop's thread waits: an epoll(7) with the sockets that libcurl waits for, and an eventfd(2) to wake it by.
///
/// Why not curl_multi_poll(3): it reads the multi handle, so nobody could send anything meanwhile. An epoll takes a socket
/// more while a thread waits for it.
final class LoopPoller: Sendable {
    let descriptor: Int32
    private let wakeup: Int32

    /// - Returns: `nil` where there is no descriptor left; `errno` says why.
    init?() {
        descriptor = airlock_epoll_open()
        guard descriptor >= 0 else { return nil }
        wakeup = airlock_wakeup_open(descriptor)
        guard wakeup >= 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit {
        close(wakeup)
        close(descriptor)
    }

    func wake() { airlock_wakeup_send(wakeup) }

    /// Waits for sockets, until `moment` on the monotonic clock, or to be woken.
    func wait(until moment: UInt64) -> [airlock_ready] {
        let now = Monotonic.now
        let milliseconds = moment > now ? min((moment - now) / 1_000_000 + 1, 600_000) : 0
        return Array(unsafeUninitializedCapacity: 64) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            count = Int(airlock_epoll_wait(descriptor, wakeup, start, Int32(buffer.count), Int32(milliseconds)))
        }
    }
}
