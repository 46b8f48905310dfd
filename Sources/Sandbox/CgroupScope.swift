import AirlockCore
import Glibc

/// A cgroup v2 of one run's own, where the host has delegated a tree to us; else nothing, and the reason.
///
/// `AIRLOCK_CGROUP` names the directory to work in. Without it the process's own cgroup is used, if it hands controllers
/// down (cgroup.subtree_control) or can be made to (``DelegatedCgroup``), as `systemd-run --scope -p Delegate=yes` and a
/// delegated service unit arrange it. Each of the memory, pids and cpu controllers that is handed down joins in; those
/// that are not are named. hugetlb, where it is handed down, keeps scripts off the host's huge pages. See cgroups(7) and
/// cgroup-v2.rst.
struct CgroupScope: ~Copyable {
    /// The directory to clone into, or -1.
    let descriptor: Int32
    let layer: IsolationReport.Layer
    let path: String?
    /// What was set, by file name, in words.
    let settings: [String: String]

    /// One limit as a controller takes it.
    private struct Setting {
        var controller: String
        var file: String
        var value: String
        var text: String
        /// Not missed where there is no such controller or file.
        var isExtra = false
    }

    private static func wanted(_ limits: SandboxLimits, _ profile: SandboxProfile) -> [Setting] {
        // In strict a script is one process beside its init.
        let tasks = "\(limits.tasksInKernel(profile) ?? 8)"
        return [
            Setting(
                controller: "memory", file: "memory.max", value: String(limits.memory.bytes),
                text: "\(limits.memory)"),
            Setting(controller: "pids", file: "pids.max", value: tasks, text: tasks),
            // 100 ms of CPU time in each 100 ms.
            Setting(controller: "cpu", file: "cpu.max", value: "100000 100000", text: "one core"),
            Setting(controller: "memory", file: "memory.swap.max", value: "0", text: "none", isExtra: true),
            Setting(controller: "hugetlb", file: "hugetlb.2MB.max", value: "0", text: "none", isExtra: true),
            Setting(controller: "hugetlb", file: "hugetlb.1GB.max", value: "0", text: "none", isExtra: true),
        ]
    }

    /// - Parameters:
    ///   - limits: memory becomes memory.max, processes pids.max; cpu.max is fixed.
    ///   - profile: in strict, a script is one process beside its init.
    static func make(
        limits: SandboxLimits, profile: SandboxProfile = .strict, environment: [String: String]
    ) -> CgroupScope {
        let named = environment["AIRLOCK_CGROUP"].flatMap { $0.isEmpty ? nil : $0 }
        guard let parent = named ?? DelegatedCgroup.ownDirectory else {
            return CgroupScope(missing: "cgroup v2 is not mounted")
        }
        guard let handedDown = DelegatedCgroup.words(in: "\(parent)/cgroup.subtree_control") else {
            return CgroupScope(missing: "\(parent) is not a cgroup v2 directory")
        }
        let possible = wanted(limits, profile).filter { handedDown.contains($0.controller) }
        // For the extras alone nobody needs a group, unless it was asked for.
        guard possible.contains(where: { !$0.isExtra || named != nil }) else {
            return CgroupScope(missing: "\(parent) hands down none of the memory, pids and cpu controllers")
        }
        sweep(parent)
        guard let group = Group.make(in: parent) else { return CgroupScope(missing: "\(parent) cannot be written") }
        let settings = possible.filter { DelegatedCgroup.write($0.value, to: "\(group.path)/\($0.file)") }
        if let failed = possible.first(where: { setting in
            !setting.isExtra && !settings.contains { $0.file == setting.file }
        }) {
            group.remove()
            return CgroupScope(missing: "\(failed.file) cannot be set in \(parent)")
        }
        let missing = wanted(limits, profile).filter { !$0.isExtra && !handedDown.contains($0.controller) }.map(
            \.controller)
        return CgroupScope(group, settings, missing: missing)
    }

    private init(_ group: consuming Group, _ settings: [Setting], missing: [String]) {
        path = group.path
        descriptor = group.takeDescriptor()
        self.settings = Dictionary(uniqueKeysWithValues: settings.map { ($0.file, $0.text) })
        let parts = settings.map { "\($0.file) \($0.text)" }
        let lack = missing.isEmpty ? "" : "; not handed down: \(missing.joined(separator: ", "))"
        layer = .init(
            name: "cgroup", active: true, detail: parts.joined(separator: ", ") + lack,
            remedy: missing.isEmpty
                ? nil : "Delegate the missing controllers too: Delegate=yes, or Delegate=memory pids cpu.")
    }

    private init(missing: String) {
        descriptor = -1
        path = nil
        settings = [:]
        layer = .init(
            name: "cgroup", active: false, detail: missing,
            remedy: "Run under a delegated cgroup: systemd-run --user --scope -p Delegate=yes airlock …")
    }

    /// Whether the kernel killed a process of the group for its memory (cgroup-v2.rst, memory.events).
    static func ranOutOfMemory(in path: String?) -> Bool {
        guard let path, let text = readFile(path + "/memory.events", maxBytes: 4096) else { return false }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        return lines.contains { $0.hasPrefix("oom_kill ") && $0 != "oom_kill 0" }
    }

    /// Removes it; nothing may be in it any more.
    consuming func end() {}

    deinit {
        guard let path else { return }
        // The processes are gone; the kernel may take a moment to let go of the directory.
        _ = DelegatedCgroup.write("1", to: path + "/cgroup.kill")
        for _ in 0..<100 where rmdir(path) != 0 && errno == EBUSY { usleep(1000) }
        // Until now it was locked.
        close(descriptor)
    }

    /// A new directory, locked (flock(2)) as long as its run lives.
    private struct Group: ~Copyable {
        let path: String
        private var descriptor: Int32

        private init(path: String, descriptor: Int32) {
            self.path = path
            self.descriptor = descriptor
        }

        static func make(in parent: String) -> Group? {
            // A sweep between making and locking takes the directory away: then make another.
            for _ in 0..<100 {
                let path = "\(parent)/\(prefix)\(getpid())-\(UInt32.random(in: .min ... .max))"
                guard mkdir(path, 0o755) == 0 else { return nil }
                let group = Group(path: path, descriptor: open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC))
                if group.descriptor >= 0, flock(group.descriptor, LOCK_EX | LOCK_NB) == 0, access(path, F_OK) == 0 {
                    return group
                }
            }
            return nil
        }

        consuming func takeDescriptor() -> Int32 {
            let taken = descriptor
            descriptor = -1
            return taken
        }

        consuming func remove() { rmdir(path) }

        deinit { if descriptor >= 0 { close(descriptor) } }
    }

    private static let prefix = "airlock-run-"

    /// Removes what hosts that were killed have left: groups that nobody has locked. One with a process in it stays.
    private static func sweep(_ parent: String) {
        guard let stream = opendir(parent) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(prefix) else { continue }
            let stale = OwnedDescriptor(openat(dirfd(stream), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC))
            if stale.number >= 0, flock(stale.number, LOCK_EX | LOCK_NB) == 0 {
                _ = unlinkat(dirfd(stream), name, Int32(AT_REMOVEDIR))
            }
        }
    }
}
