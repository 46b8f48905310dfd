package import AirlockCore

/// The spools of one destination: a folder with one for each process that sends there at the same time.
///
/// Two processes never share a spool. Who comes while the first is in use takes the next; who comes later takes over what
/// a process left that ended before it was done.
package struct SpoolPlaces: Sendable {
    /// As many processes may send to one destination at a time.
    package static let maxPlaces = 64

    package let root: String
    package let settings: SpoolSettings

    package init(root: String, settings: SpoolSettings) {
        self.root = root
        self.settings = settings
    }

    private func folder(_ place: Int) -> String { "\(root)/\(place)" }

    /// A spool that no other process uses, one that holds something before one that does not.
    ///
    /// - Throws: `file_failed`; `quota_exceeded` where all are in use.
    package func free() throws(AirlockError) -> Spool {
        if let left = try left(limit: 1).spools.first { return left }
        for place in 0..<Self.maxPlaces {
            if let spool = try Spool.open(folder(place), settings) { return spool }
        }
        throw AirlockError(
            .quotaExceeded, "\(Self.maxPlaces) processes send events there already",
            hint: "Wait for one of them to end, or name another place for the spool.")
    }

    /// What processes left that are gone.
    ///
    /// - Returns: their spools, opened, and how many others are in use.
    package func left(limit: Int = maxPlaces) throws(AirlockError) -> (spools: [Spool], inUse: Int) {
        guard let names = try? SpoolListing.names(in: root) else { return ([], 0) }
        var (spools, inUse) = ([Spool](), 0)
        for place in names.compactMap({ Int($0) }).sorted() where (0..<Self.maxPlaces).contains(place) {
            guard spools.count < limit else { break }
            guard let listing = try? SpoolListing.numbers(in: folder(place)), !listing.segments.isEmpty else {
                continue
            }
            guard let spool = try Spool.open(folder(place), settings) else {
                inUse += 1
                continue
            }
            if spool.pendingRecords > 0 { spools.append(spool) }
        }
        return (spools, inUse)
    }
}
