internal import AirlockCore

/// What is found in a segment that another process left.
struct SegmentScan {
    /// Where each record's bytes lie.
    var places: [Segment.Place] = []
    /// Bytes behind the last good record that are more than a write which was cut off.
    var damagedBytes = 0

    /// Reads up to the first record that does not hold.
    ///
    /// What follows is a torn tail if it reaches the end of the file in the middle of a record, or is nothing but zeros: a
    /// write that never was complete, and so never accepted. Anything else is damage, and is told.
    init(_ file: borrowing SpoolFile) throws(AirlockError) {
        let size = try file.size()
        var reader = Reader(size: size)
        guard let magic = try reader.bytes(RecordFrame.magic.count, at: 0, file) else { return }
        guard magic == RecordFrame.magic else {
            let isZero = try reader.isZero(from: 0, file)
            damagedBytes = isZero ? 0 : size
            return
        }
        var offset = RecordFrame.magic.count
        while offset < size {
            guard let head = try reader.bytes(RecordFrame.headBytes, at: offset, file) else { return }
            if let length = RecordFrame.length(head) {
                guard let record = try reader.bytes(length, at: offset + RecordFrame.headBytes, file) else { return }
                if RecordFrame.checksum(record) == RecordFrame.number(head, at: 8) {
                    places.append(Segment.Place(offset: offset + RecordFrame.headBytes, length: length))
                    offset += RecordFrame.headBytes + length
                    continue
                }
            }
            // The end of the machine can leave the last blocks of a file as zeros.
            let isZero = try reader.isZero(from: offset, file)
            damagedBytes = isZero ? 0 : size - offset
            return
        }
    }

    /// Reads ahead, so that small records do not cost a system call each.
    private struct Reader {
        let size: Int
        private var window: [UInt8] = []
        private var start = 0

        init(size: Int) { self.size = size }

        /// - Returns: `nil` where the file ends before.
        mutating func bytes(
            _ count: Int, at offset: Int, _ file: borrowing SpoolFile
        ) throws(AirlockError) -> [UInt8]? {
            guard count <= size - offset else { return nil }
            if offset < start || offset + count > start + window.count {
                window = try file.read(min(max(count, 1 << 20), size - offset), at: offset)
                start = offset
                // It has become shorter meanwhile.
                guard window.count >= count else { return nil }
            }
            return Array(window[(offset - start)..<(offset - start + count)])
        }

        func isZero(from offset: Int, _ file: borrowing SpoolFile) throws(AirlockError) -> Bool {
            var place = offset
            while place < size {
                let part = try file.read(min(1 << 20, size - place), at: place)
                guard !part.isEmpty, part.allSatisfy({ $0 == 0 }) else { return part.isEmpty }
                place += part.count
            }
            return true
        }
    }
}
