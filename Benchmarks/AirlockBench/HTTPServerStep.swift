import Glibc

/// The server of the HTTP steps, in a process of its own: each request gets the same 10 kB of JSON, the answer to a query, at
/// once, or after one or ten milliseconds where its path begins with `/1ms` or `/10ms`.
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
        let head =
            #"{"columns":["event","uuid","timestamp","n"],"types":["String","UUID","DateTime","UInt64"],"results":["#
        let body = head + String(repeating: row, count: 117) + row.dropLast() + "]}"
        let status = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return Array((status + body).utf8)
    }()

    private static func answer(_ connection: Int32) {
        var on: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var (buffer, filled) = ([UInt8](repeating: 0, count: 65536), 0)
        while true {
            let count = recv(connection, &buffer[filled], buffer.count - filled, 0)
            guard count > 0 else { break }
            filled += count
            guard isWhole(buffer[..<filled]) else { continue }
            filled = 0
            if buffer.starts(with: Self.slow) { usleep(1000) }
            if buffer.starts(with: Self.slower) { usleep(10_000) }
            guard send(connection, response, response.count, Int32(MSG_NOSIGNAL)) == response.count else { break }
        }
        close(connection)
    }

    /// Whether all of a request is there, by its `Content-Length`.
    private static func isWhole(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            guard let end = find(headEnd, in: buffer, ignoresCase: false) else { return false }
            guard let field = find(lengthField, in: buffer, ignoresCase: true), field < end else { return true }
            let digits = buffer[(field + lengthField.count)...].prefix { $0 >= 0x30 && $0 <= 0x39 }
            return buffer.count >= end + headEnd.count + digits.reduce(0) { $0 &* 10 &+ Int($1 &- 0x30) }
        }
    }

    private static func find(_ text: [UInt8], in buffer: UnsafeBufferPointer<UInt8>, ignoresCase: Bool) -> Int? {
        let mask: UInt8 = ignoresCase ? 0x20 : 0
        var start = 0
        while start + text.count <= buffer.count {
            var length = 0
            while length < text.count, buffer[start + length] | mask == text[length] | mask { length += 1 }
            if length == text.count { return start }
            start += 1
        }
        return nil
    }

    private static let headEnd = Array("\r\n\r\n".utf8)
    private static let lengthField = Array("content-length: ".utf8)
    private static let slower = Array("POST /10ms".utf8)
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
