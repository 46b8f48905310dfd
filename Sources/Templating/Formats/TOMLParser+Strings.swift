extension TOMLParser {
    /// `"…"`
    mutating func basicString() throws(TOMLFault) -> String {
        let start = index
        index += 1
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case 0x22:
                index += 1
                return try checked(text, from: start)
            case 0x5C: try escape(into: &text)
            default: try plain(byte, into: &text)
            }
        }
        throw fault("a string without an end", at: start)
    }

    /// `'…'`
    mutating func literalString() throws(TOMLFault) -> String {
        let start = index
        index += 1
        var text: [UInt8] = []
        while let byte = current {
            if byte == 0x27 {
                index += 1
                return try checked(text, from: start)
            }
            try plain(byte, into: &text)
        }
        throw fault("a string without an end", at: start)
    }

    /// `"""…"""`
    mutating func multilineBasicString() throws(TOMLFault) -> String {
        let start = index
        openMultiline()
        var text: [UInt8] = []
        while let byte = current {
            if byte == 0x22, closeMultiline(0x22, &text) { return try checked(text, from: start) }
            switch byte {
            case 0x22: index += 1
            case 0x5C:
                if !skipLineContinuation() { try escape(into: &text) }
            default: try lineOrPlain(byte, into: &text)
            }
        }
        throw fault("a string without an end", at: start)
    }

    /// `'''…'''`
    mutating func multilineLiteralString() throws(TOMLFault) -> String {
        let start = index
        openMultiline()
        var text: [UInt8] = []
        while let byte = current {
            if byte == 0x27 {
                if closeMultiline(0x27, &text) { return try checked(text, from: start) }
                index += 1
            } else {
                try lineOrPlain(byte, into: &text)
            }
        }
        throw fault("a string without an end", at: start)
    }

    private func checked(_ text: [UInt8], from start: Int) throws(TOMLFault) -> String {
        guard let text = String(validating: text, as: UTF8.self) else { throw fault("not UTF-8", at: start) }
        return text
    }

    private mutating func plain(_ byte: UInt8, into text: inout [UInt8]) throws(TOMLFault) {
        guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else {
            throw fault(
                byte == 0x0A || byte == 0x0D
                    ? "the line ends inside a string" : "a control character in a string must be escaped")
        }
        text.append(byte)
        index += 1
    }

    private mutating func lineOrPlain(_ byte: UInt8, into text: inout [UInt8]) throws(TOMLFault) {
        if byte == 0x0A {
            text.append(byte)
            index += 1
        } else if byte == 0x0D, self.byte(after: 1) == 0x0A {
            text.append(0x0A)
            index += 2
        } else {
            try plain(byte, into: &text)
        }
    }

    private mutating func openMultiline() {
        index += 3
        // A line break right after the quotes is not part of the text.
        if current == 0x0D, byte(after: 1) == 0x0A { index += 1 }
        if current == 0x0A { index += 1 }
    }

    /// At a quote: three or more end the text, up to two of them belonging to it. Else this one quote does.
    private mutating func closeMultiline(_ quote: UInt8, _ text: inout [UInt8]) -> Bool {
        var count = 0
        while count < 5, byte(after: count) == quote { count += 1 }
        guard count >= 3 else {
            text.append(quote)
            return false
        }
        text += [UInt8](repeating: quote, count: count - 3)
        index += count
        return true
    }

    /// A backslash at the end of a line: it and all white space after it vanish.
    private mutating func skipLineContinuation() -> Bool {
        var cursor = index + 1
        while cursor < bytes.count, bytes[cursor] == 0x20 || bytes[cursor] == 0x09 { cursor += 1 }
        let isLineEnd =
            cursor < bytes.count
            && (bytes[cursor] == 0x0A || bytes[cursor] == 0x0D && cursor + 1 < bytes.count && bytes[cursor + 1] == 0x0A)
        guard isLineEnd else { return false }
        while cursor < bytes.count, " \t\n\r".utf8.contains(bytes[cursor]) {
            if bytes[cursor] == 0x0D, !(cursor + 1 < bytes.count && bytes[cursor + 1] == 0x0A) { break }
            cursor += 1
        }
        index = cursor
        return true
    }

    private mutating func escape(into text: inout [UInt8]) throws(TOMLFault) {
        let start = index
        guard let letter = byte(after: 1) else { throw fault("the text ends inside a string") }
        index += 2
        switch letter {
        case 0x62: text.append(0x08)
        case 0x74: text.append(0x09)
        case 0x6E: text.append(0x0A)
        case 0x66: text.append(0x0C)
        case 0x72: text.append(0x0D)
        case 0x22, 0x5C: text.append(letter)
        case 0x75, 0x55:
            let digits = bytes[index...].prefix(letter == 0x75 ? 4 : 8).prefix {
                Character(Unicode.Scalar($0)).isHexDigit
            }
            guard digits.count == (letter == 0x75 ? 4 : 8),
                let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16),
                let scalar = Unicode.Scalar(value)
            else { throw fault("not the code of a character", at: start) }
            text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            index += digits.count
        default: throw fault("an unknown escape in a string; a literal '…' has none", at: start)
        }
    }
}
