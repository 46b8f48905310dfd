internal import AirlockCore

/// A recursive-descent parser of HogQL; expressions by operator precedence.
///
/// Linear in the length of the text: a keyword is decided on by looking a bounded number of tokens ahead, save for
/// INTERVAL and a comma behind ON, which are tried once at each place. When a reading fails, a bounded number of others
/// follows: see ``Parser/reading(_:_:)``.
struct Parser {
    /// How many prefix operators, lambdas and conditions may stand inside one another, besides brackets.
    static let maxDepth = 192
    /// The greatest height of the tree. Whoever walks it recurses that deep.
    static let maxHeight = 256

    static let tooDeepHint = "Give inner parts names with WITH."
    static let tooHighHint = "Use a list: IN (…), arraySum([…]), concat(…)."

    var lexer: Lexer
    var index = 0
    var depth = 0
    /// The height of the highest subtree that was finished in the innermost ``scope``.
    var height = 0
    /// In `WITH expression AS name` and `CAST(expression AS type)` the AS is not an alias's.
    var aliasesAreBlocked = false
    /// Whether the LIMIT read last was written `LIMIT n OFFSET m`.
    var lastLimitHadOffset = false
    /// Where INTERVAL was tried and turned out to be a name.
    var intervalNames: Set<Int> = []
    /// The commas behind the conditions of joins that turned out to begin a further table.
    var tableCommas: Set<Int> = []
    /// Keywords that begin something long, and may be names: the next to be doubted after a failure far behind them.
    var doubtful: [Int] = []
    /// Whether the count of a LIMIT is being read, where a `%` may end it.
    var isInLimit = false
    /// How often a token was gone over, in all readings together: what the time of parsing grows with.
    var steps = 0

    /// The keywords that this reading has for names.
    private(set) var forcedNames: [Int] = []

    init(_ text: String) throws(SyntaxFailure) {
        lexer = try Lexer(text)
    }

    init(_ lexer: Lexer, forcedNames: [Int], steps: Int) {
        self.lexer = lexer
        self.forcedNames = forcedNames
        self.steps = steps
    }

    // MARK: Tokens

    var token: Token { lexer.tokens[index] }

    func peek(_ ahead: Int = 1) -> Token {
        lexer.tokens[min(max(index + ahead, 0), lexer.tokens.count - 1)]
    }

    /// The end of the token before this one.
    var lastUpper: Int { index == 0 ? 0 : Int(lexer.tokens[index - 1].upper) }

    func range(from start: Int) -> SourceRange { SourceRange(start, max(start, lastUpper)) }

    @discardableResult
    mutating func advance() -> Token {
        let current = token
        steps &+= 1
        if current.kind != .endOfText { index += 1 }
        return current
    }

    func at(_ kind: Token.Kind) -> Bool { token.kind == kind }

    func at(_ keyword: Keyword) -> Bool { token.keyword == keyword }

    func at(_ first: Keyword, _ second: Keyword) -> Bool { token.keyword == first && peek().keyword == second }

    mutating func take(_ kind: Token.Kind) -> Bool {
        guard token.kind == kind else { return false }
        steps &+= 1
        index += 1
        return true
    }

    mutating func take(_ keyword: Keyword) -> Bool {
        guard token.keyword == keyword else { return false }
        steps &+= 1
        index += 1
        return true
    }

    mutating func take(_ first: Keyword, _ second: Keyword) -> Bool {
        guard at(first, second) else { return false }
        index += 2
        return true
    }

    mutating func expect(_ kind: Token.Kind, _ expected: String) throws(SyntaxFailure) {
        guard take(kind) else { throw unexpected(expected) }
    }

    mutating func expect(_ keyword: Keyword) throws(SyntaxFailure) {
        guard take(keyword) else { throw unexpected(keyword.rawValue.uppercased()) }
    }

    // MARK: Names

    mutating func identifier(_ expected: String) throws(SyntaxFailure) -> Identifier {
        guard token.isName else {
            if token.keyword != nil {
                throw unexpected(
                    expected, hint: "'\(text(token))' is reserved; as a name it stands in backticks: `\(text(token))`.")
            }
            throw unexpected(expected)
        }
        return name(advance())
    }

    func name(_ token: Token) -> Identifier {
        Identifier(
            token.kind == .quotedName
                ? QuotedText.decode(lexer.bytes, in: token.range, quote: lexer.bytes[Int(token.lower)])
                : text(token), range: token.range)
    }

    func text(_ token: Token) -> String { lexer.text(token.range) }

    /// An alias; PostHog refuses a few words as such.
    mutating func alias(_ expected: String) throws(SyntaxFailure) -> Identifier {
        let token = token
        let identifier = try identifier(expected)
        if token.kind == .word, token.upper - token.lower <= 7,
            ["true", "false", "team_id"].contains(identifier.name.lowercased())
        {
            throw refused("'\(identifier.name)' cannot be an alias", at: token, hint: "Choose another name.")
        }
        return identifier
    }

    // MARK: Depth

    mutating func descend() throws(SyntaxFailure) {
        depth += 1
        steps &+= 1
        guard depth <= Self.maxDepth else {
            throw refused(
                "the query is nested more than \(Self.maxDepth) deep", at: token,
                hint: Self.tooDeepHint)
        }
    }

    /// Counts one level onto the tree.
    mutating func grow() throws(SyntaxFailure) {
        height += 1
        guard height <= Self.maxHeight else {
            throw refused(
                "the expression that ends here is more than \(Self.maxHeight) operators deep", at: token,
                hint: Self.tooHighHint)
        }
    }

    // MARK: Failures

    func fail(_ message: String, at token: Token, hint: String? = nil) -> SyntaxFailure {
        SyntaxFailure(offset: Int(token.lower), message: message, hint: hint)
    }

    /// Of what the grammar admits and PostHog refuses all the same.
    func refused(_ message: String, at token: Token, hint: String? = nil) -> SyntaxFailure {
        SyntaxFailure(offset: Int(token.lower), message: message, hint: hint, isFinal: true)
    }

    /// Of what is understood, and refused on purpose.
    func refuse(_ message: String, at token: Token, hint: String) -> SyntaxFailure {
        SyntaxFailure(offset: Int(token.lower), message: message, hint: hint, isUnsupported: true)
    }

    func describe(_ token: Token) -> String {
        if token.kind == .endOfText { return "the end of the query" }
        let text = text(token)
        return text.utf8.count <= 40 ? "'\(text)'" : "'\(text.prefix(37))…'"
    }

    func unexpected(_ expected: String, hint: String? = nil) -> SyntaxFailure {
        fail("expected \(expected), found \(describe(token))", at: token, hint: hint ?? remedy)
    }

    /// What the token at hand most likely means that HogQL writes otherwise.
    var remedy: String? {
        let word = token.kind == .word ? text(token).uppercased() : ""
        switch (token.kind, word) {
        case (.string, _) where index > 0 && lexer.tokens[index - 1].kind == .string:
            return "Strings are joined with || or concat(a, b); a quote inside one is written \\'."
        case (.question, _): return "Values are passed as {name}."
        case (.colon, _): return "Values are passed as {name}; a condition is written a ? b : c."
        case (.less, _), (.lessSlash, _): return "HogQLX tags are not read here."
        case (.word, "XOR"): return "Write xor(a, b)."
        case (.word, "DIV"): return "Write intDiv(a, b)."
        case (.word, "MOD"): return "Write a % b, or modulo(a, b)."
        case (.word, "REGEXP"), (.word, "RLIKE"): return "Write match(a, 'pattern') or a =~ 'pattern'."
        case (.word, "GLOBAL"): return "Write IN without GLOBAL."
        case (.word, "ESCAPE"): return "The escape in a LIKE pattern is always a backslash, written \\\\."
        case (.word, "ISNULL"): return "Write IS NULL."
        case (.word, "NOTNULL"): return "Write IS NOT NULL."
        case (.word, "INSERT"), (.word, "UPDATE"), (.word, "DELETE"), (.word, "CREATE"), (.word, "DROP"),
            (.word, "ALTER"), (.word, "TRUNCATE"):
            return "Only SELECT queries are read."
        default: break
        }
        if let clause = token.keyword, Keyword.clauses.contains(clause) {
            return "Clauses stand in the order SELECT, FROM, ARRAY JOIN, PREWHERE, WHERE, GROUP BY, HAVING, QUALIFY, "
                + "WINDOW, ORDER BY, LIMIT."
        }
        return nil
    }
}
