internal import Glibc

/// A connected socket. Used by one thread; ``shutDown()`` alone may be called from another.
final class Socket: Sendable {
    enum Failure: Error, Equatable {
        case timedOut, closed
    }

    let descriptor: Int32

    /// - Parameter descriptor: owned from now on.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    /// Wakes whoever waits for this connection; the descriptor stays open until the last owner lets it go.
    func shutDown() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Makes closing send a RST instead of a FIN: SO_LINGER with no time (socket(7)).
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Closes the way out, and reads what the peer still sends, so that the last answer is not lost to a RST.
    func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
        var scratch = [UInt8](repeating: 0, count: 4096)
        let end = ContinuousClock.now.advanced(by: .milliseconds(500))
        while let count = try? read(into: &scratch, until: end), count > 0 {}
    }

    /// - Returns: the bytes read; 0 at the end.
    func read(into buffer: inout [UInt8], until deadline: ContinuousClock.Instant) throws(Failure) -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count >= 0 { return count }
            if errno == EAGAIN { try wait(Int16(POLLIN), until: deadline) } else if errno != EINTR { throw .closed }
        }
    }

    /// The first byte that waits to be read, without taking it.
    func peek(until deadline: ContinuousClock.Instant) throws(Failure) -> UInt8? {
        var byte: UInt8 = 0
        while true {
            let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK))
            if count >= 0 { return count == 0 ? nil : byte }
            if errno == EAGAIN { try wait(Int16(POLLIN), until: deadline) } else if errno != EINTR { throw .closed }
        }
    }

    func write(_ bytes: ArraySlice<UInt8>, until deadline: ContinuousClock.Instant) throws(Failure) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try wait(Int16(POLLOUT), until: deadline)
            } else if errno != EINTR {
                throw .closed
            }
        }
    }

    /// Does nothing for a while; ends early, and fails, when the connection does.
    func pause(_ duration: Duration) throws(Failure) {
        let end = ContinuousClock.now.advanced(by: duration)
        do throws(Failure) {
            try wait(0, until: end)
        } catch {
            if error == .closed { throw error }
        }
    }

    private func wait(_ events: Int16, until deadline: ContinuousClock.Instant) throws(Failure) {
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { throw .timedOut }
            let (seconds, attoseconds) = left.components
            let milliseconds = min(seconds, 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1
            var state = pollfd(fd: descriptor, events: events, revents: 0)
            let count = poll(&state, 1, Int32(milliseconds))
            if count < 0, errno != EINTR { throw .closed }
            guard count > 0 else { continue }
            if events == 0 { throw .closed }
            return
        }
    }
}
