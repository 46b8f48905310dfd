import AirlockCore
import Glibc

/// A directory of the host for one run, where the sandbox cannot mount one of its own.
///
/// It is locked (flock(2)) as long as its run lives: one that can be locked by another was left by a host that was
/// killed, and the next run removes it.
final class ScratchDirectory: Sendable {
    let path: String
    private let lock: OwnedDescriptor

    /// - Parameters:
    ///   - parent: a directory of ours alone.
    ///   - owner: the identity that may use it.
    init(in parent: String, owner: (uid: uid_t, gid: gid_t)) throws(AirlockError) {
        guard mkdir(parent, 0o755) == 0 || errno == EEXIST else { throw .file(parent) }
        Self.sweep(parent)
        let made = try Self.makeLocked(in: parent)
        path = made.path
        lock = made.lock
        guard owner.uid == geteuid() || chown(path, owner.uid, owner.gid) == 0 else {
            let cause = String(cString: strerror(errno))
            rmdir(path)
            throw AirlockError(
                .isolationUnavailable, "root cannot hand a directory to uid \(owner.uid), which its scripts run under",
                hint: "Map that id into this container, or run Airlock as an ordinary user.", cause: cause)
        }
    }

    deinit { Self.remove(path) }

    private struct Locked: ~Copyable {
        let path: String
        let lock: OwnedDescriptor
    }

    private static func makeLocked(in parent: String) throws(AirlockError) -> Locked {
        // A sweep between making and locking takes the directory away: then make another.
        for _ in 0..<100 {
            var template = Array("\(parent)/run-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else { throw .file(parent) }
            let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
            let lock = OwnedDescriptor(Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
            if lock.number >= 0, flock(lock.number, LOCK_EX | LOCK_NB) == 0, access(path, F_OK) == 0 {
                return Locked(path: path, lock: lock)
            }
        }
        throw .file(parent)
    }

    private static func sweep(_ parent: String) {
        guard let listing = Listing(parent) else { return }
        while let name = listing.next() {
            let stale = OwnedDescriptor(
                openat(listing.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
            if stale.number >= 0, flock(stale.number, LOCK_EX | LOCK_NB) == 0 { remove("\(parent)/\(name)") }
        }
    }

    /// What the directory holds: bytes allocated, and entries. Looks at no more than `maxEntries` of them; what cannot be
    /// looked into counts as too much, since a script may hide anything there.
    func usage(maxEntries: Int) -> (bytes: Int, entries: Int) {
        var (bytes, entries) = (0, 0)
        var waiting = [Array(path.utf8CString)]
        while let directory = waiting.popLast() {
            guard let listing = Listing(name: directory) else {
                // A directory that was there a moment ago may be gone by now.
                if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { continue }
                return (bytes, maxEntries + 1)
            }
            while let name = listing.nextName() {
                entries += 1
                if entries > maxEntries { return (bytes, entries) }
                var status = stat()
                guard fstatat(listing.descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
                bytes += Int(status.st_blocks) * 512
                // Paths of a hostile depth end at PATH_MAX and are then not counted further: entries still are.
                if status.st_mode & S_IFMT == S_IFDIR {
                    waiting.append(directory.dropLast() + [CChar(bitPattern: UInt8(ascii: "/"))] + name)
                }
            }
        }
        return (bytes, entries)
    }

    /// Removes a directory with all that is in it, never following a link, in space that does not grow with its depth:
    /// what lies deeper than one level is moved up until nothing does.
    static func remove(_ path: String) {
        var (round, hasProgress) = (0, true)
        while hasProgress, rmdir(path) != 0, errno == ENOTEMPTY || errno == EEXIST {
            guard let top = Listing(path) else { return }
            hasProgress = false
            fchmod(top.descriptor, 0o700)
            while let name = top.nextName() {
                round += 1
                if unlinkat(top.descriptor, name, 0) == 0 {
                    hasProgress = true
                    continue
                }
                open(top.descriptor, name)
                if let inner = Listing(name: name, in: top.descriptor) {
                    raise(inner, into: top.descriptor, round: round)
                }
                if unlinkat(top.descriptor, name, Int32(AT_REMOVEDIR)) == 0 { hasProgress = true }
            }
        }
    }

    /// Makes a directory its owner's to use; never what a link leads to.
    private static func open(_ parent: Int32, _ name: [CChar]) {
        _ = fchmodat(parent, name, 0o700, AT_SYMLINK_NOFOLLOW)
    }

    private static func raise(_ inner: Listing, into top: Int32, round: Int) {
        var index = 0
        while let name = inner.nextName() {
            if unlinkat(inner.descriptor, name, 0) == 0 { continue }
            // A directory that is not writable cannot be moved: its ".." would change.
            open(inner.descriptor, name)
            index += 1
            _ = renameat(inner.descriptor, name, top, ".\(round)-\(index)")
        }
    }
}

/// The entries of one directory.
final class Listing {
    private let stream: OpaquePointer
    let descriptor: Int32

    convenience init?(_ path: String) { self.init(name: Array(path.utf8CString)) }

    /// - Parameter name: with its NUL at the end.
    init?(name: [CChar], in parent: Int32 = AT_FDCWD) {
        let file = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return nil }
        guard let stream = fdopendir(file) else {
            close(file)
            return nil
        }
        self.stream = stream
        descriptor = file
    }

    deinit { closedir(stream) }

    /// The next name but `.` and `..`, for a directory of our own.
    func next() -> String? {
        nextName().map { String(decoding: $0.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) }
    }

    /// The same with its NUL, byte by byte: what a script made may be no text, and as one it would name no file.
    func nextName() -> [CChar]? {
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { field -> [CChar] in
                field.withMemoryRebound(to: CChar.self, capacity: 256) { text -> [CChar] in
                    [CChar](UnsafeBufferPointer(start: text, count: min(strlen(text), 255))) + [0]
                }
            }
            let dot = CChar(bitPattern: UInt8(ascii: "."))
            if name != [dot, 0], name != [dot, dot, 0] { return name }
        }
        return nil
    }
}
