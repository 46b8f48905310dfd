/// UTF-8 text in place, read scalar by scalar. Bytes that are not UTF-8 read as U+FFFD, one byte each, as in RE2.
struct UTF8Text {
    let bytes: UnsafeBufferPointer<UInt8>

    /// The scalar at `index`, which must lie inside the text, and the bytes it takes.
    @inline(__always)
    func scalar(at index: Int) -> (value: UInt32, width: Int) {
        let byte = bytes[index]
        return byte < 0x80 ? (UInt32(byte), 1) : multiByteScalar(at: index)
    }

    private func multiByteScalar(at index: Int) -> (value: UInt32, width: Int) {
        let lead = UInt32(bytes[index])
        let (length, bits, least): (Int, UInt32, UInt32) =
            switch lead {
            case 0xC2...0xDF: (2, lead & 0x1F, 0x80)
            case 0xE0...0xEF: (3, lead & 0x0F, 0x800)
            case 0xF0...0xF4: (4, lead & 0x07, 0x10000)
            default: (0, 0, 0)
            }
        guard length > 0, index + length <= bytes.count else { return (0xFFFD, 1) }
        var value = bits
        for offset in 1..<length {
            let byte = UInt32(bytes[index + offset])
            guard byte & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            value = value << 6 | byte & 0x3F
        }
        guard value >= least, value <= 0x10FFFF, !(0xD800...0xDFFF).contains(value) else { return (0xFFFD, 1) }
        return (value, length)
    }

    /// Whether an assertion holds before the byte at `index`; the text ends at its count.
    func holds(_ assertion: Assertion, at index: Int) -> Bool {
        switch assertion {
        case .textStart: index == 0
        case .textEnd: index == bytes.count
        case .lineStart: index == 0 || bytes[index - 1] == 0x0A
        case .lineEnd: index == bytes.count || bytes[index] == 0x0A
        case .wordBoundary: isWordBoundary(index)
        case .notWordBoundary: !isWordBoundary(index)
        }
    }

    /// Word characters are ASCII in both dialects, so bytes decide.
    private func isWordBoundary(_ index: Int) -> Bool {
        func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        let before = index > 0 && isWord(bytes[index - 1])
        let after = index < bytes.count && isWord(bytes[index])
        return before != after
    }
}
