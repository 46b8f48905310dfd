import AirlockCore
import Glibc

/// The lines of a file, or of standard input, one after the other and without holding them all.
struct EventLines: ~Copyable {
    struct Line {
        /// From 1.
        var number: Int
        /// Without its end.
        var bytes: [UInt8]
    }

    /// A longer line is no event: PostHog takes 1 MiB.
    private static let maxLineBytes = 4 << 20

    private let path: String
    private let descriptor: Int32
    private let size: Int?
    private var buffer: [UInt8] = []
    /// What lies before it was handed out.
    private var start = 0
    private var number = 0
    private var bytesRead = 0
    private var isAtEnd = false

    init(_ path: String) throws(AirlockError) {
        self.path = path == "-" ? "standard input" : path
        let isNamed = !path.utf8.contains(0)
        descriptor = path == "-" ? dup(STDIN_FILENO) : isNamed ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) : -1
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(status.st_size) : nil
        guard descriptor >= 0 else {
            throw AirlockError(
                .fileFailed, "the file cannot be read", at: .file(path), cause: isNamed ? systemText(errno) : nil)
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// How far it is; `nil` where nobody knows how much is to come.
    var fraction: Double? { size.flatMap { $0 > 0 ? min(1, Double(bytesRead) / Double($0)) : nil } }

    /// The next line that is not blank; `nil` at the end.
    mutating func next() throws(AirlockError) -> Line? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                if let line = take(upTo: end, skipping: 1) { return line }
                searched = start
                continue
            }
            searched = buffer.count
            guard buffer.count - start <= Self.maxLineBytes else {
                throw AirlockError(
                    .fileFailed, "a line is longer than \(ByteCount(Self.maxLineBytes))",
                    at: .file(path, line: number + 1), hint: "Each line is to hold one event, as JSON.")
            }
            if isAtEnd { return start < buffer.count ? take(upTo: buffer.count, skipping: 0) : nil }
            searched -= start
            try fill()
        }
    }

    private mutating func take(upTo end: Int, skipping count: Int) -> Line? {
        let bytes = Array(buffer[start..<end])
        start = end + count
        number += 1
        return bytes.contains { $0 > 0x20 } ? Line(number: number, bytes: bytes) : nil
    }

    /// Reads more; what was handed out gives way.
    private mutating func fill() throws(AirlockError) {
        buffer.removeFirst(start)
        start = 0
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw AirlockError(.fileFailed, "the file cannot be read", at: .file(path), cause: systemText(errno))
            }
            isAtEnd = count == 0
            bytesRead += count
            buffer += chunk[..<count]
            return
        }
    }
}
