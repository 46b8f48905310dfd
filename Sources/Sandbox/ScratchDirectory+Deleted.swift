import Glibc

extension ScratchDirectory {
    /// What a process still holds of files that were unlinked: the bytes of those it has open, and the lengths of its
    /// mappings of those in this directory (proc_pid_fd(5), proc_pid_maps(5)).
    func deletedBytes(of process: pid_t) -> Int {
        openBytes("/proc/\(process)/fd") + mappedBytes("/proc/\(process)/maps")
    }

    private func openBytes(_ directory: String) -> Int {
        guard let stream = opendir(directory) else { return 0 }
        defer { closedir(stream) }
        var bytes = 0
        while let entry = readdir(stream) {
            var status = stat()
            let found = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { fstatat(dirfd(stream), $0, &status, 0) }
            }
            let isHidden = found == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 0
            if isHidden { bytes += Int(status.st_blocks) * 512 }
        }
        return bytes
    }

    private func mappedBytes(_ file: String) -> Int {
        guard let text = readFile(file, maxBytes: 16 << 20) else { return 0 }
        var bytes = 0
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            guard line.hasSuffix(" (deleted)"), line.contains(path + "/") else { continue }
            let ends = line.prefix { $0 != " " }.split(separator: "-").compactMap { Int($0, radix: 16) }
            if ends.count == 2 { bytes += ends[1] - ends[0] }
        }
        return bytes
    }
}
