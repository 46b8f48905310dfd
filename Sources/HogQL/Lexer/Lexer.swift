/// Cuts a query's text into tokens, in one pass over its bytes.
struct Lexer {
    /// Longer texts are refused.
    static let maxBytes = 256 << 10
    /// Deeper brackets are refused, as PostHog refuses them.
    static let maxNesting = 64

    static let tooLongHint = "Pass long lists as values, or split the query."
    static let tooDeepHint = "Give the inner part a name with WITH, or flatten the expression."

    let bytes: [UInt8]
    var index = 0
    var tokens: [Token] = []
    /// Indices into `tokens` of the brackets that are open.
    private var open: [Int] = []
    /// How many brackets were open at each brace that stands inside an f-string.
    private var templates: [Int] = []

    init(_ text: String) throws(SyntaxFailure) {
        bytes = Array(text.utf8)
        guard bytes.count <= Self.maxBytes else {
            throw SyntaxFailure(
                offset: 0, message: "the query is \(bytes.count) bytes long; at most \(Self.maxBytes) are read",
                hint: Self.tooLongHint)
        }
        tokens.reserveCapacity(bytes.count / 3 + 8)
        try scan()
    }

    private mutating func scan() throws(SyntaxFailure) {
        while true {
            try skipBlank()
            guard index < bytes.count else { break }
            try next()
        }
        if !templates.isEmpty { throw fail("the query ends inside an f-string", at: bytes.count) }
        if let last = open.last {
            let token = tokens[last]
            throw SyntaxFailure(
                offset: Int(token.lower), message: "'\(text(token.range))' is never closed",
                hint: "Add the closing bracket, or take this one out.")
        }
        add(.endOfText, length: 0)
    }

    func byte(_ ahead: Int = 0) -> UInt8 {
        let place = index + ahead
        return place < bytes.count ? bytes[place] : 0
    }

    func text(_ range: SourceRange) -> String {
        String(decoding: bytes[range.lower..<range.upper], as: UTF8.self)
    }

    func fail(_ message: String, at offset: Int, hint: String? = nil) -> SyntaxFailure {
        SyntaxFailure(offset: offset, message: message, hint: hint)
    }

    mutating func add(_ kind: Token.Kind, length: Int, keyword: Keyword? = nil) {
        tokens.append(
            Token(kind: kind, keyword: keyword, lower: Int32(index), upper: Int32(index + length)))
        index += length
    }

    /// White space as Unicode has it, and comments.
    private mutating func skipBlank() throws(SyntaxFailure) {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09...0x0D: index += 1
            case 0x2D where byte(1) == 0x2D, 0x2F where byte(1) == 0x2F: skipLine()
            // `#1` is a column's position.
            case 0x23 where !isDigit(byte(1)): skipLine()
            case 0x2F where byte(1) == 0x2A: try skipBlockComment()
            case 0x80...:
                let length = blankLength
                if length == 0 { return }
                index += length
            default: return
            }
        }
    }

    private mutating func skipLine() {
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
    }

    private mutating func skipBlockComment() throws(SyntaxFailure) {
        let start = index
        index += 2
        while index + 1 < bytes.count {
            if bytes[index] == 0x2A, bytes[index + 1] == 0x2F {
                index += 2
                return
            }
            index += 1
        }
        throw SyntaxFailure(
            offset: start, message: "the comment that begins here is never closed",
            hint: "Close it with */; PostHog would read it as a division.", isUnsupported: true)
    }

    /// The length of the non-ASCII white space at `index`, or 0.
    private var blankLength: Int {
        switch (byte(), byte(1), byte(2)) {
        case (0xC2, 0x85, _), (0xC2, 0xA0, _): 2
        case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8), (0xE2, 0x80, 0xA9),
            (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF):
            3
        default: 0
        }
    }

    private mutating func next() throws(SyntaxFailure) {
        switch bytes[index] {
        case 0x66 where byte(1) == 0x27:
            add(.templateStart, length: 2)
            try templateText()
        case 0x46 where byte(1) == 0x27:
            throw fail("F'…' is not a string in a query", at: index, hint: "Write f'…' with a small f.")
        case 0x61...0x7A, 0x41...0x5A, 0x5F, 0x24: word()
        case 0x30...0x39: try number()
        case 0x27: try string()
        case 0x60: try quotedName(0x60)
        case 0x22: try quotedName(0x22)
        default: try symbol()
        }
    }

    private mutating func word() {
        var end = index
        while end < bytes.count, isWordByte(bytes[end]) { end += 1 }
        add(.word, length: end - index, keyword: Keyword(bytes[index..<end]))
    }

    private mutating func symbol() throws(SyntaxFailure) {
        let one = bytes[index]
        if one == 0x2E, isDigit(byte(1)) {
            let digits = digitCount(from: index + 1)
            let exponent = exponentLength(at: index + 1 + digits)
            return exponent > 0 ? add(.float, length: 1 + digits + exponent) : add(.dot, length: 1)
        }
        switch (one, byte(1), byte(2)) {
        case (0x3D, 0x7E, 0x2A): add(.matchIgnoringCase, length: 3)
        case (0x21, 0x7E, 0x2A): add(.notMatchIgnoringCase, length: 3)
        case (0x3C, 0x3D, 0x3E): add(.nullSafeEqual, length: 3)
        case (0x2D, 0x3E, _):
            markLambda()
            add(.arrow, length: 2)
        case (0x3A, 0x3A, _): add(.doubleColon, length: 2)
        case (0x3A, 0x3D, _): add(.colonEquals, length: 2)
        case (0x7C, 0x7C, _): add(.concat, length: 2)
        case (0x3D, 0x3D, _): add(.equal, length: 2)
        case (0x3D, 0x7E, _): add(.match, length: 2)
        case (0x21, 0x3D, _), (0x3C, 0x3E, _): add(.notEqual, length: 2)
        case (0x21, 0x7E, _): add(.notMatch, length: 2)
        case (0x3C, 0x3D, _): add(.lessOrEqual, length: 2)
        case (0x3C, 0x2F, _): add(.lessSlash, length: 2)
        case (0x3E, 0x3D, _): add(.greaterOrEqual, length: 2)
        case (0x2F, 0x3E, _): add(.slashGreater, length: 2)
        case (0x7E, 0x2A, _): add(.matchIgnoringCase, length: 2)
        case (0x3F, 0x2E, _): add(.nullishDot, length: 2)
        case (0x3F, 0x3F, _): add(.nullish, length: 2)
        case (0x28, _, _): try opening(.leftParenthesis)
        case (0x5B, _, _): try opening(.leftBracket)
        case (0x7B, _, _): try opening(.leftBrace)
        case (0x29, _, _): try closing(.rightParenthesis, of: .leftParenthesis)
        case (0x5D, _, _): try closing(.rightBracket, of: .leftBracket)
        case (0x7D, _, _): try closingBrace()
        case (0x3C, _, _):
            try refuseTag()
            add(.less, length: 1)
        default:
            guard let kind = Self.single(one) else { throw unexpected() }
            add(kind, length: 1)
        }
    }

    private static func single(_ byte: UInt8) -> Token.Kind? {
        switch byte {
        case 0x2C: .comma
        case 0x2E: .dot
        case 0x3B: .semicolon
        case 0x3A: .colon
        case 0x23: .hash
        case 0x3F: .question
        case 0x2B: .plus
        case 0x2D: .dash
        case 0x2A: .asterisk
        case 0x2F: .slash
        case 0x25: .percent
        case 0x3D: .equal
        case 0x3E: .greater
        case 0x7E: .match
        default: nil
        }
    }

    // MARK: Brackets

    private mutating func opening(_ kind: Token.Kind) throws(SyntaxFailure) {
        guard open.count < Self.maxNesting else {
            throw fail(
                "brackets are nested more than \(Self.maxNesting) deep", at: index,
                hint: Self.tooDeepHint)
        }
        open.append(tokens.count)
        add(kind, length: 1)
    }

    private mutating func closing(_ kind: Token.Kind, of opener: Token.Kind) throws(SyntaxFailure) {
        guard let last = open.last, tokens[last].kind == opener, open.count > templates.last ?? 0 else {
            let found = text(SourceRange(index, index + 1))
            if let last = open.last, open.count > templates.last ?? 0 {
                let opened = text(tokens[last].range)
                throw fail("found '\(found)' where '\(opened)' is still open", at: index)
            }
            throw fail("'\(found)' closes nothing", at: index, hint: "Take it out, or open it before.")
        }
        open.removeLast()
        tokens[last].partner = Int32(tokens.count)
        add(kind, length: 1)
    }

    private mutating func closingBrace() throws(SyntaxFailure) {
        let inTemplate = templates.last.map { open.count == $0 + 1 } ?? false
        guard inTemplate else { return try closing(.rightBrace, of: .leftBrace) }
        templates.removeLast()
        try closing(.rightBrace, of: .leftBrace)
        try templateText()
    }

    /// After `f'` or after a closed brace: text up to the next brace or the closing quote.
    private mutating func templateText() throws(SyntaxFailure) {
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case 0x27 where byte(1) == 0x27: index += 2
            case 0x27:
                addTemplateText(from: start)
                return add(.templateEnd, length: 1)
            case 0x7B:
                addTemplateText(from: start)
                templates.append(open.count)
                return try opening(.leftBrace)
            case 0x5C where byte(1) == 0x7B: index += 2
            case 0x5C: index += try escapeLength(quote: 0x27)
            case 0: throw nulByte()
            default: index += 1
            }
        }
        throw fail("the f-string that begins before is never closed", at: start)
    }

    private mutating func addTemplateText(from start: Int) {
        guard start < index else { return }
        tokens.append(Token(kind: .templateText, keyword: nil, lower: Int32(start), upper: Int32(index)))
    }

    /// At an arrow: marks the names before it, `x, y` in `x, y -> …`, as beginning a lambda. PostHog reads every run
    /// of names and commas before an arrow as its parameters.
    private mutating func markLambda() {
        let arrow = Int32(tokens.count)
        var place = tokens.count - 1
        if place >= 0, tokens[place].kind == .comma { place -= 1 }
        while place >= 0, tokens[place].isName {
            tokens[place].partner = arrow
            guard place >= 2, tokens[place - 1].kind == .comma else { return }
            place -= 2
        }
    }

    private func unexpected() -> SyntaxFailure {
        let rest = String(decoding: bytes[index..<min(bytes.count, index + 4)], as: UTF8.self)
        let shown = rest.first.map { $0.isASCII && !$0.isLetter && $0 < " " ? "a control character" : "'\($0)'" }
        let hint: String? =
            switch bytes[index] {
            case 0x21: "Write NOT for !."
            case 0x26: "Write AND, or bitAnd(a, b)."
            case 0x7C: "Write OR, or bitOr(a, b)."
            case 0x5E: "Write pow(a, b), or bitXor(a, b)."
            case 0x40: "Values are passed as {name}."
            case 0x80...: "Names with other letters than A to Z stand in backticks: `größe`."
            default: nil
            }
        return fail("unexpected character \(shown ?? "")", at: index, hint: hint)
    }
}

func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F, 0x24: true
    default: false
    }
}
