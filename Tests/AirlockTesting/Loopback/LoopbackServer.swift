import Foundation
import Synchronization

/// An HTTP/1.1 server on 127.0.0.1 that answers as a script says, well or badly.
///
/// The script is asked once for each request, and gives steps: bytes to send, or to wait, to reset, to hang up. Connections
/// are kept until a step ends them or the client does. Each has a thread of its own.
public final class LoopbackServer: Sendable {
    public typealias Script = @Sendable (LoopbackRequest) -> [LoopbackStep]

    private struct State {
        var requests: [LoopbackRequest] = []
        var connections = 0
        /// Descriptors of the connections that are open.
        var open: Set<Int32> = []
        var isStopped = false
    }

    public let port: Int
    private let listener: Listener
    private let script: Script
    private let keepsRequests: Bool
    private let state = Mutex(State())
    /// The numbers of connections that the client ended, in the order in which that was noticed.
    public let hangUps: AsyncStream<Int>
    private let hungUp: AsyncStream<Int>.Continuation

    /// - Parameters:
    ///   - keepsRequests: whether `requests` holds them; where many come, they are memory.
    ///   - script: called on the connections' threads.
    public init(keepsRequests: Bool = true, _ script: @escaping Script) throws {
        self.script = script
        self.keepsRequests = keepsRequests
        (hangUps, hungUp) = AsyncStream.makeStream()
        let (descriptor, port) = try Self.listen()
        self.port = port
        listener = Listener(descriptor)
        let thread = Thread { [weak self, listener] in
            while true {
                let connection = accept(descriptor, nil, nil)
                if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard connection >= 0 else { break }
                guard let self else {
                    close(connection)
                    break
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                begin(connection)
            }
            listener.close()
        }
        thread.stackSize = 256 << 10
        thread.start()
    }

    deinit { stop() }

    /// The listening socket. The thread that accepts is the one to close it: its number may be another server's at once, and
    /// who then still accepted from it would take that server's connections.
    private final class Listener: Sendable {
        private let descriptor: Mutex<Int32?>

        init(_ descriptor: Int32) { self.descriptor = Mutex(descriptor) }

        func shutdown() { descriptor.withLock { if let open = $0 { _ = Glibc.shutdown(open, Int32(SHUT_RDWR)) } } }

        func close() { descriptor.withLock { if let open = $0.take() { _ = Glibc.close(open) } } }
    }

    /// `http://127.0.0.1:PORT` and the path.
    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// Every request so far, in the order in which they were complete.
    public var requests: [LoopbackRequest] { state.withLock { $0.requests } }

    /// How many connections were accepted.
    public var connections: Int { state.withLock { $0.connections } }

    /// Ends all connections and takes no more.
    public func stop() {
        listener.shutdown()
        // Under the lock: a number that has left `open` may be another server's connection by now.
        state.withLock { state in
            state.isStopped = true
            for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    private static func listen() throws -> (Int32, Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && Glibc.listen(descriptor, 512) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private func begin(_ descriptor: Int32) {
        let number = state.withLock { state -> Int? in
            guard !state.isStopped else { return nil }
            state.connections += 1
            state.open.insert(descriptor)
            return state.connections
        }
        guard let number else {
            close(descriptor)
            return
        }
        let thread = Thread { [self] in
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            serve(LoopbackConnection(descriptor: descriptor, number: number))
            _ = state.withLock { $0.open.remove(descriptor) }
            close(descriptor)
        }
        thread.stackSize = 256 << 10
        thread.start()
    }

    private func serve(_ connection: LoopbackConnection) {
        var connection = connection
        while let request = connection.readRequest() {
            if keepsRequests { state.withLock { $0.requests.append(request) } }
            for step in script(request) {
                switch connection.perform(step) {
                case .goesOn: continue
                case .hungUp:
                    hungUp.yield(connection.number)
                    return
                case .ended: return
                }
            }
        }
    }
}
