/// Reading quoted text as PostHog's parser reads it.
enum QuotedText {
    /// The text between the quotes of `bytes[range]`.
    static func decode(_ bytes: [UInt8], in range: SourceRange, quote: UInt8) -> String {
        String(decoding: decode(bytes[(range.lower + 1)..<(range.upper - 1)], quote: quote), as: UTF8.self)
    }

    /// A piece of an f-string, which has no quotes of its own and may hold `\{`.
    static func decodeTemplate(_ bytes: [UInt8], in range: SourceRange) -> String {
        let inner = bytes[range.lower..<range.upper]
        let decoded = decode(replacing([0x5C, 0x7B], by: 0x7B, in: inner)[...], quote: 0x27)
        return String(decoding: decoded, as: UTF8.self)
    }

    /// PostHog's order of steps: doubled quotes, then escaped quotes, then one pass over the other escapes. `\xHH` and
    /// escapes in capitals are lexed and stay as they are written.
    private static func decode(_ inner: ArraySlice<UInt8>, quote: UInt8) -> [UInt8] {
        guard inner.contains(where: { $0 == 0x5C || $0 == quote }) else { return Array(inner) }
        var text = replacing([quote, quote], by: quote, in: inner)
        if quote != 0x60 { text = replacing([0x5C, quote], by: quote, in: text[...]) }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            if text[index] == 0x5C, index + 1 < text.count, let value = escape(text[index + 1]) {
                decoded.append(value)
                index += 2
            } else {
                decoded.append(text[index])
                index += 1
            }
        }
        return decoded
    }

    private static func escape(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x62: 0x08
        case 0x66: 0x0C
        case 0x72: 0x0D
        case 0x6E: 0x0A
        case 0x74: 0x09
        case 0x61: 0x07
        case 0x76: 0x0B
        case 0x5C: 0x5C
        default: nil
        }
    }

    private static func replacing(_ pair: [UInt8], by byte: UInt8, in text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == pair[0], index + 1 < text.endIndex, text[index + 1] == pair[1] {
                result.append(byte)
                index += 2
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }
}
