internal import AirlockCore
internal import Glibc
internal import Synchronization

/// A small HTTP/1.1 server: a thread accepts, each connection has a thread.
///
/// Threads of its own, since the faults it is made for block: a connection that is slow on purpose must not hold a thread
/// of the cooperative pool. For loopback and tests; it promises no more than ``HTTPLimits``.
final class HTTPServer: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: Socket] = [:]
        var isStopped = false
    }

    /// Where it listens; the port that was chosen for 0.
    let port: Int
    private let listener: Int32
    private let limits: HTTPLimits
    private let handler: any HTTPHandler
    private let state = Mutex(State())

    /// Listens; connections are taken from ``start()`` on and wait until then.
    ///
    /// - Parameters:
    ///   - host: an IPv4 address, `localhost` for 127.0.0.1.
    /// - Throws: `invalid_argument` for what is no address; `file_failed` when the port is taken or not to be had.
    init(host: String, port: Int, limits: HTTPLimits, handler: any HTTPHandler) throws(AirlockError) {
        self.limits = limits
        self.handler = handler
        guard let port16 = UInt16(exactly: port) else {
            throw AirlockError(.invalidArgument, "a port lies between 0 and 65535", at: .argument("--port"))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port16.bigEndian
        guard inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &address.sin_addr) == 1 else {
            throw AirlockError(
                .invalidArgument, "'\(host)' is not an IPv4 address", at: .argument("--host"),
                hint: "Give 127.0.0.1, or 0.0.0.0 for all interfaces.")
        }
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        guard listener >= 0 else { throw Self.failure("no socket can be made", host, port) }
        var on: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 }
        }
        guard isBound, listen(listener, 128) == 0 else {
            let error = Self.failure("the port cannot be listened on", host, port)
            close(listener)
            throw error
        }
        var bound = sockaddr_in()
        var boundSize = size
        _ = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(listener, $0, &boundSize) }
        }
        self.port = Int(UInt16(bigEndian: bound.sin_port))
    }

    deinit { close(listener) }

    private static func failure(_ message: String, _ host: String, _ port: Int) -> AirlockError {
        AirlockError(
            .fileFailed, message, at: .argument("\(host):\(port)"),
            hint: "Another program may have it; give another with --port, or 0 for any that is free.",
            cause: strerror(errno).map { String(cString: $0) })
    }

    /// Of a connection's thread: handlers read JSON and queries by recursion.
    private static let stackBytes = 8 << 20

    /// - Throws: `internal_error` when no thread is to be had.
    func start() throws(AirlockError) {
        try DetachedThread.start { [self] in accept() }
    }

    /// Ends all connections; none is taken any more.
    func stop() {
        let open = state.withLock { state in
            state.isStopped = true
            return Array(state.connections.values)
        }
        // Wakes the thread that accepts, on Linux.
        shutdown(listener, Int32(SHUT_RDWR))
        for socket in open { socket.shutDown() }
    }

    private func accept() {
        while !state.withLock({ $0.isStopped }) {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else {
                if errno == EMFILE || errno == ENFILE { usleep(10_000) }
                if errno == EINVAL || errno == EBADF { return }
                continue
            }
            // accept4(2), which would leave no moment between, is not in Swift's view of the C library.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let socket = Socket(descriptor)
            let isTaken = state.withLock { state in
                guard !state.isStopped, state.connections.count < limits.connections else { return false }
                state.connections[ObjectIdentifier(socket)] = socket
                return true
            }
            guard isTaken else {
                let text = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                try? socket.write(Array(text.utf8)[...], until: ContinuousClock.now.advanced(by: .seconds(1)))
                continue
            }
            do throws(AirlockError) {
                try DetachedThread.start(stackBytes: Self.stackBytes) { [self] in
                    Connection(socket: socket, limits: limits, handler: handler).serve()
                    forget(socket)
                }
            } catch {
                forget(socket)
            }
        }
    }

    private func forget(_ socket: Socket) {
        _ = state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(socket)) }
    }
}
