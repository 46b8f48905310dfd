internal import AirlockCore

/// UUIDs of version 5 (RFC 9562 §5.5): the same name gives the same id on every machine.
enum NameBasedUUID {
    /// The name space of events without a `uuid`; the name is the line.
    static let events: [UInt8] = [
        0x5A, 0x1C, 0x0F, 0x52, 0x8B, 0x0D, 0x4E, 0x6C, 0x9A, 0x37, 0x1E, 0x42, 0x7D, 0x90, 0xC3, 0x18,
    ]
    /// The name space of persons without an id; the name is the distinct id.
    static let persons: [UInt8] = [
        0xC1, 0x74, 0x3B, 0xE6, 0x20, 0x95, 0x4F, 0xD1, 0xB4, 0x6A, 0x83, 0x0C, 0x5E, 0xF7, 0x29, 0xAA,
    ]

    static func make(space: [UInt8], name: some Collection<UInt8>) -> String {
        let digest = space.withUnsafeBufferPointer { space in
            // Without a copy where the name lies in one piece.
            name.withContiguousStorageIfAvailable { SHA1.digest(of: space, $0) }
                ?? Array(name).withUnsafeBufferPointer { SHA1.digest(of: space, $0) }
        }
        var bytes = Array(digest.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        return text(bytes)
    }

    /// Sixteen bytes in the form `8-4-4-4-12`.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(UInt8(ascii: "-")) }
            text.append(hex(byte >> 4))
            text.append(hex(byte & 15))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The canonical, lower-case form of a UUID; `nil` when `text` is none.
    static func canonical(_ text: String) -> String? {
        let bytes = text.utf8
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            let isDash = byte == UInt8(ascii: "-")
            let isHex = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            guard index == 8 || index == 13 || index == 18 || index == 23 ? isDash : isHex else { return nil }
        }
        return text.lowercased()
    }

    private static func hex(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x57 + nibble }
}
