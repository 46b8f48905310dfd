import AirlockCore
import Glibc

/// Reads a file line by line. Of a line no more is kept than a bound, however long it is.
struct LineReader: ~Copyable {
    struct Line {
        /// From 1.
        var number: Int
        /// Without its end; the first bytes of a line that is longer than the bound.
        var bytes: [UInt8]
        var isCut = false
        /// Whether a line feed ends it; only the last may lack one.
        var isWhole = true
        /// Bytes of the file up to the end of this line.
        var end: Int
    }

    /// What is this long is no line, but a device or a file of something else.
    static let longestLine = 1 << 30

    private let path: String
    private let descriptor: Int32
    private let maxBytes: Int
    private var chunk: [UInt8] = []
    private var place = 0
    private var number = 0
    private var offset = 0

    /// - Parameters:
    ///   - path: `-` for standard input.
    ///   - maxBytes: how much of a line is kept.
    /// - Throws: `file_failed`, naming the file and what the system said.
    init(_ path: String, maxBytes: Int) throws(AirlockError) {
        guard !path.utf8.contains(0) else {
            throw AirlockError(.fileFailed, "a file's name cannot hold a NUL character")
        }
        let name = path == "-" ? "standard input" : path
        let file = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard file >= 0 else { throw Self.failure(name, errno) }
        self.path = name
        self.maxBytes = maxBytes
        descriptor = file
    }

    deinit { close(descriptor) }

    /// The size of a regular file; `nil` for others, which say nothing of what is to come.
    var fileBytes: Int? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Which file it is, whatever it is called.
    var identity: FileIdentity? { FileIdentity(descriptor) }

    /// - Returns: `nil` at the end.
    mutating func next() throws(AirlockError) -> Line? {
        var line = Line(number: number + 1, bytes: [], end: 0)
        var length = 0
        while true {
            if place == chunk.count {
                chunk = try read()
                place = 0
                if chunk.isEmpty {
                    guard length > 0 else { return nil }
                    line.isWhole = false
                    break
                }
            }
            let feed = chunk[place...].firstIndex(of: 0x0A)
            let part = chunk[place..<(feed ?? chunk.count)]
            line.bytes += part.prefix(maxBytes - line.bytes.count)
            length += part.count
            guard length <= Self.longestLine else {
                throw AirlockError(
                    .fileFailed, "a line is longer than \(ByteCount(Self.longestLine))",
                    at: .file(path, line: line.number), hint: "Name a file of lines.")
            }
            offset += part.count + (feed == nil ? 0 : 1)
            place = feed.map { $0 + 1 } ?? chunk.count
            if feed != nil { break }
        }
        number += 1
        line.isCut = length > line.bytes.count
        line.end = offset
        return line
    }

    private func read() throws(AirlockError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 { return Array(buffer[..<count]) }
            if errno != EINTR { throw Self.failure(path, errno) }
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> AirlockError {
        AirlockError(.fileFailed, "the file cannot be read", at: .file(path), cause: systemText(code))
    }
}

/// A file as the system tells it from others (stat(2)).
struct FileIdentity: Equatable {
    private let device: dev_t
    private let inode: ino_t

    init?(_ descriptor: Int32) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        (device, inode) = (status.st_dev, status.st_ino)
    }
}
