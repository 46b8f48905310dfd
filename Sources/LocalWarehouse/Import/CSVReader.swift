internal import AirlockCore
internal import Glibc

/// The records of a CSV file (RFC 4180): quoted fields with line ends and doubled quotes in them, LF or CRLF.
///
/// A record that breaks the rules costs its first line only; reading goes on with the next, so that one stray quote does
/// not swallow what follows it.
struct CSVReader {
    struct Record {
        /// The line it begins on, from 1.
        var line: Int
        var fields: Result<[String], Rejection>
        /// For a rejected record: its first line.
        var text: [UInt8] = []
    }

    private enum Parse {
        case record([String], length: Int)
        case needsMore
        case bad(String)
    }

    private var buffer: RecordBuffer
    private var line = 1
    private let delimiter: UInt8

    /// - Parameter delimiter: `nil` to take the first of comma, semicolon, tab and bar that stands in the first line.
    init(_ source: any ByteSource, delimiter: UInt8?, path: String) throws(AirlockError) {
        buffer = RecordBuffer(source)
        var head: [UInt8] = []
        while !head.contains(0x0A), head.count < 1 << 16, try buffer.fill() { head = buffer.copy(0..<buffer.count) }
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
            throw AirlockError(
                .invalidData, "the file is UTF-16 text", at: .file(path),
                hint: "Convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW")
        }
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { buffer.drop(3) }
        let firstLine = head.prefix { $0 != 0x0A }
        self.delimiter = delimiter ?? [0x2C, 0x3B, 0x09, 0x7C].first { firstLine.contains($0) } ?? 0x2C
    }

    var consumedBytes: Int { buffer.consumedBytes }

    /// The next record that is not a blank line; `nil` at the end.
    mutating func next() throws(AirlockError) -> Record? {
        while true {
            let isComplete = buffer.isAtEnd || buffer.count > buffer.maxRecordBytes
            if buffer.count == 0 {
                guard try buffer.fill() else { return nil }
                continue
            }
            switch buffer.withBytes({ parse($0, isComplete: isComplete) }) {
            case .needsMore: try readOn()
            case .record(let fields, let length):
                let start = line
                line += newlines(in: length)
                buffer.drop(length)
                if fields == [""] { continue }
                return Record(line: start, fields: .success(fields))
            case .bad(let reason):
                let hasLine = isComplete || buffer.withBytes { find(0x0A, $0, from: 0) } != nil
                if hasLine { return rejectLine(reason) }
                try readOn()
            }
        }
    }

    /// As much again: a record is parsed from its start each time, so that small reads must not each bring that about.
    private mutating func readOn() throws(AirlockError) {
        let wanted = 2 * buffer.count
        while buffer.count < wanted, try buffer.fill() {}
    }

    private func parse(_ bytes: UnsafeBufferPointer<UInt8>, isComplete: Bool) -> Parse {
        var fields: [String] = []
        var index = 0
        while true {
            var field: [UInt8] = []
            if index < bytes.count, bytes[index] == 0x22 {
                index += 1
                while true {
                    guard let quote = find(0x22, bytes, from: index) else {
                        return isComplete ? .bad("a quote is opened and not closed") : .needsMore
                    }
                    field.append(contentsOf: bytes[index..<quote])
                    index = quote + 1
                    if index == bytes.count, !isComplete { return .needsMore }
                    guard index < bytes.count, bytes[index] == 0x22 else { break }
                    field.append(0x22)
                    index += 1
                }
            } else {
                let start = index
                while index < bytes.count, bytes[index] != delimiter, bytes[index] != 0x0A {
                    if bytes[index] == 0x22 { return .bad("a quote inside a field that does not begin with one") }
                    index += 1
                }
                if index == bytes.count, !isComplete { return .needsMore }
                var end = index
                let isLineEnd = index == bytes.count || bytes[index] == 0x0A
                if isLineEnd, end > start, bytes[end - 1] == 0x0D { end -= 1 }
                field.append(contentsOf: bytes[start..<end])
            }
            guard let text = String(validating: field, as: UTF8.self) else { return .bad("text that is not UTF-8") }
            fields.append(text)
            if index < bytes.count, bytes[index] == 0x0D {
                // Only after a quoted field; an unquoted one has taken it.
                index += 1
                if index == bytes.count, !isComplete { return .needsMore }
                guard index == bytes.count || bytes[index] == 0x0A else { return .bad("text after a closing quote") }
            }
            guard index < bytes.count else {
                return isComplete ? .record(fields, length: index) : .needsMore
            }
            if bytes[index] == 0x0A { return .record(fields, length: index + 1) }
            guard bytes[index] == delimiter else { return .bad("text after a closing quote") }
            index += 1
        }
    }

    private func find(_ byte: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, from index: Int) -> Int? {
        guard index < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + index, Int32(byte), bytes.count - index)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private func newlines(in length: Int) -> Int {
        buffer.withBytes { $0[..<length].count { $0 == 0x0A } }
    }

    private mutating func rejectLine(_ reason: String) -> Record {
        let end = buffer.withBytes { find(0x0A, $0, from: 0) } ?? buffer.count
        let record = Record(
            line: line, fields: .failure(Rejection(reason)),
            text: buffer.copy(0..<min(end, RejectedLines.keptBytesOfLongLine)))
        buffer.drop(min(end + 1, buffer.count))
        line += 1
        return record
    }
}
