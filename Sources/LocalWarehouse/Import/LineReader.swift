internal import AirlockCore
internal import Glibc

/// The lines of a source, each within the bound of a ``RecordBuffer``.
struct LineReader {
    struct Line {
        /// From 1.
        var number: Int
        /// Without the line end; of a line beyond the bound, its beginning.
        var bytes: [UInt8]
        var isTooLong: Bool
    }

    private var buffer: RecordBuffer
    private var number = 0

    init(_ source: any ByteSource, maxLineBytes: Int = RecordBuffer.defaultMaxRecordBytes) {
        buffer = RecordBuffer(source, maxRecordBytes: maxLineBytes)
    }

    var consumedBytes: Int { buffer.consumedBytes }

    /// The next line that is not blank; `nil` at the end.
    mutating func next() throws(AirlockError) -> Line? {
        while true {
            guard let line = try nextLine() else { return nil }
            if line.isTooLong || line.bytes.contains(where: { $0 > 0x20 }) { return line }
        }
    }

    private mutating func nextLine() throws(AirlockError) -> Line? {
        var searched = 0
        while true {
            if let end = newline(from: searched) { return take(end, lineEnd: 1) }
            searched = buffer.count
            if searched > buffer.maxRecordBytes { return try skipLongLine() }
            guard try buffer.fill() else {
                return buffer.count == 0 ? nil : take(buffer.count, lineEnd: 0)
            }
        }
    }

    private func newline(from offset: Int) -> Int? {
        buffer.withBytes { bytes in
            guard offset < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + offset, 0x0A, bytes.count - offset)
            else { return nil }
            return UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }

    private mutating func take(_ end: Int, lineEnd: Int) -> Line {
        let isTooLong = end > buffer.maxRecordBytes
        var bytes = buffer.copy(0..<(isTooLong ? min(end, RejectedLines.keptBytesOfLongLine) : end))
        buffer.drop(end + lineEnd)
        number += 1
        if bytes.last == 0x0D { bytes.removeLast() }
        if number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        return Line(number: number, bytes: bytes, isTooLong: isTooLong)
    }

    /// Lets the rest of the line go by without keeping it.
    private mutating func skipLongLine() throws(AirlockError) -> Line {
        let beginning = buffer.copy(0..<min(buffer.count, RejectedLines.keptBytesOfLongLine))
        number += 1
        buffer.drop(buffer.count)
        while try buffer.fill() {
            if let end = newline(from: 0) {
                buffer.drop(end + 1)
                break
            }
            buffer.drop(buffer.count)
        }
        return Line(number: number, bytes: beginning, isTooLong: true)
    }
}
