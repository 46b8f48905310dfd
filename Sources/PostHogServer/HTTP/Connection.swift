internal import Dispatch
internal import Synchronization

/// Serves one connection, request after request, on a thread of its own.
struct Connection {
    let socket: Socket
    let limits: HTTPLimits
    let handler: any HTTPHandler
    private static let maxBytesWithHead = 65536

    func serve() {
        do throws(Socket.Failure) {
            // The first byte of a TLS handshake record (RFC 8446 §5.1) can begin no request.
            let end = ContinuousClock.now.advanced(by: limits.idleTime)
            if try socket.peek(until: end) == 0x16 { return try serveTLS() }
        } catch {
            return
        }
        var reader = RequestReader(socket, limits)
        while true {
            let request: HTTPRequest
            do throws(RequestReader.Failure) {
                request = try reader.next()
            } catch {
                if case .refused(let response) = error { _ = send(response, isHead: false, closes: true) }
                socket.finish()
                return
            }
            let response = answer(request)
            let closes = (request.header("connection") ?? "").lowercased().contains("close")
            switch send(response, isHead: request.method == "HEAD", closes: closes) {
            case .complete where !closes: continue
            case .complete, .cut: return socket.finish()
            // Whatever was still said would keep the RST from being the last word.
            case .reset: return socket.resetOnClose()
            }
        }
    }

    /// This thread waits; the work is a task's.
    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        let place = ResponsePlace()
        let handler = handler
        Task {
            place.put(await handler.answer(request))
        }
        return place.take()
    }

    // MARK: - Answers

    /// How far an answer got.
    private enum Sent {
        case complete, cut, reset
    }

    private func send(_ response: HTTPResponse, isHead: Bool, closes: Bool) -> Sent {
        let wire = response.wire
        do throws(Socket.Failure) {
            if wire.delay > .zero { try socket.pause(wire.delay) }
            switch wire.ending {
            case .closeBeforeHead: return .cut
            case .resetBeforeHead: return .reset
            default: break
            }
            let hasBody = !isHead && response.status != 204 && response.status != 304
            let padding = hasBody ? Padding(response) : nil
            let head = self.head(response, bodyBytes: response.body.count + (padding?.extraBytes ?? 0), closes: closes)
            // In one piece, as servers send small answers: in two, the client would be woken twice.
            if hasBody, wire == WireFault(delay: wire.delay), response.body.count <= Self.maxBytesWithHead {
                try socket.write((head + response.body)[...], until: deadline)
                return .complete
            }
            try socket.write(head[...], until: deadline)
            guard hasBody else { return .complete }
            var left = Int.max
            if case .close(let bytes) = wire.ending { left = bytes }
            if case .reset(let bytes) = wire.ending { left = bytes }
            if let padding {
                try padding.forEachPart { part throws(Socket.Failure) in
                    try write(part.prefix(max(0, left)), wire)
                    left -= part.count
                    return left > 0
                }
            } else {
                try write(response.body.prefix(max(0, left)), wire)
            }
            switch wire.ending {
            case .complete: return .complete
            case .reset: return .reset
            default: return .cut
            }
        } catch {
            return .cut
        }
    }

    private var deadline: ContinuousClock.Instant { ContinuousClock.now.advanced(by: limits.writeTime) }

    private func write(_ bytes: ArraySlice<UInt8>, _ wire: WireFault) throws(Socket.Failure) {
        guard let speed = wire.bytesPerSecond, speed > 0 else { return try socket.write(bytes, until: deadline) }
        // Twenty pieces a second, or a byte at a time where that is less.
        let size = max(1, speed / 20)
        var rest = bytes
        while !rest.isEmpty {
            try socket.write(rest.prefix(size), until: deadline)
            rest = rest.dropFirst(size)
            if !rest.isEmpty { try socket.pause(.seconds(Double(size) / Double(speed))) }
        }
    }

    private func head(_ response: HTTPResponse, bodyBytes: Int, closes: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(response.status) \(HTTPResponse.phrase(response.status))\r\n"
        for (name, value) in response.headers {
            // What a fault script says must not end the head.
            let clean = value.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }
            text += "\(name): \(String(String.UnicodeScalarView(clean)))\r\n"
        }
        if response.status != 204, response.status != 304 { text += "Content-Length: \(bodyBytes)\r\n" }
        if !response.headers.contains(where: { $0.name.lowercased() == "date" }) {
            text += "Date: \(DateHeader.text())\r\n"
        }
        text += "Server: airlock-posthog\r\n"
        text += closes ? "Connection: close\r\n\r\n" : "Connection: keep-alive\r\n\r\n"
        return Array(text.utf8)
    }

    private func serveTLS() throws(Socket.Failure) {
        switch handler.tlsFault() {
        case .plainText:
            let response = HTTPResponse.text(400, "This port speaks HTTP, not HTTPS.\n")
            _ = send(response, isHead: false, closes: true)
            socket.finish()
        case .alert:
            // A fatal alert: handshake_failure (RFC 8446 §6).
            try socket.write([0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28][...], until: deadline)
            socket.finish()
        case .garbage:
            try socket.write([UInt8](repeating: 0x2A, count: 512)[...], until: deadline)
            socket.finish()
        case .close: return
        case .reset: socket.resetOnClose()
        case .stall: try socket.pause(.seconds(3600))
        }
    }
}

/// Where a task leaves the answer that a thread waits for.
private final class ResponsePlace: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let response = Mutex<HTTPResponse?>(nil)

    func put(_ value: HTTPResponse) {
        response.withLock { $0 = value }
        semaphore.signal()
    }

    func take() -> HTTPResponse {
        semaphore.wait()
        return response.withLock { $0 } ?? .text(500, "")
    }
}

/// A JSON object with one more member, which is made piece by piece.
private struct Padding {
    private static let opening = Array(",\"padding\":\"".utf8)
    private static let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
    private let body: [UInt8]
    private let count: Int

    /// - Returns: `nil` where nothing is to be added.
    init?(_ response: HTTPResponse) {
        guard response.wire.paddingBytes > 0, response.body.last == UInt8(ascii: "}"), response.body.count > 2 else {
            return nil
        }
        body = response.body
        count = response.wire.paddingBytes
    }

    var extraBytes: Int { count + Self.opening.count + 1 }

    func forEachPart(_ body: (ArraySlice<UInt8>) throws(Socket.Failure) -> Bool) throws(Socket.Failure) {
        guard try body(self.body.dropLast() + Self.opening) else { return }
        var left = count
        while left > 0 {
            guard try body(Self.piece.prefix(left)) else { return }
            left -= Self.piece.count
        }
        _ = try body([UInt8(ascii: "\""), UInt8(ascii: "}")])
    }
}
