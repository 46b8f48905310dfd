import Glibc
import Sandbox

/// The host's processes, as /proc shows them.
enum ProcessTable {
    struct Entry {
        var name: String
        /// `R`, `S`, `T`, `Z` …
        var state: Substring
        var session: Substring
    }

    /// - Returns: `nil` where there is no such process.
    static func entry(_ pid: String) -> Entry? {
        guard let line = HostTrial.text("/proc/\(pid)/stat"), let open = line.firstIndex(of: "("),
            let close = line.lastIndex(of: ")")
        else { return nil }
        // `pid (name) state ppid pgrp session …` (proc_pid_stat(5)); the name may hold anything.
        let fields = line[line.index(after: close)...].split(separator: " ")
        guard fields.count > 3 else { return nil }
        return Entry(name: String(line[line.index(after: open)..<close]), state: fields[0], session: fields[3])
    }

    /// What lives on in a session whose first process has ended.
    static func survivors(of session: pid_t) -> [String] {
        names(in: "/proc").filter { $0.allSatisfy(\.isNumber) }.compactMap { pid in
            guard let entry = entry(pid), entry.session == "\(session)", entry.state != "Z", entry.state != "X" else {
                return nil
            }
            return "the process \(pid) (\(entry.name)) outlived the run"
        }
    }

    static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
