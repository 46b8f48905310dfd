internal import Foundation
internal import Synchronization

/// A time zone's offsets from UTC, each asked of the system once for a quarter of an hour.
///
/// A query that groups a million events by local day asks a million times, and the system's answer costs more than the
/// rest of the row.
final class OffsetTable: Sendable {
    private struct Entry {
        var quarter = Int64.min
        var offset: Int64 = 0
    }

    private let zone: TimeZone
    /// By the quarter's number, newer ones in the place of older ones: four months of quarters of an hour.
    private let entries: Mutex<[Entry]>

    private static let size = 12_288
    private static let quarter: Int64 = 900_000_000
    /// 1973: from here on every zone changes its offset at a full quarter of an hour UTC. (Liberia's last odd change was
    /// in January 1972.)
    private static let start: Int64 = 94_694_400_000_000

    init(_ zone: TimeZone) {
        self.zone = zone
        entries = Mutex([])
    }

    /// Seconds east of UTC at a moment, in microseconds since 1970 UTC.
    func offset(at time: Int64) -> Int64 {
        guard time >= Self.start else { return ask(time) }
        let quarter = time / Self.quarter
        let place = Int(quarter % Int64(Self.size))
        return entries.withLock { entries in
            if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.size) }
            if entries[place].quarter == quarter { return entries[place].offset }
            let offset = ask(time)
            entries[place] = Entry(quarter: quarter, offset: offset)
            return offset
        }
    }

    private func ask(_ time: Int64) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(floorDivide(time, ProjectCalendar.second)))
        return Int64(zone.secondsFromGMT(for: date))
    }
}

/// Two tables of one zone are the same, whatever they have been asked so far.
extension OffsetTable: Hashable {
    static func == (left: OffsetTable, right: OffsetTable) -> Bool { left.zone == right.zone }
    func hash(into hasher: inout Hasher) { hasher.combine(zone) }
}
