internal import AirlockCore

/// Ids that are made up.
enum Identifiers {
    /// A UUID of version 4 (RFC 9562 §5.4).
    static func uuid() -> String { UUIDText.text(randomBytes(16), version: 4) }

    /// A UUID of version 7 (RFC 9562 §5.7): the time in milliseconds comes first.
    static func timedUUID(micros: Int64) -> String {
        let time = UUIDText.timeBytes(milliseconds: UInt64(clamping: micros / 1000))
        return UUIDText.text(time + randomBytes(10), version: 7)
    }

    private static func randomBytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255) } }

    /// Eight letters and digits, as in the address of an insight.
    static func shortID() -> String {
        let alphabet = Array("23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ")
        return String((0..<8).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }
}
