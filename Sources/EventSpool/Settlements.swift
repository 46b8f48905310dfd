internal import AirlockCore
internal import Glibc

/// What became of a segment's records: a file beside it, to which sixteen bytes are added for each run of records.
///
/// It is never brought to the disk by itself. What is lost of it with the machine is sent again, with the same ids.
struct Settlements: ~Copyable {
    private static let entryBytes = 16
    private let file: SpoolFile
    private var size: Int

    init(_ path: String) throws(AirlockError) {
        let opened = try SpoolFile(path, flags: O_RDWR | O_CREAT)
        // A last entry that was cut off gives way to the next.
        let whole = try opened.size() / Self.entryBytes * Self.entryBytes
        file = opened
        size = whole
    }

    /// The records that are settled already; an entry that does not hold settles nothing.
    func settled(of count: Int) throws(AirlockError) -> [Range<Int>] {
        let bytes = try file.read(size, at: 0)
        return stride(from: 0, to: bytes.count - bytes.count % Self.entryBytes, by: Self.entryBytes).compactMap {
            start in
            guard RecordFrame.checksum(Array(bytes[start..<(start + 12)])) == RecordFrame.number(bytes, at: start + 12)
            else { return nil }
            let first = Int(RecordFrame.number(bytes, at: start))
            let length = Int(RecordFrame.number(bytes, at: start + 4))
            return first <= count && length <= count - first ? first..<(first + length) : nil
        }
    }

    mutating func add(_ range: Range<Int>, _ outcome: Spool.Outcome) throws(AirlockError) {
        var entry: [UInt8] = []
        RecordFrame.append(UInt32(truncatingIfNeeded: range.lowerBound), to: &entry)
        RecordFrame.append(UInt32(truncatingIfNeeded: range.count), to: &entry)
        RecordFrame.append(outcome.rawValue, to: &entry)
        RecordFrame.append(RecordFrame.checksum(entry), to: &entry)
        try file.write(entry, at: size)
        size += entry.count
    }
}
