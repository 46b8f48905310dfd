/// Single values brought to other types.
enum Conversions {
    /// Lower-case canonical text; `nil` for what is no UUID.
    static func uuid(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == 0x2D else { return nil }
            } else {
                guard (byte >= 0x30 && byte <= 0x39) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66) else { return nil }
            }
        }
        return text.lowercased()
    }

    /// A UUID's 16 bytes as ClickHouse holds them: each half with its least byte first.
    static func uuidBytes(_ text: String) -> [UInt8] {
        let bytes = uuidHex(text)
        return bytes.prefix(8).reversed() + bytes.dropFirst(8).reversed()
    }

    /// A UUID's 16 bytes in the order of its text.
    static func uuidHex(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 32 else { return [UInt8](repeating: 0, count: 16) }
        return (0..<16).map { UInt8(digits[$0 * 2] * 16 + digits[$0 * 2 + 1]) }
    }

    /// Whether a whole number fits a type.
    static func fits(_ value: Int64, bits: Int, signed: Bool) -> Bool {
        guard bits < 64 else { return signed || value >= 0 }
        let limit = Int64(1) << (signed ? bits - 1 : bits)
        return value < limit && value >= (signed ? -limit : 0)
    }

    /// What remains of a whole number in a narrower type, as C would cut it; values beyond Int64 cannot be held.
    static func wrapped(_ value: Int64, bits: Int, signed: Bool) throws -> Int64 {
        guard bits < 64 else {
            guard signed || value >= 0 else { throw ExecutionFault("a negative number does not fit UInt64 here") }
            return value
        }
        let cut = value & ((Int64(1) << bits) - 1)
        return signed && cut >= Int64(1) << (bits - 1) ? cut - (Int64(1) << bits) : cut
    }
}
