internal import AirlockCore
internal import Glibc

/// What a file is, told by its first bytes: a better answer than SQLite's "file is not a database".
enum FileSignature {
    /// Refuses what SQLite would wait for or stumble over, without opening it.
    static func requireRegularFile(at path: String) throws(AirlockError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw FileError.last("opening the warehouse", path) }
            throw AirlockError(
                .fileFailed, "the warehouse does not exist", at: .file(path),
                hint: "Make it with 'airlock data import' or 'airlock data generate', or name another with --data.")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw AirlockError(
                .fileFailed, "this is not a regular file", at: .file(path), hint: "Name a warehouse file with --data.")
        }
    }

    /// Makes more of `error` where the file's first bytes tell what it is.
    ///
    /// Only for files that SQLite has refused: closing a descriptor of an open database drops the process's locks on it
    /// (https://www.sqlite.org/howtocorrupt.html §2.2).
    static func explain(_ error: AirlockError, path: String) -> AirlockError {
        guard let head = firstBytes(of: path), !head.starts(with: Array("SQLite format 3\0".utf8)) else { return error }
        let (kind, hint): (String, String)
        if head.isEmpty {
            (kind, hint) = ("an empty file", "Delete it, then make it anew with 'airlock data import'.")
        } else if head.starts(with: [0x1F, 0x8B]) {
            (kind, hint) = ("a gzip file", importHint)
        } else if head.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
            (kind, hint) = ("JSON text", importHint)
        } else if head.allSatisfy({ $0 >= 0x20 || (0x09...0x0D).contains($0) }) {
            (kind, hint) = ("a text file", importHint)
        } else {
            (kind, hint) = ("a file of another kind", "Make a warehouse with 'airlock data import'.")
        }
        return AirlockError(.invalidData, "this is not a warehouse but \(kind)", at: .file(path), hint: hint)
    }

    private static let importHint = "Import it into a warehouse first: airlock data import FILE --data WAREHOUSE"

    private static func firstBytes(of path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { Glibc.close(descriptor) }
        var head = [UInt8](repeating: 0, count: 64)
        let count = pread(descriptor, &head, head.count, 0)
        return count >= 0 ? Array(head.prefix(count)) : nil
    }
}
