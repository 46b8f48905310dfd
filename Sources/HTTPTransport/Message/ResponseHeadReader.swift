/// Reads the header lines of a response one by one, as libcurl hands them over: status line first, an empty line last.
///
/// Interim responses (1xx) are passed over, trailers are dropped, and every line counts towards the limit.
struct ResponseHeadReader {
    enum Step: Equatable {
        case more
        /// The final response's head is complete.
        case complete
        case tooLarge
        case malformed
    }

    let maxBytes: Int
    private(set) var status = 0
    private(set) var headers = HTTPHeaders()
    private var isHTTP1 = false
    private var bytes = 0
    private(set) var isComplete = false

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    mutating func take(_ raw: UnsafeRawBufferPointer) -> Step {
        bytes += raw.count
        guard bytes <= maxBytes else { return .tooLarge }
        if isComplete { return .more }
        let line = raw.prefix { $0 != 0x0D && $0 != 0x0A }
        if line.isEmpty { return end() }
        if line.starts(with: "HTTP/".utf8) { return begin(line) }
        guard status != 0 else { return .malformed }
        if line.first == 0x20 || line.first == 0x09 {
            headers.continueLast(Self.text(line[...]))
            return .more
        }
        guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else { return .malformed }
        let name = String(decoding: line[..<colon], as: UTF8.self)
        headers.append(name, .text(Self.text(line[(colon + 1)...])))
        return .more
    }

    private mutating func begin(_ line: Slice<UnsafeRawBufferPointer>) -> Step {
        let digits = line.drop { $0 != 0x20 }.dropFirst().prefix { $0 != 0x20 }
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return .malformed }
        isHTTP1 = line.starts(with: "HTTP/1".utf8)
        status = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        headers = HTTPHeaders()
        return (100...599).contains(status) ? .more : .malformed
    }

    private mutating func end() -> Step {
        guard status != 0 else { return .malformed }
        // Nobody asked for another protocol.
        guard status != 101 else { return .malformed }
        if status < 200 {
            status = 0
            return .more
        }
        isComplete = true
        return .complete
    }

    /// Whether a body that follows ends where the head says, and not where the connection does: then a body that was cut
    /// looks like a whole one (RFC 9112, section 8).
    var saysWhereBodyEnds: Bool {
        !isHTTP1 || headers["content-length"] != nil || headers["transfer-encoding"] != nil
    }

    private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let start = bytes.firstIndex { !isSpace($0) } ?? bytes.endIndex
        let end = bytes.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start
        return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }
}
