extension Parser {
    /// What an escape stands for.
    enum Escape {
        case scalar(UInt32)
        case items(ClassItems)
        case assertion(Assertion)
    }

    /// After `\`, outside a class.
    mutating func escape(start: Int) throws(PatternError) -> Fragment {
        switch try escapeValue(start: start, inClass: false) {
        case .scalar(let value): literal(value)
        case .items(let items): set(items)
        case .assertion(let kind): assertion(kind)
        }
    }

    mutating func escapeValue(start: Int, inClass: Bool) throws(PatternError) -> Escape {
        guard let scalar = next else { throw syntax("a '\\' at the end", at: start) }
        index += 1
        switch scalar {
        case "d": return .items(.digits)
        case "D": return .items(ClassItems.digits.complement)
        case "w": return .items(.wordCharacters)
        case "W": return .items(ClassItems.wordCharacters.complement)
        case "s": return .items(isECMA ? .ecmaSpaces : .re2Spaces)
        case "S": return .items((isECMA ? ClassItems.ecmaSpaces : .re2Spaces).complement)
        case "p", "P": return .items(try property(negated: scalar == "P", start: start))
        case "b" where !inClass: return .assertion(.wordBoundary)
        case "B" where !inClass: return .assertion(.notWordBoundary)
        case "f": return .scalar(0x0C)
        case "n": return .scalar(0x0A)
        case "r": return .scalar(0x0D)
        case "t": return .scalar(0x09)
        case "v": return .scalar(0x0B)
        case "x": return .scalar(try hexEscape(start: start))
        default: return try isECMA ? ecmaEscape(scalar, start, inClass) : re2Escape(scalar, start, inClass)
        }
    }

    private func backReference(at start: Int) -> PatternError {
        unsupported("a back-reference is not supported: patterns run in linear time, which rules it out", at: start)
    }

    /// ECMA-262 §22.2.1 with the `u` flag: only syntax characters may be escaped needlessly.
    private mutating func ecmaEscape(
        _ scalar: Unicode.Scalar, _ start: Int, _ inClass: Bool
    ) throws(PatternError) -> Escape {
        switch scalar {
        case "^", "$", "\\", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "/": return .scalar(scalar.value)
        case "-" where inClass: return .scalar(scalar.value)
        case "b": return .scalar(0x08)
        case "c":
            guard let letter = next, letter.isASCII, letter.properties.isAlphabetic else {
                throw syntax("\\c needs a letter from a to z", at: start)
            }
            index += 1
            return .scalar(letter.value & 0x1F)
        case "u": return .scalar(try unicodeEscape(start: start))
        case "0":
            if let digit = next, ("0"..."9").contains(digit) { throw syntax("an octal escape", at: start) }
            return .scalar(0)
        case "1"..."9" where !inClass: throw backReference(at: start)
        case "k" where !inClass: throw backReference(at: start)
        default: throw syntax("'\\\(scalar)' is not an escape; the character may need no '\\'", at: start)
        }
    }

    private mutating func re2Escape(
        _ scalar: Unicode.Scalar, _ start: Int, _ inClass: Bool
    ) throws(PatternError) -> Escape {
        switch scalar {
        case "a": return .scalar(0x07)
        case "A" where !inClass: return .assertion(.textStart)
        case "z" where !inClass: return .assertion(.textEnd)
        case "Q" where inClass, "E" where inClass: throw syntax("\\Q and \\E have no meaning inside […]", at: start)
        case "C": throw unsupported("\\C, a single byte, is not supported: text is matched by character", at: start)
        case "k" where !inClass: throw backReference(at: start)
        case "0"..."7":
            let isOctal = scalar == "0" || next.map { ("0"..."7").contains($0) } == true
            guard isOctal else { throw backReference(at: start) }
            var value = scalar.value - 0x30
            for _ in 0..<2 {
                guard let digit = next, ("0"..."7").contains(digit) else { break }
                value = value * 8 + (digit.value - 0x30)
                index += 1
            }
            return .scalar(value)
        case "8", "9": throw backReference(at: start)
        default:
            guard scalar.isASCII, !scalar.properties.isAlphabetic else {
                throw syntax("'\\\(scalar)' is not an escape; the character may need no '\\'", at: start)
            }
            return .scalar(scalar.value)
        }
    }

    /// After `\x`: two digits, or in RE2 `{…}`.
    private mutating func hexEscape(start: Int) throws(PatternError) -> UInt32 {
        if !isECMA, take("{") { return try bracedHex(start: start) }
        guard let value = hexDigits(2) else { throw syntax("\\x needs two hexadecimal digits", at: start) }
        return value
    }

    /// After `\u`: four digits, two such escapes as a surrogate pair, or `{…}`.
    private mutating func unicodeEscape(start: Int) throws(PatternError) -> UInt32 {
        if take("{") { return try bracedHex(start: start) }
        guard let high = hexDigits(4) else { throw syntax("\\u needs four hexadecimal digits or {…}", at: start) }
        guard (0xD800..<0xDC00).contains(high), next == "\\", peek(1) == "u" else { return high }
        let before = index
        index += 2
        guard let low = hexDigits(4), (0xDC00...0xDFFF).contains(low) else {
            index = before
            return high
        }
        return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)
    }

    private mutating func bracedHex(start: Int) throws(PatternError) -> UInt32 {
        var value: UInt32 = 0
        let first = index
        while let digit = hexDigits(1) {
            value = value << 4 | digit
            guard value <= 0x10FFFF else { throw syntax("a code point above 10FFFF", at: start) }
        }
        guard index > first, take("}") else { throw syntax("hexadecimal digits and a '}' were expected", at: start) }
        return value
    }

    private mutating func hexDigits(_ count: Int) -> UInt32? {
        var value: UInt32 = 0
        for distance in 0..<count {
            guard let scalar = peek(distance), scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
                return nil
            }
            value = value << 4 | UInt32(digit)
        }
        index += count
        return value
    }
}
