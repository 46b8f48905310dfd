import AirlockCore
import Glibc

/// A client of one request a connection, over plain sockets: it sees what a library would hide.
struct LoopbackClient {
    enum Ending: Equatable {
        case closed, reset, timedOut
    }

    struct Reply {
        var status = 0
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var ending = Ending.closed
        /// All that came, head and body.
        var bytes: [UInt8] = []

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSONValue { (try? JSONValue(json: body)) ?? .null }
        /// Whether the body is as long as the head says.
        var isWhole: Bool { headers["content-length"].flatMap { Int($0) } == body.count }
    }

    let port: Int
    var key: String? = "phx_local"

    func get(_ path: String, headers: [String: String] = [:]) async -> Reply {
        await send("GET", path, headers: headers)
    }

    func post(_ path: String, _ body: JSONValue, headers: [String: String] = [:]) async -> Reply {
        await send("POST", path, headers: headers, body: body.jsonBytes)
    }

    func query(_ text: String, values: JSONObject = JSONObject()) async -> Reply {
        await post(
            "/api/projects/1/query/",
            ["query": ["kind": "HogQLQuery", "query": .string(text), "values": .object(values)]])
    }

    func send(_ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = []) async -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        if let key, path.hasPrefix("/api/") || path.hasPrefix("/flags/definitions") {
            head += "Authorization: Bearer \(key)\r\n"
        }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
        return await raw(Array((head + "\r\n").utf8) + body)
    }

    /// Sends bytes and reads to the end, on a thread of its own: the few cooperative ones are the server's too.
    func raw(_ bytes: [UInt8], timeout: Int = 20) async -> Reply {
        await withCheckedContinuation { continuation in
            do throws(AirlockError) {
                try DetachedThread.start { continuation.resume(returning: exchange(bytes, timeout)) }
            } catch {
                continuation.resume(returning: Reply())
            }
        }
    }

    private func exchange(_ bytes: [UInt8], _ timeout: Int) -> Reply {
        var reply = Reply()
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var time = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return reply }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count <= 0 { break }
            rest = rest.dropFirst(count)
        }
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count > 0 {
                reply.bytes += piece[..<count]
            } else {
                if count < 0 { reply.ending = errno == ECONNRESET ? .reset : .timedOut }
                break
            }
        }
        Self.take(apart: &reply)
        return reply
    }

    private static func take(apart reply: inout Reply) {
        let end: [UInt8] = [13, 10, 13, 10]
        guard
            let split = reply.bytes.indices.dropLast(3).first(where: { reply.bytes[$0..<($0 + 4)].elementsEqual(end) })
        else { return }
        let lines = String(decoding: reply.bytes[..<split], as: UTF8.self).split(separator: "\r\n")
        reply.status = lines.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) } ?? 0
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            reply.headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        reply.body = Array(reply.bytes[(split + 4)...])
    }
}
