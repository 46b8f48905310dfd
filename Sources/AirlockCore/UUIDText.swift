/// UUIDs as text (RFC 9562 §4): lower-case hexadecimal digits in groups of 8, 4, 4, 4 and 12.
package enum UUIDText {
    /// The lower-case form of a UUID; `nil` for what is none.
    package static func canonical(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            let isDash = index == 8 || index == 13 || index == 18 || index == 23
            let isHex = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            guard isDash ? byte == 0x2D : isHex else { return nil }
        }
        return text.lowercased()
    }

    /// Of the first 16 bytes, in which version and variant (RFC 9562 §4.1, §4.2) are set; absent ones are zero.
    ///
    /// - Parameter version: 1 to 8.
    package static func text(_ bytes: some Collection<UInt8>, version: UInt8) -> String {
        var bytes = Array(bytes.prefix(16))
        bytes += repeatElement(0, count: 16 - bytes.count)
        bytes[6] = bytes[6] & 0x0F | version << 4
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(0x2D) }
            HexDigits.append(byte, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The first six bytes of version 7 (RFC 9562 §5.7): milliseconds since 1970, the highest byte first.
    package static func timeBytes(milliseconds: UInt64) -> [UInt8] {
        (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(8 * (5 - $0))) }
    }
}
