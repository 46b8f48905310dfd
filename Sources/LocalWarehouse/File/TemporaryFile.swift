internal import AirlockCore
internal import Glibc

/// A new file beside the one it is to become, gone again unless it is published.
///
/// While it is being written an advisory lock (flock(2)) is held on it, so that a later run can tell the leftover of a
/// killed process from the work of a living one.
final class TemporaryFile {
    enum Publication {
        /// Fails when the target has come into being meanwhile.
        case creating
        /// Takes the place of what is there, atomically.
        case replacing
    }

    let path: String
    private let target: String
    private let lock: Int32
    private var isPublished = false

    private static let infix = ".airlock-tmp-"

    /// - Parameter target: the path the file will have; its folder must exist.
    init(beside target: String) throws(AirlockError) {
        self.target = target
        Self.removeLeftovers(of: target)
        var attempt = 0
        while true {
            var random = SystemRandomNumberGenerator()
            let candidate = "\(target)\(Self.infix)\(String(random.next(), radix: 36))"
            let descriptor = Glibc.open(candidate, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if descriptor >= 0, Self.hold(descriptor) {
                (path, lock) = (candidate, descriptor)
                return
            }
            let code = errno
            if descriptor >= 0 { close(descriptor) }
            attempt += 1
            guard descriptor >= 0 || code == EEXIST, attempt < 16 else {
                throw FileError.of(code, "creating the file", target)
            }
        }
    }

    /// Takes the lock, unless another process thought the file a leftover in the moment before.
    private static func hold(_ descriptor: Int32) -> Bool {
        var status = stat()
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 && fstat(descriptor, &status) == 0 && status.st_nlink > 0
    }

    func write(_ bytes: [UInt8]) throws(AirlockError) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(lock, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { throw FileError.last("writing the file", target) }
            } else {
                written += count
            }
        }
    }

    /// Brings the content to the disk and gives the file its name.
    func publish(_ publication: Publication) throws(AirlockError) {
        try synchronize()
        guard try take(target, publication) else {
            throw AirlockError(
                .fileFailed, "the file came into being meanwhile", at: .file(target),
                hint: "Another import made it; run this one again to add to it.")
        }
    }

    /// The same, under the first name that is free.
    ///
    /// - Parameter name: the names to try, by number from 1.
    /// - Returns: the path taken.
    func publish(asFirstFree name: (Int) -> String) throws(AirlockError) -> String {
        try synchronize()
        for number in 1... {
            let candidate = name(number)
            if try take(candidate, .creating) { return candidate }
        }
        return path
    }

    private func synchronize() throws(AirlockError) {
        guard fsync(lock) == 0 else { throw FileError.last("writing the file", target) }
    }

    /// - Returns: `false` when the name is taken and must not be replaced.
    private func take(_ name: String, _ publication: Publication) throws(AirlockError) -> Bool {
        var isDone = false
        if publication == .creating {
            // link(2) refuses an existing name; rename(2) would take its place.
            if link(path, name) == 0 {
                unlink(path)
                isDone = true
            } else if errno == EEXIST {
                return false
            }
            // Any other failure: a file system without hard links.
            if !isDone, access(name, F_OK) == 0 { return false }
        }
        guard isDone || rename(path, name) == 0 else { throw FileError.last("naming the file", name) }
        isPublished = true
        Self.syncFolder(of: name)
        return true
    }

    deinit {
        if !isPublished {
            unlink(path)
        }
        close(lock)
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func syncFolder(of path: String) {
        let descriptor = Glibc.open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func removeLeftovers(of target: String) {
        let folder = folder(of: target)
        let prefix = (target.split(separator: "/").last.map(String.init) ?? target) + infix
        guard let directory = opendir(folder) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name.hasPrefix(prefix) else { continue }
            let leftover = "\(folder)/\(name)"
            let descriptor = Glibc.open(leftover, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(leftover) }
            close(descriptor)
        }
    }
}
