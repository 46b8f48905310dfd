/// A piece of a query's text.
struct Token: Sendable {
    enum Kind: UInt8, Sendable {
        /// A bare word: a keyword or a name.
        case word
        /// A name in backticks or double quotes.
        case quotedName
        case string
        /// `f'`, the text between its braces, and the closing quote.
        case templateStart, templateText, templateEnd
        /// Digits only; `1.5` is three tokens, so that `t.1.5` is two tuple accesses.
        case integer
        /// With an exponent: `1e3`, `1.5e3`, `.5e3`, `0x1p3`.
        case float
        case hexadecimal, binary
        case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
        case comma, dot, semicolon, colon, doubleColon, colonEquals, arrow, hash
        case question, nullishDot, nullish
        case plus, dash, asterisk, slash, percent, concat
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, nullSafeEqual
        case match, notMatch, matchIgnoringCase, notMatchIgnoringCase
        case lessSlash, slashGreater
        case endOfText
    }

    var kind: Kind
    /// The keyword the word is read as; `nil` in a reading of the query that has it for a name.
    var keyword: Keyword?
    /// The keyword that is written, in every reading: not each of them can be an alias without AS.
    let writtenKeyword: Keyword?
    var lower: Int32
    var upper: Int32
    /// Of an opening bracket: its closing one. Of a name that begins the parameters of a lambda without parentheses:
    /// the arrow. Else -1.
    var partner: Int32 = -1

    init(kind: Kind, keyword: Keyword?, lower: Int32, upper: Int32) {
        self.kind = kind
        self.keyword = keyword
        writtenKeyword = keyword
        self.lower = lower
        self.upper = upper
    }

    var range: SourceRange { SourceRange(Int(lower), Int(upper)) }

    /// Whether the token can be a name.
    var isName: Bool {
        switch kind {
        case .quotedName: true
        case .word: keyword?.isReserved != true
        default: false
        }
    }
}

/// Why a text is not a query; turned into an ``AirlockError`` at the module's border.
struct SyntaxFailure: Error {
    var offset: Int
    var message: String
    var hint: String?
    /// Understood, and refused on purpose.
    var isUnsupported = false
    /// Whether no other reading of the query is to be tried: the grammar is satisfied and PostHog refuses it all the same,
    /// or a bound was crossed.
    var isFinal = false
}
