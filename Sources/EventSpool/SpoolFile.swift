internal import AirlockCore
internal import Glibc

/// An open file of a spool; whatever fails says which file, and what the system said.
struct SpoolFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// - Parameter flags: of open(2), besides those that every file of a spool is opened with.
    init(_ path: String, flags: Int32) throws(AirlockError) {
        self.path = path
        descriptor = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot be opened", path, errno) }
    }

    deinit { close(descriptor) }

    /// Takes the file for this process (flock(2)), until it is closed or the process ends, however it does.
    ///
    /// - Returns: `false` where another has it.
    func lock() throws(AirlockError) -> Bool {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK { return false }
            guard errno == EINTR else { throw Self.failure("cannot be locked", path, errno) }
        }
        return true
    }

    func size() throws(AirlockError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("cannot be looked at", path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Self.failure("is no regular file", path, nil) }
        return Int(status.st_size)
    }

    /// Up to `count` bytes; fewer only where the file ends.
    func read(_ count: Int, at offset: Int) throws(AirlockError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw Self.failure("cannot be read", path, errno) }
            if got == 0 { break }
            done += got
        }
        bytes.removeLast(count - done)
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(AirlockError) {
        var done = 0
        while done < bytes.count {
            let put = bytes.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done, off_t(offset + done))
            }
            if put < 0, errno == EINTR { continue }
            guard put > 0 else { throw Self.failure("cannot be written", path, put < 0 ? errno : nil) }
            done += put
        }
    }

    func sync() throws(AirlockError) {
        guard fdatasync(descriptor) == 0 else { throw Self.failure("cannot be brought to the disk", path, errno) }
    }

    /// - Returns: whether it worked.
    func truncate(to size: Int) -> Bool { ftruncate(descriptor, off_t(size)) == 0 }

    /// A name that was made or taken away survives the machine's end only when its directory was brought to the disk.
    static func syncDirectory(_ path: String) throws(AirlockError) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("cannot be opened", path, errno) }
        defer { close(folder) }
        // Some file systems know no such thing.
        guard fsync(folder) == 0 || errno == EINVAL else { throw failure("cannot be brought to the disk", path, errno) }
    }

    static func failure(_ what: String, _ path: String, _ code: Int32?) -> AirlockError {
        AirlockError(
            .fileFailed, "a file of the spool of events \(what)", at: .file(path),
            hint: code == ENOSPC
                ? "Free some space, or name another place for the spool."
                : "The spool has to be a directory that this user, and nobody else, may write.",
            cause: code.map { String(cString: strerror($0)) })
    }
}
