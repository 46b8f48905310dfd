internal import AirlockCore

extension Parser {
    /// A literal, name, call or bracketed expression with the accesses behind it.
    mutating func operand() throws(SyntaxFailure) -> QueryExpression {
        let start = Int(token.lower)
        var expression = try primary()
        expression.range = range(from: start)
        // A lambda takes in all that follows; `(a).b` is an access and not the path a.b.
        if case .lambda = expression.kind, lexer.tokens[index - 1].kind != .rightParenthesis { return expression }
        var isPath = false
        if case .field = expression.kind, lexer.tokens[index - 1].kind != .rightParenthesis { isPath = true }
        while let next = try access(on: expression, isPath: &isPath) {
            expression = next
            expression.range = range(from: start)
            try grow()
        }
        return expression
    }

    // MARK: Accesses

    mutating func access(
        on base: QueryExpression, isPath: inout Bool
    ) throws(SyntaxFailure) -> QueryExpression? {
        switch token.kind {
        case .dot: return try dotAccess(on: base, isPath: &isPath)
        case .nullishDot:
            isPath = false
            advance()
            if at(.leftBracket) { return try bracketAccess(on: base, nullSafe: true) }
            if at(.integer) { return QueryExpression(.tupleAccess(base, try tupleIndex(), nullSafe: true)) }
            return QueryExpression(.member(base, try identifier("a name, a number or '[' after '?.'"), nullSafe: true))
        case .leftBracket:
            isPath = false
            return try bracketAccess(on: base, nullSafe: false)
        case .leftParenthesis:
            isPath = false
            if case .columns = base.kind, startsQuery(at: index + 1) {
                throw refuse(
                    "PostHog reads * and a subquery as the call of a function '*'", at: token,
                    hint: "Put a comma or an operator between them.")
            }
            let arguments = try argumentList()
            return QueryExpression(.callValue(base, arguments))
        case .doubleColon:
            isPath = false
            advance()
            return QueryExpression(.cast(base, try castType(), optional: false))
        default: return nil
        }
    }

    private mutating func dotAccess(
        on base: QueryExpression, isPath: inout Bool
    ) throws(SyntaxFailure) -> QueryExpression? {
        if peek().kind == .asterisk, isPath, case .field(let names) = base.kind {
            index += 2
            isPath = false
            return QueryExpression(.columns(ColumnSelection(.all(of: names), excluding: try exclusions())))
        }
        advance()
        if at(.integer) {
            isPath = false
            return QueryExpression(.tupleAccess(base, try tupleIndex(), nullSafe: false))
        }
        let name = try identifier("a name or a number after '.'")
        if isPath, case .field(let names) = base.kind { return QueryExpression(.field(names + [name])) }
        return QueryExpression(.member(base, name, nullSafe: false))
    }

    private mutating func tupleIndex() throws(SyntaxFailure) -> Int {
        let token = advance()
        guard let value = Int(text(token)) else { throw fail("the index is too large", at: token) }
        return value
    }

    private mutating func bracketAccess(
        on base: QueryExpression, nullSafe: Bool
    ) throws(SyntaxFailure) -> QueryExpression {
        advance()
        var low: QueryExpression?
        if !at(.colon) {
            let key = try enclosed()
            if take(.rightBracket) { return QueryExpression(.arrayAccess(base, key, nullSafe: nullSafe)) }
            low = key
        }
        guard !nullSafe, take(.colon) else { throw unexpected("']'") }
        var high: QueryExpression?
        if !at(.rightBracket) { high = try enclosed() }
        try expect(.rightBracket, "']'")
        return QueryExpression(.slice(base, from: low, to: high))
    }

    // MARK: Operands

    private mutating func primary() throws(SyntaxFailure) -> QueryExpression {
        let token = token
        switch token.kind {
        case .integer, .float, .hexadecimal, .binary, .dot, .dash, .plus: return try number()
        case .string:
            advance()
            return QueryExpression(.constant(.string(QuotedText.decode(lexer.bytes, in: token.range, quote: 0x27))))
        case .templateStart: return try template()
        case .leftParenthesis: return try parenthesised()
        case .leftBracket: return QueryExpression(.array(try arrayElements()))
        case .leftBrace: return try braced()
        case .asterisk: return try asterisk()
        case .hash:
            advance()
            guard at(.integer), let position = Int(text(self.token)), position == 0 || !text(self.token).hasPrefix("0")
            else {
                throw unexpected("a column's position from 1, as #1")
            }
            guard position > 0 else { throw refuse("columns are counted from 1", at: token, hint: "Write #1.") }
            advance()
            return QueryExpression(.positional(position))
        case .quotedName: return try named()
        case .word: return try word()
        case .less:
            throw refuse("HogQLX tags are not read", at: token, hint: "Compare two values: a < b.")
        default: throw unexpected("an expression")
        }
    }

    private mutating func word() throws(SyntaxFailure) -> QueryExpression {
        switch token.keyword {
        case nil: return try named()
        case .null:
            advance()
            return QueryExpression(.constant(.null))
        case .inf, .infinity, .nan: return try number()
        case .case:
            if let found = try caseExpression() { return found }
        case .interval:
            if let found = try interval() { return found }
        case .date, .timestamp:
            if peek().kind == .string { throw typedLiteral() }
        case .cast, .tryCast, .trim, .substring, .columns:
            if peek().kind == .leftParenthesis, let found = try specialCall() { return found }
        case .lambda:
            if peek().isName, token.partner < 0, [.colon, .comma].contains(peek(2).kind) { return try colonLambda() }
        case .array where peek().kind == .leftBracket:
            advance()
            return QueryExpression(.array(try arrayElements()))
        case .select, .with:
            // `select.a`, `[select]`, `a, select FROM t` are columns of that name.
            if startsQuery(at: index), peek().kind == .asterisk || (peek().kind == .word && peek().keyword == nil) {
                throw fail(
                    "a subquery stands in parentheses", at: token, hint: "Write (SELECT …).")
            }
        default: break
        }
        return try named()
    }

    private var isCallOrPath: Bool {
        let next = peek().kind
        return next == .leftParenthesis || (next == .dot && (peek(2).isName || peek(2).kind == .asterisk))
            || token.partner >= 0
    }

    /// A path, a call or a lambda: what begins with a name.
    private mutating func named() throws(SyntaxFailure) -> QueryExpression {
        if let truth = truthValue {
            advance()
            return truth
        }
        if token.partner >= 0 { return try bareLambda() }
        let identifier = try identifier("an expression")
        if at(.leftParenthesis) { return try call(identifier) }
        if at(.colonEquals) {
            throw refuse("named arguments are not supported", at: token, hint: "Pass arguments by position.")
        }
        return QueryExpression(.field([identifier]))
    }

    /// `true` and `false`, where they stand alone and bare.
    private var truthValue: QueryExpression? {
        guard token.kind == .word, token.keyword == nil, !isCallOrPath, token.upper - token.lower <= 5 else {
            return nil
        }
        switch text(token).lowercased() {
        case "true": return QueryExpression(.constant(.bool(true)))
        case "false": return QueryExpression(.constant(.bool(false)))
        default: return nil
        }
    }

    private func typedLiteral() -> SyntaxFailure {
        let word = text(token).uppercased()
        return refuse(
            "HogQL does not have \(word) '…' literals", at: token,
            hint: word == "DATE" ? "Write toDate('…')." : "Write toDateTime('…').")
    }

    // MARK: Brackets

    private mutating func parenthesised() throws(SyntaxFailure) -> QueryExpression {
        let opening = token
        if opensLambda(at: index) { return try parenthesisedLambda() }
        if startsQuery(at: index + 1) {
            advance()
            let query = try enclosedStatement()
            try expect(.rightParenthesis, "')' after the subquery")
            return QueryExpression(.subquery(query))
        }
        advance()
        if at(.rightParenthesis) {
            throw fail("() holds nothing", at: opening, hint: "An empty list is written [].")
        }
        let first = try enclosed()
        if take(.rightParenthesis) { return first }
        var elements = [first]
        while take(.comma) {
            if at(.rightParenthesis) { break }
            elements.append(try enclosed())
        }
        try expect(.rightParenthesis, "',' or ')'")
        return QueryExpression(.tuple(elements))
    }

    private mutating func arrayElements() throws(SyntaxFailure) -> [QueryExpression] {
        advance()
        let elements = try list(upTo: .rightBracket)
        try expect(.rightBracket, "',' or ']'")
        return elements
    }

    /// Expressions up to a closing bracket, with a comma after the last one or not.
    mutating func list(upTo closing: Token.Kind) throws(SyntaxFailure) -> [QueryExpression] {
        var elements: [QueryExpression] = []
        while !at(closing) {
            elements.append(try enclosed())
            guard take(.comma) else { break }
        }
        return elements
    }

    /// `{name}` or `{key: value, …}`.
    private mutating func braced() throws(SyntaxFailure) -> QueryExpression {
        advance()
        if take(.rightBrace) { return QueryExpression(.dictionary([])) }
        let first = try enclosed()
        if take(.rightBrace) { return QueryExpression(.placeholder(first)) }
        guard at(.colon) else {
            throw unexpected("'}' or ':'", hint: "A placeholder holds one name: {name}; a dictionary {'key': value}.")
        }
        var entries: [DictionaryEntry] = []
        var key = first
        while true {
            try expect(.colon, "':' and the value")
            entries.append(DictionaryEntry(key: key, value: try enclosed()))
            guard take(.comma), !at(.rightBrace) else { break }
            key = try enclosed()
        }
        try expect(.rightBrace, "',' or '}'")
        return QueryExpression(.dictionary(entries))
    }

    /// `*`, `* EXCLUDE (…)`.
    private mutating func asterisk() throws(SyntaxFailure) -> QueryExpression {
        advance()
        if at(.columns), peek().kind == .leftParenthesis {
            throw refuse("* COLUMNS(…) is not supported", at: token, hint: "List the columns, or write COLUMNS(…).")
        }
        return QueryExpression(.columns(ColumnSelection(.all(of: []), excluding: try exclusions())))
    }

    private mutating func exclusions() throws(SyntaxFailure) -> [[Identifier]] {
        if at(.replace), peek().kind == .leftParenthesis {
            throw refuse(
                "* REPLACE (…) is not supported", at: token, hint: "Write the expression AS the column's name.")
        }
        guard at(.exclude), peek().kind == .leftParenthesis else { return [] }
        index += 2
        var paths: [[Identifier]] = []
        repeat {
            if at(.rightParenthesis), !paths.isEmpty { break }
            var path = [try identifier("a column to exclude")]
            while take(.dot) { path.append(try identifier("a name after '.'")) }
            paths.append(path)
        } while take(.comma)
        try expect(.rightParenthesis, "',' or ')'")
        return paths
    }

    private mutating func template() throws(SyntaxFailure) -> QueryExpression {
        advance()
        var parts: [TemplatePart] = []
        while true {
            switch token.kind {
            case .templateText:
                parts.append(.text(QuotedText.decodeTemplate(lexer.bytes, in: advance().range)))
            case .leftBrace:
                advance()
                parts.append(.expression(try enclosed()))
                try expect(.rightBrace, "'}' in the f-string")
            default:
                try expect(.templateEnd, "the end of the f-string")
                return QueryExpression(.template(parts))
            }
        }
    }

    // MARK: Lambdas

    /// `x -> …` and `x, y -> …`.
    private mutating func bareLambda() throws(SyntaxFailure) -> QueryExpression {
        let parameters = try parameters()
        return try lambdaBody(parameters)
    }

    /// Whether the parentheses that open at `place` stand before an arrow.
    func opensLambda(at place: Int) -> Bool {
        let behind = Int(lexer.tokens[place].partner) + 1
        return behind > place && lexer.tokens.indices.contains(behind) && lexer.tokens[behind].kind == .arrow
    }

    private mutating func parenthesisedLambda() throws(SyntaxFailure) -> QueryExpression {
        advance()
        let parameters = at(.rightParenthesis) ? [] : try parameters()
        try expect(.rightParenthesis, "',' or ')' after the lambda's parameter")
        return try lambdaBody(parameters)
    }

    private mutating func parameters() throws(SyntaxFailure) -> [Identifier] {
        var parameters = [try identifier("a parameter's name")]
        while take(.comma), token.isName { parameters.append(try identifier("a parameter's name")) }
        return parameters
    }

    private mutating func lambdaBody(_ parameters: [Identifier]) throws(SyntaxFailure) -> QueryExpression {
        try expect(.arrow, "'->'")
        let body = try expression()
        try grow()
        return QueryExpression(.lambda(parameters, body))
    }

    /// `lambda x, y: …`
    private mutating func colonLambda() throws(SyntaxFailure) -> QueryExpression {
        advance()
        let parameters = try parameters()
        try expect(.colon, "':' after the lambda's parameters")
        let body = try expression()
        try grow()
        return QueryExpression(.lambda(parameters, body))
    }
}
