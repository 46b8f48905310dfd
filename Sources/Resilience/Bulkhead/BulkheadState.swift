/// Decides who may run: so many at a time, the others in a line that is served in order.
struct BulkheadState: Sendable {
    enum Entry: Equatable, Sendable {
        case admitted, waiting, refused
    }

    let maxConcurrent: Int
    let maxWaiting: Int
    private(set) var running = 0
    private var line: [UInt64] = []

    init(_ settings: BulkheadSettings) {
        maxConcurrent = max(settings.maxConcurrent, 1)
        maxWaiting = max(settings.maxWaiting, 0)
    }

    var waiting: Int { line.count }

    mutating func enter(_ id: UInt64) -> Entry {
        // Nobody overtakes the line, even when a place is free.
        if line.isEmpty, running < maxConcurrent {
            running += 1
            return .admitted
        }
        guard line.count < maxWaiting else { return .refused }
        line.append(id)
        return .waiting
    }

    /// A call is done with its place.
    ///
    /// - Returns: who has the place now.
    mutating func release() -> UInt64? {
        if line.isEmpty {
            running = max(running - 1, 0)
            return nil
        }
        return line.removeFirst()
    }

    /// A call stops waiting.
    ///
    /// - Returns: whether it was still in line; if not, it has a place, and must give that back.
    mutating func leave(_ id: UInt64) -> Bool {
        guard let index = line.firstIndex(of: id) else { return false }
        line.remove(at: index)
        return true
    }
}
