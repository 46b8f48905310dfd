import Foundation

/// One connection of a ``LoopbackServer``, used by its thread.
struct LoopbackConnection {
    enum Outcome { case goesOn, hungUp, ended }

    let descriptor: Int32
    let number: Int
    private var pending: [UInt8] = []
    private var count = 0

    init(descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
    }

    /// - Returns: `nil` where the client has gone, or sends what is no request.
    mutating func readRequest() -> LoopbackRequest? {
        var end = 0
        while true {
            if let found = Self.endOfHead(pending, from: end) {
                end = found
                break
            }
            if let first = pending.first, !(0x41...0x5A).contains(first) {
                // No method begins like this: TLS, most likely.
                _ = send(Array(LoopbackStep.head(400, length: 0).utf8))
                return nil
            }
            end = max(0, pending.count - 3)
            guard pending.count < 1 << 20, fill() else { return nil }
        }
        let lines = String(decoding: pending[..<(end - 4)], as: UTF8.self).components(separatedBy: "\r\n")
        pending.removeFirst(end)
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        count += 1
        var request = LoopbackRequest(
            method: String(words[0]), target: String(words[1]), connection: number, index: count)
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            request.headers.append((String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)))
        }
        if request.header("Expect") == "100-continue" { _ = send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) }
        if request.header("Transfer-Encoding") == "chunked" {
            guard let body = readChunks() else { return nil }
            request.body = body
        } else if let length = request.header("Content-Length").flatMap(Int.init) {
            guard let body = take(length) else { return nil }
            request.body = body
        }
        return request
    }

    private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count >= start + 4 else { return nil }
        for index in start...(bytes.count - 4)
        where bytes[index] == 0x0D && bytes[index + 1] == 0x0A && bytes[index + 2] == 0x0D && bytes[index + 3] == 0x0A {
            return index + 4
        }
        return nil
    }

    private mutating func readChunks() -> [UInt8]? {
        var body: [UInt8] = []
        while true {
            guard let line = takeLine(), let size = Int(line, radix: 16), let chunk = take(size), takeLine() == ""
            else { return nil }
            if size == 0 { return body }
            body += chunk
        }
    }

    private mutating func takeLine() -> String? {
        while true {
            if let end = pending.firstIndex(of: 0x0A) {
                let line = String(decoding: pending[..<end].filter { $0 != 0x0D }, as: UTF8.self)
                pending.removeFirst(end + 1)
                return line
            }
            guard fill() else { return nil }
        }
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        while pending.count < count { guard fill() else { return nil } }
        defer { pending.removeFirst(count) }
        return Array(pending[..<count])
    }

    private mutating func fill() -> Bool {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 65536) { buffer in
            while true {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                pending += buffer[..<count]
                return true
            }
        }
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    mutating func perform(_ step: LoopbackStep) -> Outcome {
        switch step {
        case .bytes(let bytes): return send(bytes) ? .goesOn : .hungUp
        case .repeated(let bytes, let times):
            for _ in 0..<times where !send(bytes) { return .hungUp }
            return .goesOn
        case .waitFor(let gate):
            gate.wait()
            return .goesOn
        case .waitForHangUp:
            while fill() {}
            return .hungUp
        case .reset:
            // Closing with a linger time of 0 sends RST (socket(7), SO_LINGER).
            var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
            return .ended
        case .close: return .ended
        }
    }
}
