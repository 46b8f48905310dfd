import AirlockCore

/// The memory limits of the control groups that this process is in: a container has less than its host.
struct GroupMemory {
    /// `/proc/self/cgroup` (cgroups(7)), a line for each hierarchy: number, controllers, path.
    var membership: String?
    /// Where the hierarchies are mounted.
    var root = "/sys/fs/cgroup"
    var read: (String) -> String? = smallFile

    init() { membership = smallFile("/proc/self/cgroup") }

    init(membership: String?, root: String, read: @escaping (String) -> String?) {
        (self.membership, self.root, self.read) = (membership, root, read)
    }

    /// What the tightest of the groups leaves; `nil` when none sets a limit.
    ///
    /// A group's pages of files that were not used lately count as free: the kernel takes them back first.
    var free: ByteCount? {
        var left: [Int] = []
        for line in (membership ?? "").split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[0] == "0", fields[1].isEmpty {
                left += groups(String(fields[2])).compactMap { group in
                    free(root + group, "memory.max", "memory.current", "inactive_file")
                }
            } else if fields[1].split(separator: ",").contains("memory") {
                left += groups(String(fields[2])).compactMap { group in
                    free(
                        root + "/memory" + group, "memory.limit_in_bytes", "memory.usage_in_bytes",
                        "total_inactive_file")
                }
            }
        }
        return left.min().map { ByteCount($0) }
    }

    /// A group and all above it, the root as the last. In a container the path may be the host's, of which nothing is to
    /// be seen, and its own group is the root.
    private func groups(_ path: String) -> [String] {
        var parts = path.split(separator: "/").filter { $0 != ".." }
        var groups: [String] = []
        while !parts.isEmpty {
            groups.append("/" + parts.joined(separator: "/"))
            parts.removeLast()
        }
        return groups + [""]
    }

    private func free(_ group: String, _ limit: String, _ usage: String, _ reclaimable: String) -> Int? {
        // No number is no limit: "max". The old hierarchy says it with a number beyond all memory.
        guard let limit = number(read("\(group)/\(limit)")), limit < 1 << 60,
            let used = number(read("\(group)/\(usage)"))
        else { return nil }
        let statistics = (read("\(group)/memory.stat") ?? "").split(separator: "\n")
        let words = statistics.first { $0.hasPrefix(reclaimable + " ") }?.split(separator: " ") ?? []
        let files = words.count > 1 ? Int(words[1]) ?? 0 : 0
        return max(0, limit - max(0, used - max(0, files)))
    }

    private func number(_ text: String?) -> Int? {
        guard let digits = text?.split(separator: "\n").first, let value = Int(digits), value >= 0 else { return nil }
        return value
    }
}
