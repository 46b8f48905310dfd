import AirlockCore
import Glibc

/// The results that an earlier batch wrote.
struct BatchHistory {
    /// Ids and statuses stand first in a line, so the rest of it, which may be long, need not be looked at.
    static let maxHeadBytes = 4096

    /// The ids that need not be run again: all but the cancelled ones.
    private(set) var ended: Set<JSONValue> = []
    /// Where the last whole line ends: what follows was not written to its end.
    private(set) var wholeBytes = 0
    private(set) var isTorn = false
    private(set) var identity: FileIdentity?

    /// Of a file that is not there.
    init() {}

    /// - Throws: `file_failed` when it cannot be read; `invalid_argument` for a line that is no result of a batch. A
    ///   last line without its end is what a crash leaves, and passed over.
    init(_ path: String) throws(AirlockError) {
        if access(path, F_OK) != 0, errno == ENOENT { return }
        var reader = try LineReader(path, maxBytes: Self.maxHeadBytes)
        identity = reader.identity
        while let line = try reader.next() {
            guard line.isWhole else {
                isTorn = true
                return
            }
            wholeBytes = line.end
            guard let head = Self.head(line.bytes), let id = head["id"],
                let status = head["status"]?.stringValue.flatMap(RunStatus.init(rawValue:))
            else {
                throw AirlockError(
                    .invalidArgument, "the line is not a result of 'airlock batch'", at: .file(path, line: line.number),
                    hint: "--continue takes the file that --output wrote.")
            }
            // A run that was cancelled and has ended since has two lines; the later one counts.
            if status == .cancelled { ended.remove(id) } else { ended.insert(id) }
        }
    }

    /// The first two members of the object that a text begins with.
    private static func head(_ bytes: [UInt8]) -> JSONObject? {
        var (depth, commas, isText, isEscaped) = (0, 0, false, false)
        for (index, byte) in bytes.enumerated() {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5C {
                    isEscaped = true
                } else if byte == 0x22 {
                    isText = false
                }
                continue
            }
            switch byte {
            case 0x22: isText = true
            case 0x7B, 0x5B: depth += 1
            case 0x7D, 0x5D: depth -= 1
            case 0x2C where depth == 1:
                commas += 1
                if commas == 2 { return (try? JSONValue(json: Array(bytes[..<index]) + [0x7D]))?.objectValue }
            default: break
            }
        }
        return (try? JSONValue(json: bytes))?.objectValue
    }
}
