import AirlockCore

extension Diagnosis {
    /// What a first run writes: the interpreter's view, the guest, and the scratch directory of portable runs.
    private static let neededBytes = 64 << 20

    static func cache(_ facts: HostFacts) -> Finding {
        let cache = facts.cache
        func broken(_ detail: String, _ remedy: String) -> Finding {
            Finding("cache", .broken, detail, remedy: remedy, neededFor: .portable)
        }
        let elsewhere = "set AIRLOCK_CACHE to another directory"
        if let error = cache.error {
            return broken(error, "Set AIRLOCK_CACHE to a directory that only you can write.")
        }
        if let owner = cache.owner, owner != facts.user {
            return broken(
                "\(cache.path) belongs to user \(owner), not to \(facts.user): what lies there is not trusted",
                "sudo chown -R \(facts.user) \(cache.path), or \(elsewhere).")
        }
        if cache.exists, cache.mode & 0o022 != 0 {
            return broken(
                "others may write \(cache.path) (mode \(String(cache.mode, radix: 8))): what lies there is not trusted",
                "chmod go-w \(cache.path), or \(elsewhere).")
        }
        if cache.isNoExec {
            return broken(
                "\(cache.path) lies on a file system that is mounted noexec; the interpreter's copy is run from there",
                "S\(elsewhere.dropFirst()), on a file system from which programs can run.")
        }
        if cache.isReadOnly {
            return broken("\(cache.path) lies on a read-only file system", "S\(elsewhere.dropFirst()).")
        }
        if let place = cache.unwritable {
            return broken(
                "\(place) cannot be written" + (place == cache.path ? "" : ", and \(cache.path) is to be made there"),
                "sudo install -d -o \(facts.user) -m 755 \(cache.path), or \(elsewhere).")
        }
        if let closed = cache.closedAncestor {
            return broken(
                "user \(facts.scriptUser), as which root's scripts run, cannot pass \(closed)",
                "chmod o+x \(closed), or \(elsewhere).")
        }
        let free = ByteCount(cache.freeBytes)
        if cache.freeBytes < neededBytes {
            return Finding(
                "cache", .broken, "\(cache.path): \(free) left of the \(ByteCount(neededBytes)) that a first run needs",
                remedy: "Free some space, or \(elsewhere).", neededFor: .portable)
        }
        let age = cache.exists ? "" : " (made on first use)"
        return Finding("cache", .good, "\(cache.path)\(age), \(free) free", neededFor: .portable)
    }
}
