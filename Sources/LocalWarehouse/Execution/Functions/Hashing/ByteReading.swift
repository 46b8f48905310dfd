/// Little-endian reads for the hash functions; offsets are the caller's to keep inside.
extension [UInt8] {
    func word64(_ offset: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in (0..<8).reversed() { value = value << 8 | UInt64(self[offset + index]) }
        return value
    }

    func word32(_ offset: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in (0..<4).reversed() { value = value << 8 | UInt64(self[offset + index]) }
        return value
    }
}

extension FixedWidthInteger {
    func rotatedRight(_ count: Self) -> Self { count == 0 ? self : self >> count | self << (Self(bitWidth) - count) }
    func rotatedLeft(_ count: Self) -> Self { count == 0 ? self : self << count | self >> (Self(bitWidth) - count) }

    /// The bytes, least first.
    var littleBytes: [UInt8] { (0..<bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) } }
}

extension UInt64 {
    var mixed47: UInt64 { self ^ self >> 47 }
}
