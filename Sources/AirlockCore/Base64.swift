/// Base64 (RFC 4648): §4 with padding, or the URL alphabet of §5 without.
package enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlAlphabet = Array(alphabet.dropLast(2)) + [0x2D, 0x5F]

    package static func encoded(_ bytes: [UInt8], url: Bool = false) -> String {
        let digits = url ? urlAlphabet : alphabet
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 4 / 3 + 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let block = bytes[start..<min(start + 3, bytes.count)]
            var word = block.reduce(0) { $0 << 8 | UInt32($1) }
            word <<= UInt32(3 - block.count) * 8
            for place in 0..<4 where place <= block.count {
                result.append(digits[Int(word >> UInt32(18 - place * 6) & 63)])
            }
            if !url { result += [UInt8](repeating: 0x3D, count: 3 - block.count) }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// - Returns: `nil` for text that is not Base64; padding must be right where there is any, and outside the URL form
    ///   there must be.
    package static func decoded(_ text: [UInt8], url: Bool = false) -> [UInt8]? {
        var digits = text[...]
        var padding = 0
        while digits.last == 0x3D, padding < 2 {
            digits.removeLast()
            padding += 1
        }
        guard digits.count % 4 != 1, url && padding == 0 || (digits.count + padding) % 4 == 0 else { return nil }
        var (result, word, bits) = ([UInt8](), UInt32(0), UInt32(0))
        for byte in digits {
            guard let value = value(byte, url) else { return nil }
            word = word << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(truncatingIfNeeded: word >> bits))
                word &= 1 << bits - 1
            }
        }
        return word == 0 ? result : nil
    }

    private static func value(_ byte: UInt8, _ url: Bool) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte - 0x41)
        case 0x61...0x7A: UInt32(byte - 0x61 + 26)
        case 0x30...0x39: UInt32(byte - 0x30 + 52)
        case url ? 0x2D : 0x2B: 62
        case url ? 0x5F : 0x2F: 63
        default: nil
        }
    }
}
