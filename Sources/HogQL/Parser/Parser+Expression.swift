/// How tightly operators bind, loosest first.
enum Binding: Int, Comparable {
    case alias, ternary, or, and, not, between, nullish, nullSafe, distinctFrom, isNull, comparison, additive
    case multiplicative
    /// Tighter than every binary operator.
    case unary

    static func < (left: Binding, right: Binding) -> Bool { left.rawValue < right.rawValue }

    /// The next tighter one: for the right side of what associates to the left.
    var tighter: Binding { Binding(rawValue: rawValue + 1) ?? .unary }
}

extension Parser {
    /// A whole expression with its aliases.
    mutating func expression() throws(SyntaxFailure) -> QueryExpression {
        try expression(aliasesAreBlocked ? .ternary : .alias)
    }

    /// What stands between brackets: AS means an alias again.
    mutating func enclosed() throws(SyntaxFailure) -> QueryExpression {
        let outer = (aliasesAreBlocked, isInLimit)
        (aliasesAreBlocked, isInLimit) = (false, false)
        defer { (aliasesAreBlocked, isInLimit) = outer }
        return try expression(.alias)
    }

    /// An expression of operators that bind at least as tightly as `minimum`.
    mutating func expression(_ minimum: Binding) throws(SyntaxFailure) -> QueryExpression {
        try descend()
        let outer = height
        height = 0
        let start = Int(token.lower)
        var left = try prefixed()
        while let next = try operation(on: left, from: start, minimum) {
            left = next
            // Behind an alias only another alias may follow.
            if case .alias = next.kind, !at(.as) {
                left.range = range(from: start)
                try grow()
                break
            }
            left.range = range(from: start)
            try grow()
        }
        depth -= 1
        height = max(outer, height)
        return left
    }

    /// `-x`, `NOT x`, or an operand with what is attached to it.
    private mutating func prefixed() throws(SyntaxFailure) -> QueryExpression {
        let start = Int(token.lower)
        // `NOT (a)` calls the function of that name; before a subquery or a lambda it cannot.
        if at(.not), startsExpression(after: index),
            peek().kind != .leftParenthesis || opensLambda(at: index + 1) || startsQuery(at: index + 2)
        {
            advance()
            let operand = try expression(.not)
            try grow()
            return QueryExpression(.not(operand), range: range(from: start))
        }
        if at(.dash), !startsNumber(at: index + 1) {
            advance()
            // Tighter than every binary operator: only another prefix or an operand.
            try descend()
            let operand = try prefixed()
            depth -= 1
            try grow()
            return QueryExpression(.negate(operand), range: range(from: start))
        }
        return try operand()
    }

    /// Applies the operator at hand to `left`, if there is one that binds tightly enough.
    private mutating func operation(
        on left: QueryExpression, from start: Int, _ minimum: Binding
    ) throws(SyntaxFailure) -> QueryExpression? {
        if token.kind == .word { return try wordOperation(on: left, minimum) }
        if let (arithmetic, binding) = token.kind.arithmetic {
            guard minimum <= binding, arithmetic != .modulo || !isInLimit || startsExpression(after: index) else {
                return nil
            }
            advance()
            return QueryExpression(.arithmetic(arithmetic, left, try expression(binding.tighter)))
        }
        if let comparison = token.kind.comparison {
            return try compare(left, comparison, tokens: 1, minimum)
        }
        switch token.kind {
        case .concat where minimum <= .additive: return try concatenation(left, from: start)
        case .nullSafeEqual where minimum <= .nullSafe:
            advance()
            return QueryExpression(.isDistinctFrom(left, try expression(.distinctFrom), negated: true))
        case .nullish where minimum <= .nullish:
            advance()
            return QueryExpression(.coalesce(left, try expression(.nullSafe)))
        case .dot, .nullishDot, .leftBracket, .leftParenthesis, .doubleColon:
            // `a IS NULL.b`, of all things, reaches into the comparison.
            guard case .isNull = left.kind else { return nil }
            var isPath = false
            var reached = left
            while let next = try access(on: reached, isPath: &isPath) {
                reached = next
                reached.range = range(from: start)
                try grow()
            }
            return reached
        case .question where minimum <= .ternary:
            advance()
            let then = try expression()
            try expect(.colon, "':' and the value otherwise")
            return QueryExpression(.ternary(left, then: then, else: try expression(.ternary)))
        default: return nil
        }
    }

    private mutating func wordOperation(
        on left: QueryExpression, _ minimum: Binding
    ) throws(SyntaxFailure) -> QueryExpression? {
        switch token.keyword {
        case .and where minimum <= .and: return try chain(left, .and, .and)
        case .or where minimum <= .or: return try chain(left, .or, .or)
        case .like: return try compare(left, .like, tokens: 1, minimum)
        case .ilike: return try compare(left, .ilike, tokens: 1, minimum)
        case .in:
            return peek().keyword == .cohort && startsExpression(after: index + 1)
                ? try compare(left, .inCohort, tokens: 2, minimum) : try compare(left, .isIn, tokens: 1, minimum)
        case .not: return try negatedOperation(on: left, minimum)
        case .is: return try isOperation(on: left, minimum)
        case .between where minimum <= .between:
            advance()
            return try between(left, negated: false)
        case .ignore where peek().keyword == .nulls:
            throw refuse(
                "PostHog drops IGNORE NULLS without a word", at: token,
                hint: "Aggregates skip NULLs anyway; filter them with an …If function.")
        case .as where minimum <= .alias:
            advance()
            if at(.string) {
                let token = advance()
                let name = QuotedText.decode(lexer.bytes, in: token.range, quote: 0x27)
                guard !name.isEmpty else { throw fail("an alias cannot be empty", at: token) }
                return QueryExpression(.alias(left, Identifier(name, range: token.range)))
            }
            return QueryExpression(.alias(left, try alias("an alias after AS")))
        default: return nil
        }
    }

    private mutating func negatedOperation(
        on left: QueryExpression, _ minimum: Binding
    ) throws(SyntaxFailure) -> QueryExpression? {
        switch peek().keyword {
        case .like: return try compare(left, .notLike, tokens: 2, minimum)
        case .ilike: return try compare(left, .notIlike, tokens: 2, minimum)
        case .in:
            return peek(2).keyword == .cohort && startsExpression(after: index + 2)
                ? try compare(left, .notInCohort, tokens: 3, minimum) : try compare(left, .notIn, tokens: 2, minimum)
        case .between where minimum <= .between:
            index += 2
            return try between(left, negated: true)
        default: return nil
        }
    }

    private mutating func isOperation(
        on left: QueryExpression, _ minimum: Binding
    ) throws(SyntaxFailure) -> QueryExpression? {
        let negated = peek().keyword == .not
        switch peek(negated ? 2 : 1).keyword {
        case .null where minimum <= .isNull:
            index += negated ? 3 : 2
            return QueryExpression(.isNull(left, negated: negated))
        case .distinct where minimum <= .distinctFrom:
            index += negated ? 3 : 2
            try expect(.from)
            return QueryExpression(.isDistinctFrom(left, try expression(.isNull), negated: negated))
        case .null, .distinct: return nil
        default:
            index += negated ? 2 : 1
            throw unexpected(
                "NULL or DISTINCT FROM after IS", hint: "A truth value is tested with = true, or as it stands.")
        }
    }

    private mutating func compare(
        _ left: QueryExpression, _ comparison: ComparisonOperator, tokens: Int, _ minimum: Binding
    ) throws(SyntaxFailure) -> QueryExpression? {
        guard minimum <= .comparison else { return nil }
        index += tokens
        return QueryExpression(.compare(comparison, left, try expression(.additive)))
    }

    private mutating func between(
        _ value: QueryExpression, negated: Bool
    ) throws(SyntaxFailure) -> QueryExpression {
        let low = try expression(.between)
        guard take(.and) else { throw unexpected("AND and the upper bound of BETWEEN") }
        let high = try expression(.nullish)
        return QueryExpression(.between(value, low: low, high: high, negated: negated))
    }

    /// `a AND b AND c` as one node.
    private mutating func chain(
        _ left: QueryExpression, _ keyword: Keyword, _ binding: Binding
    ) throws(SyntaxFailure) -> QueryExpression {
        var operands = [left]
        while take(keyword) { operands.append(try expression(binding.tighter)) }
        return QueryExpression(keyword == .and ? .and(operands) : .or(operands))
    }

    /// `a || b || c` as one node.
    private mutating func concatenation(
        _ left: QueryExpression, from start: Int
    ) throws(SyntaxFailure) -> QueryExpression {
        var operands = [left]
        while take(.concat) { operands.append(try expression(.multiplicative)) }
        return QueryExpression(.concat(operands))
    }

    // MARK: Looking ahead

    /// Whether an expression can begin after the token at `place`, rather than that token being a name itself.
    func startsExpression(after place: Int) -> Bool {
        guard place + 1 < lexer.tokens.count else { return false }
        let token = lexer.tokens[place + 1]
        switch token.kind {
        case .quotedName, .string, .templateStart, .integer, .float, .hexadecimal, .binary, .leftParenthesis,
            .leftBracket, .leftBrace, .hash, .asterisk, .dash, .plus, .dot:
            // `not * 2`, `not + a`, `not.a`: an operator on a name.
            if token.kind == .asterisk { return !beginsLiteral(at: place + 2) }
            if token.kind == .plus { return startsNumber(at: place + 2) }
            if token.kind == .dot { return isDigit(lexer.bytes[min(Int(token.upper), lexer.bytes.count - 1)]) }
            return true
        case .word:
            switch token.keyword {
            case nil: return true
            case .from, .as, .and, .or, .in, .like, .ilike, .is, .between, .then, .else, .end, .when, .where, .group,
                .having, .qualify, .window, .order, .limit, .offset, .with, .union, .prewhere, .ignore:
                return isEvidentName(at: place + 1)
            case .except, .intersect: return false
            default: return true
            }
        default: return false
        }
    }

    /// Whether the word at `place` can hardly be a keyword, by what follows: a bracket, a comma, the end.
    func isEvidentName(at place: Int) -> Bool {
        guard place + 1 < lexer.tokens.count else { return true }
        let next = lexer.tokens[place + 1]
        switch next.kind {
        case .leftParenthesis where lexer.tokens[place].keyword == .from && next.partner > 0:
            // Not in `from (SELECT 1) s`.
            let behind = lexer.tokens[Int(next.partner) + 1]
            return behind.kind != .quotedName && (behind.kind != .word || behind.keyword != nil)
        case .endOfText, .comma, .semicolon, .colon, .leftParenthesis, .rightParenthesis, .rightBracket, .rightBrace:
            return true
        case .word:
            switch next.keyword {
            case .from, .prewhere, .where, .group, .having, .qualify, .order, .limit, .offset, .union: return true
            default: return false
            }
        default: return false
        }
    }

    /// Whether an unsigned number stands at `place`.
    func startsNumber(at place: Int) -> Bool {
        guard place < lexer.tokens.count else { return false }
        switch lexer.tokens[place].kind {
        case .integer, .float, .hexadecimal, .binary: return true
        case .dot: return place + 1 < lexer.tokens.count && lexer.tokens[place + 1].kind == .integer
        case .word: return [.inf, .infinity, .nan].contains(lexer.tokens[place].keyword)
        default: return false
        }
    }
}

extension Token.Kind {
    var arithmetic: (ArithmeticOperator, Binding)? {
        switch self {
        case .asterisk: (.multiply, .multiplicative)
        case .slash: (.divide, .multiplicative)
        case .percent: (.modulo, .multiplicative)
        case .plus: (.add, .additive)
        case .dash: (.subtract, .additive)
        default: nil
        }
    }

    var comparison: ComparisonOperator? {
        switch self {
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessOrEqual: .lessOrEqual
        case .greater: .greater
        case .greaterOrEqual: .greaterOrEqual
        case .match: .matches
        case .notMatch: .notMatches
        case .matchIgnoringCase: .matchesIgnoringCase
        case .notMatchIgnoringCase: .notMatchesIgnoringCase
        default: nil
        }
    }
}
