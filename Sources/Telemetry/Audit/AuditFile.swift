internal import AirlockCore
internal import Glibc

/// The open file of an audit log. All of it is done under an exclusive lock (flock(2)), so that several processes may
/// share a log.
struct AuditFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// Opens the file, and makes it, for its owner alone, if it is not there.
    init(path: String) throws(AirlockError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot be opened", path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            // The deinit closes it.
            throw Self.failure("is no regular file", path, nil)
        }
    }

    deinit { close(descriptor) }

    /// Runs `body` while no other process writes.
    func locked<Value>(_ body: () throws(AirlockError) -> Value) throws(AirlockError) -> Value {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure("cannot be locked", path, errno) }
        }
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    /// Whether the path still leads to this file; it does not after a rotation.
    var isCurrent: Bool {
        var (own, other) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && lstat(path, &other) == 0 && own.st_dev == other.st_dev
            && own.st_ino == other.st_ino
    }

    func size() throws(AirlockError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("cannot be looked at", path, errno) }
        return Int(status.st_size)
    }

    /// The last `count` bytes of a file of `size` bytes.
    func tail(_ count: Int, of size: Int) throws(AirlockError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: min(count, size))
        var done = 0
        while done < bytes.count {
            let (offset, wanted) = (off_t(size - bytes.count + done), bytes.count - done)
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: done), wanted, offset)
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw Self.failure("cannot be read", path, got < 0 ? errno : nil) }
            done += got
        }
        return bytes
    }

    func append(_ bytes: [UInt8], sync: Bool) throws(AirlockError) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure("cannot be written", path, written < 0 ? errno : nil) }
            done += written
        }
        guard sync else { return }
        guard fdatasync(descriptor) == 0 else { throw Self.failure("cannot be brought to the disk", path, errno) }
    }

    /// - Parameter isToBeWritten: whether the file would have had to be; who verifies it only reads.
    static func failure(
        _ what: String, _ path: String, _ code: Int32?, isToBeWritten: Bool = true
    ) -> AirlockError {
        AirlockError(
            .fileFailed, "the audit log \(what)", at: .file(path),
            hint: isToBeWritten
                ? "It has to be a regular file that this user may read and write."
                : "This user has to be able to read it.",
            cause: code.map { String(cString: strerror($0)) })
    }
}
