internal import AirlockCore
internal import Glibc

/// A file of records to which only is added, and which goes when all of them are settled.
final class Segment {
    /// Where a record's bytes lie.
    struct Place {
        var offset: Int
        var length: Int
    }

    let number: Int
    let path: String
    private let file: SpoolFile
    private var settlements: Settlements
    private var places: [Place]
    private var isSettled: [Bool]
    /// No record before it waits.
    private var firstPending = 0
    private(set) var pendingRecords: Int
    private(set) var pendingBytes: Int
    /// The file's end, where the next record goes.
    private(set) var size: Int
    let damagedBytes: Int

    static func name(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 10 - digits.utf8.count)) + digits
    }

    /// A new, empty one.
    init(creating number: Int, in folder: String, isSynced: Bool) throws(AirlockError) {
        self.number = number
        path = "\(folder)/\(Self.name(number)).events"
        file = try SpoolFile(path, flags: O_RDWR | O_CREAT | O_EXCL)
        settlements = try Settlements("\(folder)/\(Self.name(number)).settled")
        try file.write(RecordFrame.magic, at: 0)
        size = RecordFrame.magic.count
        (places, isSettled, pendingRecords, pendingBytes, damagedBytes) = ([], [], 0, 0, 0)
        guard isSynced else { return }
        try file.sync()
        try SpoolFile.syncDirectory(folder)
    }

    /// One that another process left. Nothing is ever added to it.
    init(opening number: Int, in folder: String) throws(AirlockError) {
        self.number = number
        path = "\(folder)/\(Self.name(number)).events"
        file = try SpoolFile(path, flags: O_RDWR)
        settlements = try Settlements("\(folder)/\(Self.name(number)).settled")
        let scan = try SegmentScan(file)
        size = try file.size()
        (places, damagedBytes) = (scan.places, scan.damagedBytes)
        isSettled = Array(repeating: false, count: scan.places.count)
        for range in try settlements.settled(of: scan.places.count) {
            for index in range { isSettled[index] = true }
        }
        (pendingRecords, pendingBytes) = (0, 0)
        for (place, settled) in zip(places, isSettled) where !settled {
            pendingRecords += 1
            pendingBytes += place.length
        }
    }

    /// Adds records, all or none of them.
    func append(_ records: [[UInt8]], isSynced: Bool) throws(AirlockError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.reduce(0) { $0 + $1.count + RecordFrame.headBytes })
        var added: [Place] = []
        added.reserveCapacity(records.count)
        for record in records {
            RecordFrame.append(record, to: &bytes)
            added.append(Place(offset: size + bytes.count - record.count, length: record.count))
        }
        do throws(AirlockError) {
            try file.write(bytes, at: size)
            if isSynced { try file.sync() }
        } catch {
            // They were not accepted, and must not come to light later. Where even this fails, the next records take
            // their place: what is left behind those is a tail that does not hold.
            _ = file.truncate(to: size)
            throw error
        }
        size += bytes.count
        places += added
        isSettled += Array(repeating: false, count: added.count)
        pendingRecords += records.count
        pendingBytes += records.reduce(0) { $0 + $1.count }
    }

    /// The first run of records that wait.
    func pending(maxRecords: Int, maxBytes: Int) throws(AirlockError) -> (first: Int, records: [[UInt8]])? {
        while firstPending < places.count, isSettled[firstPending] { firstPending += 1 }
        guard firstPending < places.count else { return nil }
        var (end, total) = (firstPending, 0)
        while end < places.count, !isSettled[end], end - firstPending < max(1, maxRecords) {
            let length = places[end].length
            guard end == firstPending || length <= maxBytes - total else { break }
            total += length
            end += 1
        }
        let start = places[firstPending].offset - RecordFrame.headBytes
        let bytes = try file.read(places[end - 1].offset + places[end - 1].length - start, at: start)
        var records: [[UInt8]] = []
        records.reserveCapacity(end - firstPending)
        for place in places[firstPending..<end] {
            let from = place.offset - start
            guard from + place.length <= bytes.count else { throw SpoolFile.failure("became shorter", path, nil) }
            let record = Array(bytes[from..<(from + place.length)])
            guard RecordFrame.checksum(record) == RecordFrame.number(bytes, at: from - 4) else {
                throw SpoolFile.failure("holds other bytes than were written", path, nil)
            }
            records.append(record)
        }
        return (firstPending, records)
    }

    func settle(_ range: Range<Int>, _ outcome: Spool.Outcome) throws(AirlockError) {
        try settlements.add(range, outcome)
        for index in range.clamped(to: places.indices) where !isSettled[index] {
            isSettled[index] = true
            pendingRecords -= 1
            pendingBytes -= places[index].length
        }
    }

    /// Takes the files away; a damaged one is kept under another name, for whoever wants to look at it.
    func remove() throws(AirlockError) {
        guard pendingRecords == 0 else { return }
        if damagedBytes > 0 {
            guard rename(path, path.dropLast("events".count) + "damaged") == 0 else {
                throw SpoolFile.failure("cannot be renamed", path, errno)
            }
        } else if unlink(path) != 0, errno != ENOENT {
            throw SpoolFile.failure("cannot be removed", path, errno)
        }
        // Second, so that what is settled is never taken for what waits.
        unlink(String(path.dropLast("events".count)) + "settled")
    }
}
