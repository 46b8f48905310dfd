import AirlockCore
import Glibc

/// What a process holds, and what runs could leave on the host.
struct Resources {
    var descriptors: Int
    var threads: Int
    /// Below this one, at any depth.
    var processes: Int
    var mounts: Int
    /// System V objects, /dev/shm, /dev/mqueue, keys: of the user that scripts have outside.
    var sharedObjects: Int
    /// In the cache and the temporary directory, at any depth.
    var files: Int
    var residentKiB: Int

    /// - Parameter folders: where files are counted.
    init(folders: [String]) {
        // The listing's own descriptor counts each time.
        descriptors = Self.names(in: "/proc/self/fd").count
        let tasks = Self.names(in: "/proc/self/task")
        threads = tasks.count
        processes = Self.descendants(of: "self")
        mounts = Self.text("/proc/self/mountinfo").split(separator: "\n").count
        sharedObjects = Self.sharedObjects(of: geteuid() == 0 ? 65534 : geteuid())
        files = folders.reduce(0) { $0 + Self.entries(below: $1) }
        let pages = Self.text("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        residentKiB = pages * Int(sysconf(Int32(_SC_PAGESIZE))) / 1024
    }

    /// Whether there is no more of anything than in `other`, memory aside, of which an allocator keeps some. Less may be:
    /// idle threads of the pool end.
    func isWithin(_ other: Resources) -> Bool {
        descriptors <= other.descriptors && threads <= other.threads && processes <= other.processes
            && mounts <= other.mounts && sharedObjects <= other.sharedObjects && files <= other.files
    }

    var json: JSONValue {
        [
            "descriptors": .int(descriptors), "threads": .int(threads), "processes": .int(processes),
            "mounts": .int(mounts), "shared_objects": .int(sharedObjects), "files": .int(files),
            "resident_kib": .int(residentKiB),
        ]
    }

    private static func descendants(of process: String) -> Int {
        names(in: "/proc/\(process)/task").reduce(0) { count, task in
            text("/proc/\(process)/task/\(task)/children").split(separator: " ").reduce(count) {
                $0 + 1 + descendants(of: String($1))
            }
        }
    }

    private static func sharedObjects(of owner: UInt32) -> Int {
        var count = 0
        for (table, column) in [("shm", 7), ("sem", 4), ("msg", 7)] {
            for line in text("/proc/sysvipc/\(table)").split(separator: "\n") {
                let fields = line.split(separator: " ")
                if fields.count > column, fields[column] == "\(owner)" { count += 1 }
            }
        }
        for directory in ["/dev/shm", "/dev/mqueue"] {
            for name in names(in: directory) {
                var status = stat()
                if lstat("\(directory)/\(name)", &status) == 0, status.st_uid == owner { count += 1 }
            }
        }
        // `uid: usage nkeys/nikeys …`, see proc_key-users(5).
        for line in text("/proc/key-users").split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.first == "\(owner):", fields.count > 2 { count += Int(fields[2].prefix { $0 != "/" }) ?? 0 }
        }
        return count
    }

    private static func entries(below folder: String) -> Int {
        var (count, waiting) = (0, [folder])
        while let directory = waiting.popLast() {
            for name in names(in: directory) {
                count += 1
                var status = stat()
                let path = "\(directory)/\(name)"
                if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { waiting.append(path) }
            }
        }
        return count
    }

    private static func names(in directory: String) -> [String] {
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

    private static func text(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count <= 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}
