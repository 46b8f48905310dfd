import Glibc

/// What a run could leave on the host beside processes: mounts, IPC objects, keys.
struct HostState: Equatable {
    var mounts: String
    var sharedObjects: Set<String>
    var keys: Set<String>

    /// - Parameter owner: whose objects count; others come and go.
    init(of owner: UInt32) {
        mounts = HostFiles.text("/proc/self/mountinfo")
        sharedObjects = []
        for (table, column) in [("shm", 7), ("sem", 4), ("msg", 7)] {
            for line in HostFiles.text("/proc/sysvipc/\(table)").split(separator: "\n") {
                let fields = line.split(separator: " ")
                if fields.count > column, fields[column] == "\(owner)" { sharedObjects.insert("\(table) \(fields[1])") }
            }
        }
        for directory in ["/dev/shm", "/dev/mqueue"] {
            for name in HostFiles.names(in: directory) {
                var status = stat()
                if lstat("\(directory)/\(name)", &status) == 0, status.st_uid == owner {
                    sharedObjects.insert("\(directory)/\(name)")
                }
            }
        }
        // `uid: usage nkeys/nikeys qnkeys/maxkeys …`: keys that the user has of their own making (proc_key-users(5)).
        let users = HostFiles.text("/proc/key-users").split(separator: "\n").map { $0.split(separator: " ") }
        keys = Set(users.filter { $0.first == "\(owner):" && $0.count > 3 }.map { String($0[3]) })
    }

    /// What is there now and was not before.
    func leftovers(since before: HostState) -> [String] {
        sharedObjects.subtracting(before.sharedObjects).map { "\($0) was left" }
            + (mounts == before.mounts ? [] : ["the host's mounts have changed"])
            + (keys.subtracting(before.keys).filter { !$0.hasPrefix("0/") }.map { "keys were left: \($0)" })
    }
}

/// Processes and files that outlived a run.
enum Leftovers {
    /// - Parameters:
    ///   - session: the session of the ended command; init shares it.
    ///   - scratch: the run's scratch directory, where it lay on the host.
    static func of(session: pid_t, owner: UInt32, token: String, cache: String, scratch: String?) -> [String] {
        var found = processes(session: session, owner: owner)
        for directory in ["/tmp", "/var/tmp", "/dev/shm", "/run", cache, cache + "/scratch"] {
            let names = HostFiles.names(in: directory)
            found += names.filter { $0.contains(token) && $0 != token }.map { "\(directory)/\($0) was left" }
        }
        if let scratch, access(scratch, F_OK) == 0 { found.append("the scratch directory \(scratch) was left") }
        for group in ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] {
            let names = HostFiles.names(in: group)
            found += names.filter { $0.hasPrefix("airlock-\(session)-") }.map { "the cgroup \($0) was left" }
        }
        return found
    }

    private static func processes(session: pid_t, owner: UInt32) -> [String] {
        var table: [String: (name: String, parent: String, session: String, isLiving: Bool)] = [:]
        for pid in HostFiles.names(in: "/proc") where Int(pid) != nil {
            let line = HostFiles.text("/proc/\(pid)/stat")
            guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")") else { continue }
            // `pid (name) state ppid pgrp session …`, see proc_pid_stat(5).
            let fields = line[line.index(after: close)...].split(separator: " ")
            guard fields.count > 3 else { continue }
            table[pid] = (
                String(line[line.index(after: open)..<close]), String(fields[1]), String(fields[3]),
                fields[0] != "Z" && fields[0] != "X"
            )
        }
        return table.compactMap { pid, process in
            guard process.isLiving else { return nil }
            if process.session == "\(session)" { return "the process \(pid) (\(process.name)) outlived the run" }
            // A script whose init is gone: nobody watches it any more.
            var status = stat()
            let isScript = process.name.hasPrefix("python3") && table[process.parent]?.name != "airlock-init"
            guard isScript, stat("/proc/\(pid)", &status) == 0, status.st_uid == owner,
                HostFiles.text("/proc/\(pid)/cmdline").contains("bootstrap.pyc")
            else { return nil }
            return "the script's process \(pid) outlived its init"
        }
    }
}
