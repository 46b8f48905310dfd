import AirlockCore
import Glibc
import HostileProbes
import Sandbox

/// What the probes reach for, planted for one run of one of them: a file with its folder, and sockets of three kinds. All
/// of it is the doctor's own: nothing else on the host is aimed at.
final class ProbeBait {
    let token: String
    let folder: String
    private let file: String
    private let socket: String
    private var port: UInt16 = 0
    private var listeners: [Int32] = []
    private var planted: [String] = []

    /// - Parameters:
    ///   - place: a directory to make the folder in.
    ///   - owner: the user that scripts are outside: file and folder are given to it.
    init(in place: String, owner: UInt32) throws(AirlockError) {
        token = "airlock-probe-\(getpid())-\(UInt64.random(in: .min ... .max))"
        folder = "\(place)/\(token)"
        file = "\(folder)/canary"
        socket = "\(folder)/socket"
        guard mkdir(folder, 0o755) == 0, chmod(folder, 0o755) == 0 else { throw Self.failure(folder) }
        let canary = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard canary >= 0 else { throw Self.failure(file) }
        let text = "BREACH canary"
        let isWritten = text.withCString { write(canary, $0, strlen($0)) } == text.utf8.count
        close(canary)
        guard isWritten else { throw Self.failure(file) }
        try listenOnLoopback()
        try listen(at: socket)
        try listen(at: "\0\(token)")
        if owner != geteuid() {
            for path in [folder, file, socket] {
                guard chown(path, owner, gid_t.max) == 0 else { throw Self.failure(path) }
            }
        }
        planted = facts
    }

    deinit {
        for listener in listeners { close(listener) }
        HostTrial.remove(folder)
    }

    private static func failure(_ what: String) -> AirlockError {
        AirlockError(
            .fileFailed, "the probes' canaries cannot be planted", at: .file(what),
            hint: "Name a directory that can be written in TMPDIR.", cause: errorText(errno))
    }

    func told(victim: pid_t, cache: String) -> PlantedFacts {
        PlantedFacts(
            token: token, folder: folder, file: file, socket: socket, port: port, victim: victim, cache: cache)
    }

    private func listenOnLoopback() throws(AirlockError) {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        // A host without the network's loopback can have the other sockets all the same.
        guard descriptor >= 0 else { return }
        listeners.append(descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listens = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 16) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard listens else { throw Self.failure("127.0.0.1") }
        port = UInt16(bigEndian: address.sin_port)
    }

    /// - Parameter path: a name in the abstract namespace where it begins with NUL (unix(7)).
    private func listen(at path: String) throws(AirlockError) {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure(path) }
        listeners.append(descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + min(path.utf8.count, 107))
        let listens = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 16) == 0
            }
        }
        guard listens else { throw Self.failure(path) }
    }

    /// What differs from what was planted: names, content, mode, owner, size, links, times.
    var damage: [String] {
        zip(planted, facts).filter { $0 != $1 }.map { "the canary was touched: \($0) became \($1)" }
    }

    private var facts: [String] {
        let names = ProcessTable.names(in: folder).sorted().joined(separator: " ")
        return [names, HostTrial.text(file) ?? "gone"]
            + [folder, file].map { path in
                var status = stat()
                guard lstat(path, &status) == 0 else { return "\(path) gone" }
                return "\(path) \(status.st_mode) \(status.st_uid) \(status.st_size) \(status.st_nlink) "
                    + "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
            }
    }

    /// Takes away what a probe made in directories that everybody may write, if the sandbox let it.
    ///
    /// - Returns: what was found there.
    func sweep(_ directories: [String]) -> [String] {
        var found: [String] = []
        for directory in directories {
            for name in ProcessTable.names(in: directory) where name.contains(token) && "\(directory)/\(name)" != folder
            {
                found.append("\(directory)/\(name) was left")
                if unlink("\(directory)/\(name)") != 0 { HostTrial.remove("\(directory)/\(name)") }
            }
        }
        return found
    }
}
