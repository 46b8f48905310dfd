internal import AirlockCore
internal import Glibc

/// The segments that lie in a folder, by their numbers.
struct SpoolListing {
    var segments: [Int] = []
    /// Settlements without a segment: the process ended between taking away the one and the other.
    var orphans: [Int] = []
    var highest: Int?

    static func numbers(in folder: String) throws(AirlockError) -> SpoolListing {
        var (events, settled, others) = (Set<Int>(), Set<Int>(), Set<Int>())
        for name in try names(in: folder) {
            let parts = name.split(separator: ".")
            guard parts.count == 2, parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(parts[0])
            else { continue }
            switch parts[1] {
            case "events": events.insert(number)
            case "settled": settled.insert(number)
            case "damaged": others.insert(number)
            default: continue
            }
        }
        return SpoolListing(
            segments: events.sorted(), orphans: settled.subtracting(events).sorted(),
            highest: events.union(settled).union(others).max())
    }

    static func names(in folder: String) throws(AirlockError) -> [String] {
        guard let directory = opendir(folder) else { throw SpoolFile.failure("cannot be listed", folder, errno) }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
