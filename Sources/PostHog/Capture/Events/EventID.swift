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
        var bytes = UUIDText.timeBytes(milliseconds: milliseconds)
        let (first, second) = (random.next(), random.next())
        for shift: UInt64 in [0, 8] { bytes.append(UInt8(truncatingIfNeeded: first >> shift)) }
        for index in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: second >> UInt64(8 * index))) }
        return UUIDText.text(bytes, version: 7)
    }

    /// Version 5 (RFC 9562 §5.5) of a line's number and bytes: the same whenever the same file is read.
    static func ofLine(_ number: Int, _ bytes: [UInt8]) -> String {
        let head = Array("\(number)\n".utf8)
        let digest = lines.withUnsafeBufferPointer { lines in
            head.withUnsafeBufferPointer { head in bytes.withUnsafeBufferPointer { SHA1.digest(of: lines, head, $0) } }
        }
        return UUIDText.text(digest, version: 5)
    }

    /// The lower-case form of a UUID; `nil` for what is none, and for the one of zeros.
    static func canonical(_ text: String) -> String? {
        UUIDText.canonical(text).flatMap { $0.allSatisfy { $0 == "0" || $0 == "-" } ? nil : $0 }
    }
}
