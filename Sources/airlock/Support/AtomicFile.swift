import AirlockCore
import Glibc

/// Files that are written whole or not at all: beside their place first, then moved there.
enum AtomicFile {
    /// Writes `bytes` to the file at `path`. A link is followed; a device or a pipe is written to directly.
    ///
    /// - Throws: a ``CommandFailure`` with status `internal_error`; nothing is left behind then, and what stood at
    ///   `path` is as it was.
    static func write(_ bytes: [UInt8], to path: String) throws {
        var target = path
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT != S_IFDIR else { throw failure(path, "it is a directory", nil) }
            if status.st_mode & S_IFMT != S_IFREG { return try writeDirectly(bytes, to: path) }
            if let real = realpath(path, nil) {
                target = String(cString: real)
                free(real)
            }
        }
        let slash = target.utf8.lastIndex(of: 0x2F)
        let directory = slash.map { $0 == target.utf8.startIndex ? "/" : String(target[..<$0]) } ?? "."
        let name = slash.map { String(target[target.utf8.index(after: $0)...]) } ?? target
        guard !name.isEmpty, !path.utf8.contains(0) else { throw failure(path, "it names no file", nil) }
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure(path, "its directory cannot be opened", errno) }
        defer { close(folder) }
        try write(bytes, named: name, in: folder, path: path)
    }

    /// - Parameter folder: an open directory.
    static func write(_ bytes: [UInt8], named name: String, in folder: Int32, path: String) throws {
        // Not longer than what it becomes, where names are limited to 255 bytes.
        let temporary = ".\(name.prefix(60)).\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
        let file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
        guard file >= 0 else { throw failure(path, "it cannot be created", errno) }
        var code = writeAll(bytes, to: file)
        if code == 0, fsync(file) != 0, errno != EINVAL, errno != EROFS { code = errno }
        if close(file) != 0, code == 0 { code = errno }
        if code == 0, renameat(folder, temporary, folder, name) != 0 { code = errno }
        guard code == 0 else {
            unlinkat(folder, temporary, 0)
            throw failure(path, "it cannot be written", code)
        }
    }

    private static func writeDirectly(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { throw failure(path, "it cannot be opened", errno) }
        defer { close(file) }
        let code = writeAll(bytes, to: file)
        if code == EPIPE { throw ClosedOutput() }
        guard code == 0 else { throw failure(path, "it cannot be written", code) }
    }

    /// - Returns: an error number, or 0.
    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Glibc.write(file, buffer.baseAddress.map { $0 + written }, buffer.count - written)
                if count >= 0 { written += count } else if errno != EINTR { return errno }
            }
            return 0
        }
    }

    static func failure(_ path: String, _ what: String, _ code: Int32?) -> CommandFailure {
        let hint = code == ENOSPC ? "Free some space, or name another place." : nil
        return CommandFailure(
            AirlockError(
                .fileFailed, "the file is not written: \(what)", at: .file(path), hint: hint,
                cause: code.map(systemText)),
            status: .internalError)
    }
}
