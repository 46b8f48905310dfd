extension Lexer {
    // MARK: Strings and quoted names

    mutating func string() throws(SyntaxFailure) {
        let start = index
        var end = index + 1
        while end < bytes.count {
            switch bytes[end] {
            case 0x27 where end + 1 < bytes.count && bytes[end + 1] == 0x27: end += 2
            case 0x27: return addToken(.string, upTo: end + 1)
            case 0x5C:
                index = end
                end += try escapeLength(quote: 0x27)
                index = start
            case 0:
                index = end
                throw nulByte()
            default: end += 1
            }
        }
        throw fail(
            "the string that begins here is never closed", at: start,
            hint: "A quote inside a string is written \\' and a backslash \\\\.")
    }

    mutating func quotedName(_ quote: UInt8) throws(SyntaxFailure) {
        let start = index
        var end = index + 1
        while end < bytes.count {
            switch bytes[end] {
            case quote where end + 1 < bytes.count && bytes[end + 1] == quote: end += 2
            case quote:
                guard end > start + 1 else {
                    throw SyntaxFailure(
                        offset: start, message: "a quoted name is empty", hint: "Give it a name, or leave it out.",
                        isUnsupported: true)
                }
                return addToken(.quotedName, upTo: end + 1)
            case 0x5C:
                index = end
                // In backticks PostHog's grammar has \' where one would expect an escaped backtick.
                end += try escapeLength(quote: quote == 0x22 ? 0x22 : 0x27)
                index = start
            case 0:
                index = end
                throw nulByte()
            default: end += 1
            }
        }
        throw fail("the quoted name that begins here is never closed", at: start)
    }

    private mutating func addToken(_ kind: Token.Kind, upTo end: Int) {
        add(kind, length: end - index)
    }

    /// The length of the escape at `index`, where a backslash stands.
    func escapeLength(quote: UInt8) throws(SyntaxFailure) -> Int {
        let letter = byte(1)
        switch letter {
        case 0x30:
            throw SyntaxFailure(
                offset: index, message: "the escape \\0 is refused: PostHog would delete it",
                hint: "A string cannot hold a NUL character; leave it out.", isUnsupported: true)
        case 0x5C, quote: return 2
        case 0x78, 0x58:
            guard hexDigitCount(from: index + 2) >= 2 else {
                throw fail("\\x needs two hexadecimal digits", at: index)
            }
            return 4
        default:
            switch letter | 0x20 {
            // b f r n t a v, in either case
            case 0x62, 0x66, 0x72, 0x6E, 0x74, 0x61, 0x76: return 2
            default:
                let shown = String(decoding: bytes[index..<min(index + 2, bytes.count)], as: UTF8.self)
                throw fail(
                    "unknown escape '\(shown)'", at: index,
                    hint: "A backslash is written \\\\; so LIKE '50\\\\%' looks for 50%.")
            }
        }
    }

    func nulByte() -> SyntaxFailure {
        SyntaxFailure(
            offset: index, message: "a NUL character cannot stand in a query", hint: "Leave it out.",
            isUnsupported: true)
    }

    // MARK: Numbers

    mutating func number() throws(SyntaxFailure) {
        if byte() == 0x30 {
            switch byte(1) | 0x20 {
            case 0x78 where hexDigitCount(from: index + 2) > 0: return hexadecimal()
            case 0x62 where isDigit(byte(2)): return try binary()
            case 0x6F where isDigit(byte(2)):
                throw fail("octal numbers are not part of HogQL", at: index, hint: "Write it in decimal.")
            default: break
            }
        }
        let whole = digitCount(from: index)
        var length = whole
        if byte(whole) == 0x2E {
            let fraction = digitCount(from: index + whole + 1)
            let exponent = exponentLength(at: index + whole + 1 + fraction)
            if exponent > 0 { length = whole + 1 + fraction + exponent }
        } else {
            length += exponentLength(at: index + whole)
        }
        add(length == whole ? .integer : .float, length: length)
    }

    private mutating func hexadecimal() {
        let whole = 2 + hexDigitCount(from: index + 2)
        var length = whole
        if byte(whole) == 0x2E {
            let fraction = hexDigitCount(from: index + whole + 1)
            let exponent = exponentLength(at: index + whole + 1 + fraction, letter: 0x70)
            if exponent > 0 { length = whole + 1 + fraction + exponent }
        } else {
            length += exponentLength(at: index + whole, letter: 0x70)
        }
        add(length == whole ? .hexadecimal : .float, length: length)
    }

    private mutating func binary() throws(SyntaxFailure) {
        let digits = digitCount(from: index + 2)
        guard bytes[(index + 2)..<(index + 2 + digits)].allSatisfy({ $0 <= 0x31 }) else {
            throw fail("a binary number holds the digits 0 and 1 only", at: index)
        }
        add(.binary, length: 2 + digits)
    }

    func digitCount(from place: Int) -> Int {
        var end = place
        while end < bytes.count, isDigit(bytes[end]) { end += 1 }
        return end - place
    }

    private func hexDigitCount(from place: Int) -> Int {
        var end = place
        while end < bytes.count, isDigit(bytes[end]) || (0x61...0x66).contains(bytes[end] | 0x20) { end += 1 }
        return max(0, end - place)
    }

    /// The length of an exponent at `place`, or 0: `e+5`, and `p3` for hexadecimal.
    func exponentLength(at place: Int, letter: UInt8 = 0x65) -> Int {
        guard place < bytes.count, bytes[place] | 0x20 == letter else { return 0 }
        var digits = place + 1
        if digits < bytes.count, bytes[digits] == 0x2B || bytes[digits] == 0x2D { digits += 1 }
        let count = digitCount(from: digits)
        return count == 0 ? 0 : digits + count - place
    }
}
