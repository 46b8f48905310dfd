internal import CZlib

/// How a record lies in a segment: its length, the length's complement and its CRC-32, four bytes each, little-endian, and
/// then its bytes. A length that agrees with its complement can be trusted: a record that is longer than the rest of the
/// file was cut off, and is not the sign of a bit that flipped.
enum RecordFrame {
    static let headBytes = 12
    /// What a segment begins with.
    static let magic = Array("airlock-spool 1\n".utf8)

    static func append(_ record: [UInt8], to bytes: inout [UInt8]) {
        let length = UInt32(truncatingIfNeeded: record.count)
        append(length, to: &bytes)
        append(~length, to: &bytes)
        append(checksum(record), to: &bytes)
        bytes += record
    }

    static func append(_ number: UInt32, to bytes: inout [UInt8]) {
        for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// - Parameter offset: four bytes from there on have to be there.
    static func number(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    /// The record's length, if the head holds.
    static func length(_ head: [UInt8]) -> Int? {
        let length = number(head, at: 0)
        guard length == ~number(head, at: 4), length > 0, length <= SpoolSettings.maxRecordBytes else { return nil }
        return Int(length)
    }

    /// CRC-32 as in gzip (RFC 1952 §8).
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32(0, $0.baseAddress, uInt($0.count))) }
    }
}
