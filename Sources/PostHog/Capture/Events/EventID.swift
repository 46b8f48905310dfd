internal import AirlockCore

/// The uuid of an event: what PostHog tells a second copy of it by.
enum EventID {
    /// The name space of events that are known by their place in a file.
    private static let lines: [UInt8] = [
        0x8E, 0x2B, 0x61, 0xD4, 0x0A, 0x73, 0x4C, 0x59, 0xA1, 0xE6, 0x3F, 0x90, 0x15, 0xC8, 0x7B, 0x42,
    ]

    /// Version 7 (RFC 9562 §5.7): the time, then 74 random bits.
    static func timed(_ unixTime: Duration, random: inout some RandomNumberGenerator) -> String {
        let (seconds, attoseconds) = unixTime.components
        let milliseconds = UInt64(clamping: seconds) &* 1000 &+ UInt64(clamping: attoseconds / 1_000_000_000_000_000)
        var bytes: [UInt8] = (0..<6).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(8 * (5 - $0))) }
        let (first, second) = (random.next(), random.next())
        for shift: UInt64 in [0, 8] { bytes.append(UInt8(truncatingIfNeeded: first >> shift)) }
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: second >> UInt64(8 * index))) }
        return text(bytes, version: 0x70)
    }

    /// Version 5 (RFC 9562 §5.5) of a line's number and bytes: the same whenever the same file is read.
    static func ofLine(_ number: Int, _ bytes: [UInt8]) -> String {
        let head = Array("\(number)\n".utf8)
        let digest = lines.withUnsafeBufferPointer { lines in
            head.withUnsafeBufferPointer { head in bytes.withUnsafeBufferPointer { SHA1.digest(of: lines, head, $0) } }
        }
        return text(Array(digest.prefix(16)), version: 0x50)
    }

    /// The lower-case form of a UUID; `nil` for what is none, and for the one of zeros.
    static func canonical(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            let isDash = index == 8 || index == 13 || index == 18 || index == 23
            let isHex = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            guard isDash ? byte == 0x2D : isHex else { return nil }
        }
        return bytes.allSatisfy { $0 == 0x30 || $0 == 0x2D } ? nil : text.lowercased()
    }

    private static func text(_ bytes: [UInt8], version: UInt8) -> String {
        var bytes = bytes
        bytes[6] = bytes[6] & 0x0F | version
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { text.append(0x2D) }
            for nibble in [byte >> 4, byte & 15] { text.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
