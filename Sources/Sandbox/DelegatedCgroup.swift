import AirlockLauncher
import Glibc

/// The process's own cgroup v2, as far as it was delegated to us.
enum DelegatedCgroup {
    /// Where this process goes so that its own group can hand controllers down: a group that does may hold no process
    /// itself (cgroup-v2.rst, "No Internal Process Constraint").
    private static let leaf = "airlock-host"

    /// The directory in which groups for runs can be made; `nil` without a mounted cgroup v2.
    static var ownDirectory: String? {
        guard let text = readFile("/proc/self/cgroup", maxBytes: 65536) else { return nil }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("0::") }) else { return nil }
        let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
        guard let mount = mounts.first(where: { access($0 + "/cgroup.controllers", R_OK) == 0 }) else { return nil }
        let own = line.dropFirst(3)
        if own == "/" { return mount }
        if own.hasSuffix("/\(leaf)") { return mount + own.dropLast(leaf.utf8.count + 1) }
        let directory = mount + own
        if words(in: "\(directory)/cgroup.subtree_control")?.isEmpty == true, isDelegated(directory) {
            stepAside(in: directory)
        }
        return directory
    }

    /// systemd marks what it delegates (org.freedesktop.systemd1, Delegate=). Being able to write there is not enough:
    /// root can, everywhere, and must not rearrange what is another's.
    private static func isDelegated(_ directory: String) -> Bool {
        let names: [String] = ["user.delegate", "trusted.delegate"]
        return names.contains { airlock_attribute(directory, $0) == Int32(UInt8(ascii: "1")) }
    }

    /// Moves this process into a group below and lets the directory hand down what it has. Where another process is in
    /// it too that fails, and the process goes back.
    static func stepAside(in directory: String) {
        guard let available = words(in: "\(directory)/cgroup.controllers") else { return }
        let controllers = ["memory", "pids", "cpu"].filter(available.contains)
        let leaf = "\(directory)/\(leaf)"
        guard !controllers.isEmpty, mkdir(leaf, 0o755) == 0 || errno == EEXIST else { return }
        if write("0", to: "\(leaf)/cgroup.procs") {
            let handedDown = controllers.filter { write("+\($0)", to: "\(directory)/cgroup.subtree_control") }
            if !handedDown.isEmpty { return }
            _ = write("0", to: "\(directory)/cgroup.procs")
        }
        rmdir(leaf)
    }

    /// The words of one of cgroup's files; `nil` when it cannot be read.
    static func words(in path: String) -> Set<String>? {
        readFile(path, maxBytes: 4096).map { bytes in
            Set(String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }.map(String.init))
        }
    }

    static func write(_ value: String, to path: String) -> Bool {
        let file = OwnedDescriptor(open(path, O_WRONLY | O_CLOEXEC))
        guard file.number >= 0 else { return false }
        let length = value.utf8.count
        return value.withCString { Glibc.write(file.number, $0, length) } == length
    }
}
