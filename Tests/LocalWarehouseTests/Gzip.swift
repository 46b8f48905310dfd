/// Packs bytes as one gzip member (RFC 1952) of stored blocks (RFC 1951 §3.2.4).
enum Gzip {
    static func member(_ content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        let pieces = stride(from: 0, to: max(content.count, 1), by: 65535).map { start in
            content[start..<min(start + 65535, content.count)]
        }
        for (index, piece) in pieces.enumerated() {
            let length = UInt16(piece.count)
            bytes.append(index == pieces.count - 1 ? 1 : 0)
            for word in [length, ~length] { bytes += [UInt8(word & 255), UInt8(word >> 8)] }
            bytes += piece
        }
        for word in [crc32(content), UInt32(truncatingIfNeeded: content.count)] {
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
        }
        return bytes
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc = UInt32.max
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
