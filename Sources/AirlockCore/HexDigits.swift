/// Bytes as lower-case hexadecimal digits.
enum HexDigits {
    /// Appends the two digits of a byte, in ASCII.
    static func append(_ byte: UInt8, to text: inout [UInt8]) {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 15))
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
