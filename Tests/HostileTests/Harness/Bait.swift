import AirlockTesting
import Foundation
import HostileProbes

/// What the probes reach for, planted on the host for one of them: a file with its folder, sockets of three kinds, a
/// process.
final class Bait: Sendable {
    /// Stands in every name that a probe gives to something, so that what it leaves can be found.
    let token: String
    let folder: String
    let file: String
    let socket: String
    let port: UInt16
    let victim: Child
    /// The cache directory of the runs.
    let cache: String
    private let listeners: [Int32]
    private let planted: [String]

    /// - Parameter owner: the identity that scripts have outside: file and process belong to it.
    init(owner: UInt32, cache: String) throws {
        token = "airlock-hostile-\(getpid())-\(UInt32.random(in: .min ... .max))"
        folder = "/var/tmp/\(token)"
        file = "\(folder)/canary"
        socket = "\(folder)/socket"
        self.cache = cache
        guard mkdir(folder, 0o755) == 0, chmod(folder, 0o755) == 0 else { throw POSIXError(.EPERM) }
        try Data("BREACH canary".utf8).write(to: URL(fileURLWithPath: file))
        let tcp = try Self.listenOnLoopback()
        listeners = [tcp.descriptor, try Self.listen(at: socket), try Self.listen(at: "\0\(token)")]
        port = tcp.port
        for path in [folder, file, socket] {
            guard chown(path, owner, owner) == 0 else { throw POSIXError(.EPERM) }
        }
        let drop = geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=\(owner)", "--clear-groups"] : []
        victim = try Child(drop + ["/usr/bin/sleep", "300"], environment: [:])
        planted = Self.facts(folder, file)
    }

    /// As a probe's script is told.
    var facts: PlantedFacts {
        PlantedFacts(
            token: token, folder: folder, file: file, socket: socket, port: port, victim: victim.pid, cache: cache)
    }

    private static func listenOnLoopback() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
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
        guard listens else { throw POSIXError(.EADDRNOTAVAIL) }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// - Parameter path: a name in the abstract namespace where it begins with NUL (unix(7)).
    private static func listen(at path: String) throws -> Int32 {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
        let listens = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && Glibc.listen(descriptor, 16) == 0
            }
        }
        guard listens else { throw POSIXError(.EADDRNOTAVAIL) }
        return descriptor
    }

    /// Whether everything is as it was planted: content, mode, owner, times, size, extended attributes, names.
    var isUntouched: Bool { Self.facts(folder, file) == planted && victim.isRunning && !victimIsStopped }

    private var victimIsStopped: Bool {
        (try? String(contentsOfFile: "/proc/\(victim.pid)/stat", encoding: .utf8))?.contains(") T") ?? true
    }

    /// What of the bait differs from what was planted.
    var damage: [String] {
        zip(Self.facts(folder, file), planted).filter { $0 != $1 }.map { "\($1) became \($0)" }
            + (victim.isRunning && !victimIsStopped ? [] : ["the process was ended or stopped"])
    }

    private static func facts(_ folder: String, _ file: String) -> [String] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        return [names.joined(separator: " "), (try? String(contentsOfFile: file, encoding: .utf8)) ?? "gone"]
            + [folder, file].map { path in
                var status = stat()
                guard lstat(path, &status) == 0 else { return "\(path) gone" }
                return "\(path) \(status.st_mode) \(status.st_uid) \(status.st_size) \(status.st_nlink) "
                    + "\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec) \(status.st_ctim.tv_sec).\(status.st_ctim.tv_nsec)"
            }
    }

    deinit {
        victim.signal(SIGKILL)
        _ = victim.wait()
        for listener in listeners { close(listener) }
        try? FileManager.default.removeItem(atPath: folder)
    }
}
