import Glibc

/// The server of the HTTP steps, in a process of its own: each request gets the same 10 kB of JSON, at once, or after a
/// millisecond where its path begins with `/1ms`.
///
/// `airlock-bench http-server FOLDER` prints its port and ends with its standard input.
enum HTTPServerStep {
    static func serve() {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound else { return }
        print(UInt16(bigEndian: address.sin_port))
        fflush(nil)
        startThread(argument: listener) { listener in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                startThread(argument: connection, HTTPServerStep.answer)
            }
        }
        while readLine() != nil {}
    }

    private static let response: [UInt8] = {
        let row = #"["$pageview","018f7c9a-0000-7000-8000-000000000000","2026-01-01T00:00:00Z",12345],"#
        let body = #"{"results":["# + String(repeating: row, count: 118) + "[]]}"
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return Array((head + body).utf8)
    }()

    private static func answer(_ connection: Int32) {
        var on: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            guard buffer[count - 1] == end else { continue }
            if buffer.starts(with: Self.slow) { usleep(1000) }
            guard send(connection, response, response.count, Int32(MSG_NOSIGNAL)) == response.count else { break }
        }
        close(connection)
    }

    /// The last byte of every request of the bench, and of no part of one: the server need not parse.
    static let end = UInt8(1)

    private static let slow = Array("POST /1ms".utf8)

    private static func startThread(argument: Int32, _ body: @escaping @Sendable (Int32) -> Void) {
        final class Box {
            let run: () -> Void
            init(_ run: @escaping () -> Void) { self.run = run }
        }
        let box = Unmanaged.passRetained(Box { body(argument) })
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        if result == 0 { pthread_detach(thread) } else { box.release() }
    }
}
