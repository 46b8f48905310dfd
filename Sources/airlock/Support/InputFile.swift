import AirlockCore
import Glibc

/// Reads files and standard input, whole and of bounded size.
enum InputFile {
    /// - Parameter path: `-` for standard input.
    /// - Throws: `file_failed`, naming the file and what the system said.
    static func read(_ path: String, maxBytes: Int) throws(AirlockError) -> [UInt8] {
        if path == "-" { return try read(STDIN_FILENO, "standard input", maxBytes) }
        guard !path.utf8.contains(0) else {
            throw AirlockError(.fileFailed, "a file's name cannot hold a NUL character")
        }
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard file >= 0 else { throw failure(path, errno) }
        defer { close(file) }
        return try read(file, path, maxBytes)
    }

    private static func read(_ file: Int32, _ path: String, _ maxBytes: Int) throws(AirlockError) -> [UInt8] {
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, errno)
            }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maxBytes else {
                throw AirlockError(.fileFailed, "the input is larger than \(ByteCount(maxBytes))", at: .file(path))
            }
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> AirlockError {
        AirlockError(.fileFailed, "the file cannot be read", at: .file(path), cause: systemText(code))
    }
}
