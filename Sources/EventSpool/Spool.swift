package import AirlockCore
internal import Glibc

/// A queue of records on disk, for one process at a time. What was added to it is there until it was settled, whatever
/// happens to the process in between.
///
/// A directory with `lock`, and for each segment `N.events` and `N.settled`. A process adds to segments of its own only.
///
/// `@unchecked`: not safe to use from several tasks at once, and never used so: whoever opens it hands it to one actor.
package final class Spool: @unchecked Sendable {
    package enum Outcome: UInt32, Sendable {
        case sent = 1
        case refused = 2
    }

    /// Records that wait, in the order in which they were added.
    package struct Batch: Sendable {
        package var records: [[UInt8]]
        fileprivate var segment: Int
        fileprivate var first: Int
    }

    package let folder: String
    /// Records that another process left here.
    package let recoveredRecords: Int
    /// Bytes in segments of another process that could not be read; the files are kept as `N.damaged`.
    package let damagedBytes: Int
    private let settings: SpoolSettings
    private let lock: SpoolFile
    private var segments: [Segment]
    private var current: Segment?
    private var nextNumber: Int

    /// Opens the spool in `folder`, which is made if it is not there, for its owner alone.
    ///
    /// - Returns: `nil` where another process uses it.
    /// - Throws: `file_failed`.
    package static func open(_ folder: String, _ settings: SpoolSettings) throws(AirlockError) -> Spool? {
        try makeFolder(folder)
        let lock = try SpoolFile("\(folder)/lock", flags: O_RDWR | O_CREAT)
        guard try lock.lock() else { return nil }
        return try Spool(folder, settings, lock)
    }

    private init(_ folder: String, _ settings: SpoolSettings, _ lock: consuming SpoolFile) throws(AirlockError) {
        self.folder = folder
        self.settings = settings
        self.lock = lock
        let numbers = try SpoolListing.numbers(in: folder)
        var segments: [Segment] = []
        for number in numbers.segments {
            let segment = try Segment(opening: number, in: folder)
            if segment.pendingRecords > 0 { segments.append(segment) } else { try segment.remove() }
        }
        for number in numbers.orphans { unlink("\(folder)/\(Segment.name(number)).settled") }
        self.segments = segments
        recoveredRecords = segments.reduce(0) { $0 + $1.pendingRecords }
        damagedBytes = segments.reduce(0) { $0 + $1.damagedBytes }
        nextNumber = (numbers.highest ?? 0) + 1
    }

    package var pendingRecords: Int { segments.reduce(0) { $0 + $1.pendingRecords } }
    package var pendingBytes: Int { segments.reduce(0) { $0 + $1.pendingBytes } }

    /// Whether so much more may be added.
    package func hasRoom(records: Int, bytes: Int) -> Bool {
        records <= settings.maxPendingRecords - pendingRecords && bytes <= settings.maxPendingSize.bytes - pendingBytes
    }

    /// Adds records, all or none. They are accepted when this returns.
    ///
    /// - Throws: `quota_exceeded` where there is no room; `file_failed`. Nothing was added then.
    package func append(_ records: [[UInt8]]) throws(AirlockError) {
        guard !records.isEmpty else { return }
        let bytes = records.reduce(0) { $0 + $1.count }
        guard hasRoom(records: records.count, bytes: bytes),
            records.allSatisfy({ !$0.isEmpty && $0.count <= SpoolSettings.maxRecordBytes })
        else {
            throw AirlockError(
                .quotaExceeded,
                "the spool of events is full: \(pendingRecords) events (\(ByteCount(pendingBytes))) wait to be sent",
                hint: "Send them first, or raise its limits.")
        }
        let isSynced = settings.sync == .always
        if let current, current.size > settings.segmentSize.bytes {
            self.current = nil
            try clear(current)
        }
        let segment: Segment
        if let current {
            segment = current
        } else {
            segment = try Segment(creating: nextNumber, in: folder, isSynced: isSynced)
            nextNumber += 1
            current = segment
            segments.append(segment)
        }
        try segment.append(records, isSynced: isSynced)
    }

    /// The oldest records that wait; at least one, if any does. They stay until they are settled.
    package func batch(maxRecords: Int, maxBytes: Int) throws(AirlockError) -> Batch? {
        for segment in segments {
            guard let (first, records) = try segment.pending(maxRecords: maxRecords, maxBytes: maxBytes) else {
                continue
            }
            return Batch(records: records, segment: segment.number, first: first)
        }
        return nil
    }

    /// Records what became of some of a batch's records: they do not wait any more.
    package func settle(_ batch: Batch, _ range: Range<Int>, as outcome: Outcome) throws(AirlockError) {
        guard let segment = segments.first(where: { $0.number == batch.segment }) else { return }
        try segment.settle((batch.first + range.lowerBound)..<(batch.first + range.upperBound), outcome)
        if segment !== current { try clear(segment) }
    }

    /// Takes a segment away when nothing in it waits.
    private func clear(_ segment: Segment) throws(AirlockError) {
        guard segment.pendingRecords == 0 else { return }
        try segment.remove()
        segments.removeAll { $0 === segment }
    }

    /// Takes away what is empty. What waits stays for the next who opens the spool.
    package func tidy() throws(AirlockError) {
        guard let current, current.pendingRecords == 0 else { return }
        self.current = nil
        try clear(current)
    }

    private static func makeFolder(_ path: String) throws(AirlockError) {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw SpoolFile.failure("has no absolute path", path, nil)
        }
        var made = ""
        for part in path.split(separator: "/") {
            made += "/\(part)"
            guard mkdir(made, 0o700) == 0 || errno == EEXIST || access(made, X_OK) == 0 else {
                throw SpoolFile.failure("cannot be made", made, errno)
            }
        }
    }
}
