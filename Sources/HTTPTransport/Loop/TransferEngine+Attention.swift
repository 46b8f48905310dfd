import CLibcurl
import Glibc

/// Which socket is waited for by the thread that sent the request, instead of the loop's.
///
/// A server that answers within a millisecond or two takes less time than two threads to be woken one after the other: the
/// loop's, and that of the caller's task. So the caller's thread waits for the answer itself, at most ``longest``, one caller at
/// a time, and only where nothing else is under way and the server's last answer came as soon. Such a thread belongs to
/// Swift's pool, which has one for each processor; with one processor nobody waits like that.
enum Attention {
    /// All sockets are the loop's.
    case none
    /// The next new socket is the caller's.
    case offered
    /// The caller's thread waits for this one, which libcurl wants for that (`CURL_POLL_`).
    case given(curl_socket_t, wish: Int32)
    /// libcurl has no more use for it.
    case over

    static let longest = Duration.milliseconds(3)
    static let isPossible = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

    /// Waits for the socket to have something to read.
    ///
    /// - Returns: `nil` when `moment` came first.
    static func wait(for socket: curl_socket_t, until moment: UInt64) -> airlock_ready? {
        while true {
            let now = Monotonic.now
            guard now < moment else { return nil }
            var source = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            let count = poll(&source, 1, Int32(clamping: (moment - now) / 1_000_000 + 1))
            guard count > 0 else { continue }
            // An error or a hang-up is libcurl's to find out and to name.
            return airlock_ready(
                socket: socket, readiness: Int32(source.revents) == Int32(POLLIN) ? Int32(CURL_CSELECT_IN) : 0)
        }
    }
}

extension TransferEngine {
    /// Before a turn that starts `transfer`: its socket is the caller's, if it may be.
    func offerAttention(to transfer: Transfer) {
        guard Attention.isPossible, case .none = attention, transfer.channel == nil, transfer.upload == nil,
            isIdle, queue.isQuick(transfer.url.origin)
        else { return }
        attention = .offered
    }

    /// After a turn: the socket that the caller's thread has to wait for. Where there is none any more, whatever there was is
    /// the loop's again.
    func attendedSocket() -> curl_socket_t? {
        if case .given(let socket, CURL_POLL_IN) = attention, isAlone { return socket }
        endAttention()
        return nil
    }

    var isAttended: Bool { if case .given = attention { true } else { false } }

    func endAttention() {
        if case .given(let socket, let wish) = attention { airlock_epoll_update(poller.descriptor, socket, wish) }
        attention = .none
    }

    /// libcurl wishes to be called when something can be done with a socket, or no longer (CURLMOPT_SOCKETFUNCTION).
    func socketChanged(_ socket: curl_socket_t, wish: Int32) {
        switch attention {
        case .offered where wish != CURL_POLL_REMOVE: attention = .given(socket, wish: wish)
        case .given(socket, _): attention = wish == CURL_POLL_REMOVE ? .over : .given(socket, wish: wish)
        default: airlock_epoll_update(poller.descriptor, socket, wish)
        }
    }
}
