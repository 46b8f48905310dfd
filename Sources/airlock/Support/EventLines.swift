import AirlockCore
import Glibc

/// The lines of a file of events, or of standard input, one after the other and without holding them all.
struct EventLines: ~Copyable {
    /// A longer line is no event: PostHog takes 1 MiB.
    private static let maxLineBytes = 4 << 20

    private let path: String
    private let size: Int?
    private var lines: LineReader
    private var bytesRead = 0

    init(_ path: String) throws(AirlockError) {
        self.path = path == "-" ? "standard input" : path
        lines = try LineReader(path, maxBytes: Self.maxLineBytes)
        size = lines.fileBytes
    }

    /// How far it is; `nil` where nobody knows how much is to come.
    var fraction: Double? { size.flatMap { $0 > 0 ? min(1, Double(bytesRead) / Double($0)) : nil } }

    /// The next line that is not blank; `nil` at the end.
    mutating func next() throws(AirlockError) -> LineReader.Line? {
        while let line = try lines.next() {
            bytesRead = line.end
            guard !line.isCut else {
                throw AirlockError(
                    .fileFailed, "a line is longer than \(ByteCount(Self.maxLineBytes))",
                    at: .file(path, line: line.number), hint: "Each line is to hold one event, as JSON.")
            }
            if line.bytes.contains(where: { $0 > 0x20 }) { return line }
        }
        return nil
    }
}
