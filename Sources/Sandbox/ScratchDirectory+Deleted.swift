import Glibc

extension ScratchDirectory {
    /// What a process still holds of files that were unlinked: the bytes of those it has open, and the lengths of its
    /// mappings of those in this directory (proc_pid_fd(5), proc_pid_maps(5)). Each file counts once, however many
    /// descriptors and mappings hold it.
    func deletedBytes(of process: pid_t) -> Int {
        var files: [UInt64: Int] = [:]
        addMapped("/proc/\(process)/maps", to: &files)
        // What is open is known exactly, so it takes the place of a mapping's length.
        addOpen("/proc/\(process)/fd", to: &files)
        return files.values.reduce(0, +)
    }

    private func addOpen(_ directory: String, to files: inout [UInt64: Int]) {
        guard let stream = opendir(directory) else { return }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            var status = stat()
            let found = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { fstatat(dirfd(stream), $0, &status, 0) }
            }
            let isHidden = found == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 0
            if isHidden { files[UInt64(status.st_ino)] = Int(status.st_blocks) * 512 }
        }
    }

    /// `start-end permissions offset device inode path (deleted)`
    private func addMapped(_ file: String, to files: inout [UInt64: Int]) {
        // The kernel names files by their real path, whatever links or doubled slashes the cache's own was given with.
        guard let text = readFile(file, maxBytes: 16 << 20), let resolved = realpath(path, nil) else { return }
        let folder = String(cString: resolved) + "/"
        free(resolved)
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            guard line.hasSuffix(" (deleted)"), line.contains(folder) else { continue }
            let fields = line.split(separator: " ", maxSplits: 5)
            let ends = fields[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            guard fields.count == 6, ends.count == 2, let inode = UInt64(fields[4]) else { continue }
            files[inode, default: 0] += ends[1] - ends[0]
        }
    }
}
