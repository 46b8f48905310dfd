import AirlockCore
import Glibc
import Reporting

/// Where the results of a batch go: each a line, written whole or not at all.
final class BatchOutput {
    private let console: Console
    /// `nil` for standard output.
    private let file: (path: String, descriptor: Int32)?

    /// - Parameters:
    ///   - path: `nil` and `-` are standard output. A file is made where there is none, and is this process's alone as
    ///     long as this lives (flock(2)).
    ///   - history: what the file holds already; what follows its last whole line is cut off.
    /// - Throws: `invalid_argument` for a file that another batch writes to, or that holds something else; a
    ///   ``CommandFailure`` with status `internal_error` when it cannot be written.
    init(_ path: String?, console: Console, history: () throws(AirlockError) -> BatchHistory, read: inout BatchHistory)
        throws
    {
        self.console = console
        guard let path, path != "-" else {
            file = nil
            read = try history()
            return
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0o666)
        guard descriptor >= 0 else { throw AtomicFile.failure(path, "it cannot be opened", errno) }
        file = (path, descriptor)
        var status = stat()
        // A pipe or a device holds nothing.
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            read = try history()
            return
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw AirlockError(
                .invalidArgument, "another batch writes to this file", at: .file(path),
                hint: "Wait for it, or name another file with --output.")
        }
        // Only now: until the lock was had, the file could grow.
        read = try history()
        guard read.identity == FileIdentity(descriptor) else {
            guard status.st_size == 0 else {
                throw AirlockError(
                    .invalidArgument, "the file holds something already", at: .file(path),
                    hint: "Add to it with --continue \(path), which skips the runs it has; or name another file.")
            }
            return
        }
        if read.isTorn, ftruncate(descriptor, off_t(read.wholeBytes)) != 0 {
            throw AtomicFile.failure(path, "its last line, which is not whole, cannot be cut off", errno)
        }
    }

    deinit { if let file { close(file.descriptor) } }

    /// - Parameter line: without its end.
    func write(_ line: String) throws {
        guard let file else { return try console.write(data: line + "\n") }
        let bytes = Array((line + "\n").utf8)
        var status = stat()
        let isRegular = fstat(file.descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file.descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                let code = errno
                // Half a line would be worth nothing, and spoil the next one.
                if isRegular { _ = ftruncate(file.descriptor, status.st_size) }
                if code == EPIPE { throw ClosedOutput() }
                throw AtomicFile.failure(file.path, "it cannot be written", code)
            }
        }
    }
}
