import AirlockCore
import Glibc

/// What a host that was killed while it described an interpreter left behind.
extension RuntimeStore {
    /// Waits until no other process describes one, and removes it.
    ///
    /// - Returns: the lock (flock(2)) that others wait for while its holder describes.
    func lockAndSweep() throws(AirlockError) -> OwnedDescriptor {
        let path = directory + "/lock"
        let lock = OwnedDescriptor(open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600))
        guard lock.number >= 0 else { throw .file(path) }
        guard retrying({ flock(lock.number, LOCK_EX) }) == 0 else { throw .file(path) }
        sweep()
        return lock
    }

    private func sweep() {
        guard let listing = Listing(directory) else { return }
        var names: [String] = []
        while let name = listing.next() { names.append(name) }
        let described = names.filter { $0.hasPrefix("python-") && $0.hasSuffix(".json") }
        let views = Set(
            described.compactMap { name in
                read("\(directory)/\(name)").flatMap { try? JSONValue(json: $0) }?["view"]?.stringValue
            })
        for name in names {
            // Whatever is made anew has a name of its own until it is whole.
            let isUnfinished = name.contains(".new")
            let isForgotten = name.hasPrefix("view-") && !views.contains("\(directory)/\(name)")
            guard isUnfinished || isForgotten else { continue }
            if unlink("\(directory)/\(name)") != 0 { ScratchDirectory.remove("\(directory)/\(name)") }
        }
    }
}
