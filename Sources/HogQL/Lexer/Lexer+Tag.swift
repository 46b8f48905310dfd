extension Lexer {
    /// At a `<`: refuses what PostHog's lexer takes for the beginning of a HogQLX tag.
    ///
    /// It looks at no more than the characters behind: a name that ends in `>` or `/`, or a name, white space and then a
    /// letter, a digit, `>` or `/`. So `a<b AND c` is a syntax error there, and `a < b AND c` is not.
    func refuseTag() throws(SyntaxFailure) {
        guard isLetter(byte(1)) else { return }
        var place = index + 2
        while place < bytes.count, isWord(bytes[place]) || bytes[place] == 0x2D { place += 1 }
        guard place < bytes.count else { return }
        if isSpace(bytes[place]) {
            place = endOfBlank(from: place)
            guard place < bytes.count, isWord(bytes[place]) || endsTag(bytes[place]) else { return }
        } else if !endsTag(bytes[place]) {
            return
        }
        throw SyntaxFailure(
            offset: index, message: "PostHog reads a '<' right before a name as the beginning of a HogQLX tag here",
            hint: "Put a space behind it: a < b.", isUnsupported: true)
    }

    private func endOfBlank(from start: Int) -> Int {
        var place = start
        while place < bytes.count {
            let next = place + 1 < bytes.count ? bytes[place + 1] : 0
            switch bytes[place] {
            case let byte where isSpace(byte): place += 1
            case 0x2F where next == 0x2F, 0x2D where next == 0x2D, 0x23:
                while place < bytes.count, bytes[place] != 0x0A, bytes[place] != 0x0D { place += 1 }
            default: return place
            }
        }
        return place
    }

    private func endsTag(_ byte: UInt8) -> Bool { byte == 0x3E || byte == 0x2F }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

    private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F }
}
