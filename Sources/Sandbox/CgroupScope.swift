import AirlockCore
import Glibc

/// A cgroup v2 of one run's own, where the host has delegated a tree to us; else nothing, and the reason.
///
/// `AIRLOCK_CGROUP` names the directory to work in. Without it the process's own cgroup is used, if it is writable and
/// hands the memory and pids controllers down (cgroup.subtree_control), as `systemd-run --scope -p Delegate=yes` and
/// a delegated service unit arrange it. See cgroups(7).
struct CgroupScope: ~Copyable {
    /// The directory to clone into, or -1.
    let descriptor: Int32
    let layer: IsolationReport.Layer
    private let path: String?

    /// - Parameters:
    ///   - limits: memory becomes memory.max; so do processes pids.max, init and one more among them.
    ///   - profile: in strict, a script is one process beside its init.
    static func make(
        limits: SandboxLimits, profile: SandboxProfile = .strict, environment: [String: String]
    ) -> CgroupScope {
        let maxTasks = profile == .strict ? 8 : limits.processes + 2
        let parent = environment["AIRLOCK_CGROUP"].flatMap { $0.isEmpty ? nil : $0 } ?? ownDirectory
        guard let parent else { return CgroupScope(missing: "cgroup v2 is not mounted") }
        if let obstacle = obstacle(parent) { return CgroupScope(missing: obstacle) }
        let directory = "\(parent)/airlock-\(getpid())-\(UInt32.random(in: .min ... .max))"
        guard mkdir(directory, 0o755) == 0 else { return CgroupScope(missing: "\(parent) cannot be written") }
        // Without a swap controller there is no swap to limit: that one setting may be missing.
        _ = write("0", to: "\(directory)/memory.swap.max")
        let settings = [("memory.max", String(limits.memory.bytes)), ("pids.max", String(maxTasks))]
        for (name, value) in settings where !write(value, to: "\(directory)/\(name)") {
            rmdir(directory)
            return CgroupScope(missing: "\(name) cannot be set in \(parent)")
        }
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            rmdir(directory)
            return CgroupScope(missing: "\(directory) cannot be opened")
        }
        return CgroupScope(directory: directory, descriptor: descriptor, limits: limits, maxTasks: maxTasks)
    }

    private init(directory: String, descriptor: Int32, limits: SandboxLimits, maxTasks: Int) {
        path = directory
        self.descriptor = descriptor
        layer = .init(name: "cgroup", active: true, detail: "memory.max \(limits.memory), pids.max \(maxTasks)")
    }

    private init(missing: String) {
        descriptor = -1
        path = nil
        layer = .init(
            name: "cgroup", active: false, detail: missing,
            remedy: "Run under a delegated cgroup: systemd-run --user --scope -p Delegate=yes airlock …")
    }

    /// Whether the kernel killed a process of the run for its memory (cgroup-v2.rst, memory.events).
    var ranOutOfMemory: Bool {
        guard let path, let text = readFile(path + "/memory.events", maxBytes: 4096) else { return false }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        return lines.contains { $0.hasPrefix("oom_kill ") && $0 != "oom_kill 0" }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        guard let path else { return }
        // The processes are gone; the kernel may take a moment to let go of the directory.
        _ = Self.write("1", to: path + "/cgroup.kill")
        for _ in 0..<100 where rmdir(path) != 0 && errno == EBUSY { usleep(1000) }
    }

    private static func obstacle(_ directory: String) -> String? {
        guard let text = readFile(directory + "/cgroup.subtree_control", maxBytes: 4096) else {
            return "\(directory) is not a cgroup v2 directory"
        }
        let controllers = Set(String(decoding: text, as: UTF8.self).split { $0 == " " || $0 == "\n" })
        let wanted: Set<Substring> = ["memory", "pids"]
        guard wanted.isSubset(of: controllers) else {
            return "\(directory) does not hand down the memory and pids controllers"
        }
        return access(directory, W_OK) == 0 ? nil : "\(directory) cannot be written"
    }

    /// The process's own cgroup, under the mount point of cgroup v2.
    private static var ownDirectory: String? {
        guard let text = readFile("/proc/self/cgroup", maxBytes: 65536) else { return nil }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("0::") }) else { return nil }
        let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
        let mount = mounts.first { access($0 + "/cgroup.controllers", R_OK) == 0 }
        let own = line.dropFirst(3)
        return mount.map { own == "/" ? $0 : $0 + own }
    }

    private static func write(_ value: String, to path: String) -> Bool {
        let file = OwnedDescriptor(open(path, O_WRONLY | O_CLOEXEC))
        guard file.number >= 0 else { return false }
        return value.withCString { Glibc.write(file.number, $0, strlen($0)) } >= 0
    }
}
