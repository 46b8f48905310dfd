/// Reads requests of one connection, strictly and within limits.
struct RequestReader {
    /// What the client gets told instead of an answer.
    enum Failure: Error {
        case refused(HTTPResponse)
        /// The peer has gone, or said nothing.
        case ended
    }

    private let socket: Socket
    private let limits: HTTPLimits
    private var buffer: [UInt8] = []
    private var position = 0
    private var chunk = [UInt8](repeating: 0, count: 64 * 1024)

    init(_ socket: Socket, _ limits: HTTPLimits) {
        self.socket = socket
        self.limits = limits
    }

    mutating func next() throws(Failure) -> HTTPRequest {
        // An empty line before a request is passed over (RFC 9112 §2.2).
        try fill(until: ContinuousClock.now.advanced(by: limits.idleTime), isIdle: true)
        let headEnd = ContinuousClock.now.advanced(by: limits.headTime)
        var left = limits.headBytes
        var first = try line(&left, headEnd)
        if first.isEmpty { first = try line(&left, headEnd) }
        let parts = first.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[1].hasPrefix("/") || parts[1].hasPrefix("http://") else {
            throw refused(400, "Bad request line")
        }
        guard parts[2] == "HTTP/1.1" || parts[2] == "HTTP/1.0" else {
            throw refused(505, "Only HTTP/1.1 is spoken here")
        }
        var headers: [String: String] = [:]
        var count = 0
        while true {
            let text = try line(&left, headEnd)
            if text.isEmpty { break }
            count += 1
            guard count <= limits.headerCount else { throw refused(431, "Too many headers") }
            guard let colon = text.firstIndex(of: ":"), text.first != " ", text.first != "\t" else {
                throw refused(400, "Bad header")
            }
            let name = text[..<colon].lowercased()
            guard !name.isEmpty, !name.contains(" ") else { throw refused(400, "Bad header") }
            let value = String(Self.trimmed(text[text.index(after: colon)...]))
            // Two lengths that differ are how requests are smuggled.
            if name == "content-length", let earlier = headers[name], earlier != value {
                throw refused(400, "Two lengths")
            }
            if name == "content-length" {
                headers[name] = value
            } else {
                headers[name] = headers[name].map { "\($0), \(value)" } ?? value
            }
        }
        if parts[2] == "HTTP/1.0", headers["connection"] == nil { headers["connection"] = "close" }
        var target = String(parts[1])
        if let rest = Self.afterAuthority(target) { target = rest }
        var request = HTTPRequest(method: String(parts[0]), target: target, headers: headers)
        request.body = try body(headers)
        return request
    }

    // MARK: - Bodies

    private mutating func body(_ headers: [String: String]) throws(Failure) -> [UInt8] {
        let end = ContinuousClock.now.advanced(by: limits.bodyTime)
        if let coding = headers["transfer-encoding"] {
            guard headers["content-length"] == nil else { throw refused(400, "A length and a transfer coding") }
            guard coding.lowercased() == "chunked" else { throw refused(501, "Only chunked is known") }
            try sendContinue(headers)
            return try chunkedBody(end)
        }
        guard let text = headers["content-length"] else { return [] }
        guard !text.isEmpty, text.utf8.count < 19, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let length = Int(text)
        else { throw refused(400, "Bad length") }
        guard length <= limits.bodyBytes else { throw refused(413, "length limit exceeded") }
        if length > 0 { try sendContinue(headers) }
        return try bytes(length, end)
    }

    private func sendContinue(_ headers: [String: String]) throws(Failure) {
        guard headers["expect"]?.lowercased() == "100-continue" else { return }
        let end = ContinuousClock.now.advanced(by: limits.writeTime)
        do throws(Socket.Failure) {
            try socket.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)[...], until: end)
        } catch {
            throw .ended
        }
    }

    private mutating func chunkedBody(_ end: ContinuousClock.Instant) throws(Failure) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            var left = 1024
            let size = try line(&left, end).prefix { $0 != ";" }
            guard !size.isEmpty, size.utf8.count <= 8, size.allSatisfy(\.isHexDigit), let count = Int(size, radix: 16)
            else {
                throw refused(400, "Bad chunk")
            }
            if count == 0 { break }
            guard body.count + count <= limits.bodyBytes else { throw refused(413, "length limit exceeded") }
            body += try bytes(count, end)
            guard try line(&left, end).isEmpty else { throw refused(400, "Bad chunk") }
        }
        var left = limits.headBytes
        while try !line(&left, end).isEmpty {}
        return body
    }

    // MARK: - Bytes

    private mutating func bytes(_ count: Int, _ end: ContinuousClock.Instant) throws(Failure) -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            if position == buffer.count { try fill(until: end, isIdle: false) }
            let part = buffer[position..<min(buffer.count, position + count - result.count)]
            result += part
            position += part.count
        }
        return result
    }

    /// A line without its end; a bare LF counts as one.
    private mutating func line(_ left: inout Int, _ end: ContinuousClock.Instant) throws(Failure) -> String {
        var line: [UInt8] = []
        while true {
            if position == buffer.count { try fill(until: end, isIdle: false) }
            let rest = buffer[position...]
            let part = rest.prefix { $0 != 0x0A }
            line += part
            position += part.count
            left -= part.count
            guard left >= 0 else { throw refused(431, "The head is too large") }
            guard position < buffer.count else { continue }
            position += 1
            left -= 1
            if line.last == 0x0D { line.removeLast() }
            guard let text = String(validating: line, as: UTF8.self), !line.contains(0), !line.contains(0x0D) else {
                throw refused(400, "Bad characters in the head")
            }
            return text
        }
    }

    private mutating func fill(until end: ContinuousClock.Instant, isIdle: Bool) throws(Failure) {
        guard position == buffer.count else { return }
        buffer.removeAll(keepingCapacity: true)
        position = 0
        do throws(Socket.Failure) {
            let count = try socket.read(into: &chunk, until: end)
            guard count > 0 else { throw Socket.Failure.closed }
            buffer.append(contentsOf: chunk[..<count])
        } catch {
            throw error == .timedOut && !isIdle ? refused(408, "The request took too long") : .ended
        }
    }

    private func refused(_ status: Int, _ text: String) -> Failure { .refused(.text(status, text)) }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }

    /// The path of a target in absolute form, which a proxy's client sends.
    private static func afterAuthority(_ target: String) -> String? {
        guard target.hasPrefix("http://") else { return nil }
        let rest = target.dropFirst(7)
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }
}
