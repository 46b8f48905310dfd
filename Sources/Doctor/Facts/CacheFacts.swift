import Glibc

/// The directory where the interpreter's view and the guest are kept.
package struct CacheFacts: Sendable {
    package var path = "/home/user/.cache/airlock"
    /// Why there is no place for it at all.
    package var error: String?
    package var exists = true
    package var owner: UInt32?
    package var mode: UInt32 = 0o755
    package var isNoExec = false
    package var isReadOnly = false
    /// It cannot be written, or, where there is none, this directory above it cannot.
    package var unwritable: String?
    package var freeBytes = 10 << 30
    /// A directory on the way that the identity of root's scripts cannot pass.
    package var closedAncestor: String?

    package init() {}

    /// Looks at the directory, or, where there is none yet, at the nearest one above it.
    package init(at path: String, user: UInt32, scriptUser: UInt32) {
        self.path = path
        var status = stat()
        exists = lstat(path, &status) == 0
        if exists { (owner, mode) = (status.st_uid, status.st_mode & 0o7777) }
        var nearest = path
        while access(nearest, F_OK) != 0, let slash = nearest.lastIndex(of: "/") {
            nearest = slash == nearest.startIndex ? "/" : String(nearest[..<slash])
        }
        var system = statvfs()
        if statvfs(nearest, &system) == 0 {
            // ST_RDONLY and ST_NOEXEC; Swift's view of the C library leaves the second out.
            isReadOnly = system.f_flag & 1 != 0
            isNoExec = system.f_flag & 8 != 0
            let (bytes, overflow) = Int(clamping: system.f_bavail).multipliedReportingOverflow(
                by: Int(clamping: system.f_frsize))
            freeBytes = overflow ? .max : bytes
        }
        if access(nearest, W_OK | X_OK) != 0 { unwritable = nearest }
        if scriptUser != user { closedAncestor = Self.firstClosed(on: path) }
    }

    private static func firstClosed(on path: String) -> String? {
        var partial = ""
        for part in path.split(separator: "/") {
            partial += "/\(part)"
            var status = stat()
            guard stat(partial, &status) == 0 else { return nil }
            if status.st_mode & 0o001 == 0 { return partial }
        }
        return nil
    }
}
