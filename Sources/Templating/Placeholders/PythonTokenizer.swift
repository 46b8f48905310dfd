/// Takes a Python script apart (Python language reference, chapter 2), as far as it takes to tell code from strings
/// and comments: all string prefixes, triple quotes, nested replacement fields (PEP 701), line joining.
///
/// What is no Python still gives tokens; only a string without an end stops it, since nothing after that is certain.
/// Time is linear in the script.
struct PythonTokenizer {
    let bytes: [UInt8]
    private(set) var tokens: [PythonToken] = []
    /// Where a string starts that has no end; the last token covers it.
    private(set) var unterminated: Int?

    private var index = 0
    /// Open brackets: within them a line break ends nothing.
    private var depth = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        while index < bytes.count, unterminated == nil { step() }
    }

    private func byte(at index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func emit(_ kind: PythonToken.Kind, _ start: Int) {
        tokens.append(PythonToken(kind: kind, range: start..<index))
    }

    private mutating func step() {
        let start = index
        let first = bytes[index]
        switch first {
        case 0x20, 0x09, 0x0C: index += 1
        case 0x0A, 0x0D:
            index += 1
            if depth == 0 { emit(.newline, start) }
        case 0x23:
            while let next = byte(at: index), next != 0x0A, next != 0x0D { index += 1 }
            emit(.comment, start)
        case 0x5C where byte(at: index + 1) == 0x0A || byte(at: index + 1) == 0x0D:
            index += byte(at: index + 1) == 0x0D && byte(at: index + 2) == 0x0A ? 3 : 2
        case 0x22, 0x27: string(from: start, isRaw: false, isFormatted: false)
        case _ where isNameByte(first) && !isDigit(first): name()
        case _ where isDigit(first) || first == 0x2E && byte(at: index + 1).map(isDigit) == true: number()
        default: punctuation()
        }
    }

    private mutating func name() {
        let start = index
        while let next = byte(at: index), isNameByte(next) { index += 1 }
        if let quote = byte(at: index), quote == 0x22 || quote == 0x27, index - start <= 2 {
            let prefix = bytes[start..<index].map { $0 | 0x20 }
            let letters = Set(prefix)
            let isPrefix =
                letters.count == prefix.count && letters.isSubset(of: Array("rbuft".utf8))
                && (prefix.count == 1 || letters.contains(0x72) && !letters.contains(0x75))
            if isPrefix {
                let isFormatted = letters.contains(0x66) || letters.contains(0x74)
                return string(from: start, isRaw: letters.contains(0x72), isFormatted: isFormatted)
            }
        }
        emit(.name, start)
    }

    private mutating func number() {
        let start = index
        while let next = byte(at: index) {
            if isNameByte(next) && next < 0x80 || next == 0x2E {
                index += 1
            } else if next == 0x2B || next == 0x2D, bytes[index - 1] | 0x20 == 0x65,
                bytes[start..<index].allSatisfy({ isDigit($0) || $0 == 0x2E || $0 == 0x5F || $0 | 0x20 == 0x65 })
            {
                index += 1
            } else {
                break
            }
        }
        emit(.number, start)
    }

    private static let longOperators = [
        "...", "**=", "//=", ">>=", "<<=", "->", ":=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "@=", "&=",
        "|=", "^=", "**", "//", "<<", ">>",
    ].map { Array($0.utf8) }

    private mutating func punctuation() {
        let start = index
        // Every longer operator has one of these second.
        if let second = byte(at: index + 1), "=*/<>.".utf8.contains(second),
            let long = Self.longOperators.first(where: { bytes[start...].starts(with: $0) })
        {
            index += long.count
            return emit(.operator, start)
        }
        index += 1
        switch bytes[start] {
        case 0x28, 0x5B, 0x7B: depth += 1
        case 0x29, 0x5D, 0x7D: depth = max(0, depth - 1)
        case 0x21...0x7E: break
        default: return emit(.unknown, start)
        }
        emit(.operator, start)
    }

    private mutating func string(from start: Int, isRaw: Bool, isFormatted: Bool) {
        var reader = PythonStringReader(bytes: bytes, index: index)
        let isClosed = isFormatted ? reader.skipFormatted(isRaw: isRaw, level: 0) : reader.skipPlain()
        index = reader.index
        if !isClosed {
            unterminated = start
            index = bytes.count
        }
        emit(isFormatted ? .formattedString : .string, start)
    }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

/// A byte of an identifier; all of what lies beyond ASCII is taken for letters.
func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F || byte >= 0x80
}
