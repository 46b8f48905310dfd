internal import AirlockCore

extension Parser {
    /// After a function's name, at `(`.
    mutating func call(_ name: Identifier) throws(SyntaxFailure) -> QueryExpression {
        var call = FunctionCall(name: name, arguments: [])
        try arguments(of: &call)
        if at(.leftParenthesis), !call.distinct, call.orderBy.isEmpty,
            peek().kind == .leftParenthesis || !startsQuery(at: index + 1)
        {
            call.parameters = call.arguments
            try arguments(of: &call)
        }
        if call.parameters == nil, !call.distinct, call.orderBy.isEmpty, at(.within, .group) {
            index += 2
            try expect(.leftParenthesis, "'(' after WITHIN GROUP")
            guard take(.order, .by) else { throw unexpected("ORDER BY in WITHIN GROUP (…)") }
            call.withinGroup = try orderItems()
            try expect(.rightParenthesis, "')'")
            call.parameters = call.arguments
            call.arguments = []
            return QueryExpression(.call(call))
        }
        let filter = token
        if at(.filter), peek().kind == .leftParenthesis, peek(2).keyword == .where {
            index += 3
            call.filter = try enclosed()
            try expect(.rightParenthesis, "')' after FILTER (WHERE …")
        }
        guard at(.over) else { return QueryExpression(.call(call)) }
        return try window(call, filter: filter)
    }

    /// `( [DISTINCT] a, b [ORDER BY …] )`
    private mutating func arguments(of call: inout FunctionCall) throws(SyntaxFailure) {
        advance()
        if startsQuery(at: index) {
            let start = Int(token.lower)
            let query = try enclosedStatement()
            call.arguments = [QueryExpression(.subquery(query), range: range(from: start))]
            return try expect(.rightParenthesis, "')' after the subquery")
        }
        if at(.distinct), !continuesName(peek().kind) || startsNumber(at: index + 1), token.partner < 0 {
            advance()
            call.distinct = true
        }
        call.arguments = []
        while !at(.rightParenthesis), !at(.order, .by) {
            call.arguments.append(try enclosed())
            guard take(.comma) else { break }
        }
        if take(.order, .by) { call.orderBy = try orderItems() }
        try expect(.rightParenthesis, "',' or ')' in the arguments of \(call.name.name)")
    }

    /// Whether what follows a word makes it a name: `distinct.a`, `distinct, b`.
    private func continuesName(_ next: Token.Kind) -> Bool {
        switch next {
        case .comma, .dot, .equal, .notEqual, .less, .greater, .plus, .slash, .percent, .concat, .doubleColon, .arrow:
            true
        default: false
        }
    }

    private mutating func window(_ call: FunctionCall, filter: Token) throws(SyntaxFailure) -> QueryExpression {
        if call.filter != nil {
            throw refuse(
                "PostHog drops FILTER on a window function without a word", at: filter,
                hint: "Write \(call.name.name)If(…, condition) OVER …")
        }
        if call.distinct {
            throw refuse(
                "PostHog does not keep DISTINCT in a window function", at: token,
                hint: "Use uniqExact(…) OVER …, or a subquery.")
        }
        if !call.orderBy.isEmpty {
            throw fail(
                "ORDER BY inside the arguments of a window function", at: token, hint: "Write it in OVER (ORDER BY …).")
        }
        advance()
        let over: WindowCall.Over
        if take(.leftParenthesis) {
            over = .inline(try windowDefinition())
            try expect(.rightParenthesis, "')' after the window")
        } else {
            over = .named(try identifier("a window's name or '(' after OVER"))
        }
        return QueryExpression(
            .window(
                WindowCall(name: call.name, parameters: call.parameters, arguments: call.arguments, over: over)))
    }

    /// The arguments of a call of a value.
    mutating func argumentList() throws(SyntaxFailure) -> [QueryExpression] {
        var call = FunctionCall(name: Identifier("the call"), arguments: [])
        let opening = token
        try arguments(of: &call)
        if call.distinct || !call.orderBy.isEmpty {
            throw fail("DISTINCT and ORDER BY stand in a function's arguments only", at: opening)
        }
        return call.arguments
    }

    // MARK: Words with a syntax of their own

    /// CAST, TRIM, SUBSTRING and COLUMNS, where what is in the parentheses is not a plain list of arguments.
    mutating func specialCall() throws(SyntaxFailure) -> QueryExpression? {
        switch token.keyword {
        case .cast, .tryCast: return try cast()
        case .trim: return try trim()
        case .columns: return try columns()
        default:
            guard let from = topLevel(.from, inParenthesesAt: index + 1) else { return nil }
            throw refuse(
                "HogQL does not have SUBSTRING(a FROM b)", at: lexer.tokens[from],
                hint: "Write substring(a, start, length).")
        }
    }

    private mutating func cast() throws(SyntaxFailure) -> QueryExpression? {
        guard topLevel(.as, inParenthesesAt: index + 1) != nil else { return nil }
        let optional = advance().keyword == .tryCast
        advance()
        let blocked = aliasesAreBlocked
        aliasesAreBlocked = true
        let value = try expression(.ternary)
        aliasesAreBlocked = blocked
        try expect(.as)
        let type = try typeName()
        try expect(.rightParenthesis, "')' after the type")
        return QueryExpression(.cast(value, type, optional: optional))
    }

    /// `TRIM(BOTH 'x' FROM y)`: `trim(y, 'x')`.
    private mutating func trim() throws(SyntaxFailure) -> QueryExpression? {
        guard [.both, .leading, .trailing].contains(peek(2).keyword), peek(3).kind == .string else { return nil }
        let function: String =
            switch peek(2).keyword {
            case .leading: "trimLeft"
            case .trailing: "trimRight"
            default: "trim"
            }
        let name = Identifier(function, range: token.range)
        index += 3
        let characters = try operand()
        try expect(.from)
        let value = try enclosed()
        try expect(.rightParenthesis, "')'")
        return QueryExpression(.call(FunctionCall(name: name, arguments: [value, characters])))
    }

    private mutating func columns() throws(SyntaxFailure) -> QueryExpression {
        index += 2
        if at(.string), peek().kind == .rightParenthesis {
            let pattern = QuotedText.decode(lexer.bytes, in: advance().range, quote: 0x27)
            advance()
            return QueryExpression(.columns(ColumnSelection(.matching(pattern))))
        }
        let listed = try list(upTo: .rightParenthesis)
        guard !listed.isEmpty else { throw unexpected("a pattern or columns in COLUMNS(…)") }
        try expect(.rightParenthesis, "',' or ')'")
        return QueryExpression(.columns(ColumnSelection(.listed(listed))))
    }

    /// The place of `keyword` directly inside the parentheses that open at `place`.
    func topLevel(_ keyword: Keyword, inParenthesesAt place: Int) -> Int? {
        guard place < lexer.tokens.count, lexer.tokens[place].partner > Int32(place) else { return nil }
        let end = Int(lexer.tokens[place].partner)
        var at = place + 1
        while at < end {
            let token = lexer.tokens[at]
            switch token.kind {
            case .leftParenthesis, .leftBracket, .leftBrace:
                guard token.partner > Int32(at) else { return nil }
                at = Int(token.partner)
            default:
                let previous = lexer.tokens[at - 1]
                let isName = (previous.kind == .dot && previous.upper == token.lower) || at == place + 1
                if token.keyword == keyword, !isName { return at }
            }
            at += 1
        }
        return nil
    }

    // MARK: CASE and INTERVAL

    /// - Returns: `nil` when `case` is a name here.
    mutating func caseExpression() throws(SyntaxFailure) -> QueryExpression? {
        let start = index
        guard token.partner < 0, peek().keyword == .when || startsExpression(after: index) else { return nil }
        if peek().kind == .leftParenthesis, peek().partner > 0 {
            switch peek(Int(peek().partner) + 1 - index).kind {
            case .comma, .rightParenthesis, .endOfText, .semicolon: return nil
            default: break
            }
        }
        doubtful.append(index)
        advance()
        var operand: QueryExpression?
        if !at(.when) { operand = try enclosed() }
        var branches: [CaseExpression.Branch] = []
        while take(.when) {
            let condition = try enclosed()
            guard take(.then) else { throw unexpected("THEN and the value of this branch of CASE") }
            branches.append(.init(when: condition, then: try enclosed()))
        }
        guard !branches.isEmpty else { throw unexpected("WHEN after CASE") }
        let otherwise = take(.else) ? try enclosed() : nil
        guard take(.end) else {
            throw unexpected("END of the CASE of line \(line(of: start))", hint: "CASE WHEN … THEN … ELSE … END")
        }
        return QueryExpression(
            .caseWhen(CaseExpression(operand: operand, branches: branches, otherwise: otherwise)))
    }

    private func line(of place: Int) -> Int {
        1 + lexer.bytes[..<Int(lexer.tokens[place].lower)].count { $0 == 0x0A }
    }

    /// - Returns: `nil` when `interval` is a name here.
    mutating func interval() throws(SyntaxFailure) -> QueryExpression? {
        let start = (index: index, depth: depth, height: height, isBlocked: aliasesAreBlocked)
        if peek().kind == .string, peek(2).keyword?.intervalUnit == nil, isCountAndUnit(peek()) {
            advance()
            return try intervalText()
        }
        if let unit = peek(2).keyword?.intervalUnit, peek().isName, peek().keyword != nil {
            // `INTERVAL limit DAY`: between the two, any word is a name.
            index += 1
            let name = name(advance())
            advance()
            return QueryExpression(.interval(QueryExpression(.field([name]), range: name.range), unit))
        }
        guard !intervalNames.contains(index), token.partner < 0, startsExpression(after: index) else { return nil }
        advance()
        do throws(SyntaxFailure) {
            let amount = try expression(.ternary)
            if let unit = token.keyword?.intervalUnit {
                advance()
                return QueryExpression(.interval(amount, unit))
            }
        } catch {
            if error.isFinal { throw error }
        }
        let failedAt = token
        (index, depth, height, aliasesAreBlocked) = start
        intervalNames.insert(index)
        if peek().kind == .string {
            advance()
            return try intervalText()
        }
        // A number or a name cannot follow a name, so the unit is what is wrong.
        switch peek().kind {
        case .integer, .word, .quotedName:
            if peek(2).kind == .word || peek(2).kind == .endOfText || peek(2).kind == .rightParenthesis {
                throw fail(
                    "expected a unit of time, found \(describe(failedAt))", at: failedAt,
                    hint: "Units are second, minute, hour, day, week, month, quarter and year, in the singular.")
            }
        default: break
        }
        return nil
    }

    /// Whether the string holds a count and a unit, so that it is the whole interval: `INTERVAL '7 day' + a`.
    private func isCountAndUnit(_ token: Token) -> Bool {
        let text = lexer.bytes[(Int(token.lower) + 1)..<(Int(token.upper) - 1)]
        guard let space = text.firstIndex(of: 0x20), space > text.startIndex else { return false }
        var unit = text[(space + 1)...]
        if unit.last == 0x73 { unit.removeLast() }
        return text[..<space].allSatisfy(isDigit) && Keyword(unit)?.intervalUnit != nil
    }

    /// `'7 day'`: one count and one unit.
    private mutating func intervalText() throws(SyntaxFailure) -> QueryExpression {
        let token = advance()
        let written = QuotedText.decode(lexer.bytes, in: token.range, quote: 0x27)
        let parts = written.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        let hint = "Write one count and one unit: INTERVAL '7 day'."
        guard parts.count == 2 else { throw fail("expected '<count> <unit>'", at: token, hint: hint) }
        guard !parts[0].isEmpty, parts[0].utf8.allSatisfy(isDigit),
            let count = JSONNumber(
                text: String(parts[0].drop { $0 == "0" }.isEmpty ? "0" : parts[0].drop { $0 == "0" }))
        else { throw fail("'\(parts[0])' is not a count of time units", at: token, hint: hint) }
        let word = parts[1].hasSuffix("s") ? parts[1].dropLast() : parts[1]
        guard let unit = IntervalUnit(rawValue: String(word)) else {
            throw fail("'\(parts[1])' is not a unit of time", at: token, hint: hint)
        }
        return QueryExpression(
            .interval(QueryExpression(.constant(.number(count)), range: token.range), unit))
    }
}
