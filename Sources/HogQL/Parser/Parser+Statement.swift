extension Parser {
    /// The whole text as a query, with a semicolon behind it or not.
    mutating func wholeStatement() throws(SyntaxFailure) -> QueryStatement {
        if at(.endOfText) { throw fail("the query is empty", at: token, hint: "Write SELECT … FROM …") }
        let statement = try statement()
        _ = take(.semicolon)
        guard at(.endOfText) else {
            if at(.semicolon) || lexer.tokens[index - 1].kind == .semicolon {
                throw fail("only one query is read at a time", at: token)
            }
            throw unexpected("the end of the query")
        }
        return statement
    }

    mutating func wholeExpression() throws(SyntaxFailure) -> QueryExpression {
        if at(.endOfText) { throw fail("the expression is empty", at: token) }
        let expression = try expression()
        guard at(.endOfText) else { throw unexpected("the end of the expression") }
        return expression
    }

    /// A query between brackets.
    mutating func enclosedStatement() throws(SyntaxFailure) -> QueryStatement {
        let blocked = aliasesAreBlocked
        aliasesAreBlocked = false
        defer { aliasesAreBlocked = blocked }
        return try statement()
    }

    /// One SELECT, or several joined by UNION and its kin, with a LIMIT of the whole.
    mutating func statement() throws(SyntaxFailure) -> QueryStatement {
        try descend()
        let outer = height
        height = 0
        defer { depth -= 1 }
        let start = Int(token.lower)
        var statement = try setOperand()
        var steps: [SetQuery.Step] = []
        while let setOperator = try setOperator() {
            let opening = token
            lastLimitHadOffset = false
            steps.append(.init(setOperator, try setOperand()))
            if opening.kind != .leftParenthesis, lastLimitHadOffset, !atSetOperator,
                case .select(let query)? = steps.last?.query, query.limit?.count != nil, query.limit?.offset != nil
            {
                throw refuse(
                    "PostHog gives this LIMIT to the last query and its OFFSET to the whole set", at: opening,
                    hint: "Put the last query in parentheses, or write SELECT * FROM (…) LIMIT n OFFSET m.")
            }
        }
        if !steps.isEmpty {
            statement = .set(SetQuery(first: statement, rest: steps, range: range(from: start)))
        }
        if at(.order, .by) {
            throw refuse(
                "PostHog drops an ORDER BY that stands after LIMIT or behind a set of queries", at: token,
                hint: "Put it before LIMIT; for a set, write SELECT * FROM (…) ORDER BY ….")
        }
        if let clause = try limit() { statement = try limited(statement, by: clause, from: start) }
        height = max(outer, height + 1)
        return statement
    }

    /// A query, or a set in parentheses, or a placeholder for one.
    private mutating func setOperand() throws(SyntaxFailure) -> QueryStatement {
        let start = Int(token.lower)
        if at(.with) {
            let (expressions, isRecursive) = try commonTables()
            if at(.leftParenthesis) {
                advance()
                let inner = try enclosedStatement()
                try expect(.rightParenthesis, "')' after the query")
                return try attach(expressions, isRecursive, to: inner)
            }
            guard at(.select) else { throw unexpected("SELECT after WITH") }
            var query = try select()
            query.ctes = expressions
            query.isRecursive = isRecursive
            query.range = range(from: start)
            return .select(query)
        }
        if at(.select) { return .select(try select()) }
        if at(.leftParenthesis) {
            advance()
            let inner = try enclosedStatement()
            try expect(.rightParenthesis, "')' after the query")
            return inner
        }
        if at(.leftBrace) {
            advance()
            let expression = try enclosed()
            try expect(.rightBrace, "'}' after the placeholder")
            return .placeholder(QueryExpression(.placeholder(expression), range: range(from: start)))
        }
        if at(.less) { throw refuse("HogQLX tags are not read", at: token, hint: "Only SELECT queries are read.") }
        throw unexpected("SELECT", hint: remedy ?? "Only SELECT queries are read.")
    }

    /// PostHog hangs the WITH of a parenthesised set on its first query.
    private func attach(
        _ expressions: [CommonTableExpression], _ isRecursive: Bool, to statement: QueryStatement
    ) throws(SyntaxFailure) -> QueryStatement {
        switch statement {
        case .select(var query):
            query.ctes = expressions + query.ctes
            query.isRecursive = query.isRecursive || isRecursive
            return .select(query)
        case .set(var set):
            set.ctes = expressions + set.ctes
            set.isRecursive = set.isRecursive || isRecursive
            return .set(set)
        case .placeholder:
            throw fail("WITH before a placeholder", at: token, hint: "Write the query out.")
        }
    }

    private var atSetOperator: Bool { [.union, .intersect, .except].contains(token.keyword) }

    private mutating func setOperator() throws(SyntaxFailure) -> SetOperator? {
        let found: SetOperator
        switch token.keyword {
        case .union:
            advance()
            found = take(.all) ? .unionAll : .unionDistinct
            if found == .unionDistinct { _ = take(.distinct) }
        case .intersect:
            advance()
            found = take(.all) ? .intersectAll : take(.distinct) ? .intersectDistinct : .intersect
        case .except:
            advance()
            found = take(.all) ? .exceptAll : .except
        default: return nil
        }
        if at(.by, .name) {
            throw refuse(
                "\(found.rawValue) BY NAME is not supported", at: token, hint: "List the columns in the same order.")
        }
        return found
    }

    /// A LIMIT behind parentheses; PostHog lets it replace the one within.
    private func limited(
        _ statement: QueryStatement, by clause: LimitClause, from start: Int
    ) throws(SyntaxFailure) -> QueryStatement {
        func merge(_ own: LimitClause?) throws(SyntaxFailure) -> LimitClause {
            guard var merged = own else { return clause }
            let clashes =
                (merged.count != nil && clause.count != nil) || (merged.offset != nil && clause.offset != nil)
                || merged.withTies || clause.withTies
            guard !clashes else {
                throw refuse(
                    "a second LIMIT would replace the first in PostHog", at: lexer.tokens[index - 1],
                    hint: "Keep one, or write SELECT * FROM (… LIMIT n) LIMIT m.")
            }
            merged.count = merged.count ?? clause.count
            merged.offset = merged.offset ?? clause.offset
            merged.isPercent = merged.isPercent || clause.isPercent
            return merged
        }
        switch statement {
        case .select(var query):
            query.limit = try merge(query.limit)
            query.range = range(from: start)
            return .select(query)
        case .set(var set):
            set.limit = try merge(set.limit)
            set.range = range(from: start)
            return .set(set)
        case .placeholder:
            throw fail(
                "LIMIT behind a placeholder", at: lexer.tokens[index - 1], hint: "Write SELECT * FROM {name} LIMIT n.")
        }
    }

    // MARK: WITH

    private mutating func commonTables() throws(SyntaxFailure) -> ([CommonTableExpression], Bool) {
        advance()
        let isRecursive = at(.recursive) && peek().isName && peek().keyword != .as ? take(.recursive) : false
        var expressions: [CommonTableExpression] = []
        repeat {
            // A comma may stand before SELECT.
            if at(.select), !expressions.isEmpty, startsQuery(at: index) { break }
            expressions.append(try commonTable())
        } while take(.comma)
        return (expressions, isRecursive)
    }

    private mutating func commonTable() throws(SyntaxFailure) -> CommonTableExpression {
        if token.isName, let place = queryPlaceOfCommonTable {
            let name = try identifier("a name")
            let columnNames = at(.leftParenthesis) ? try nameList() : []
            try expect(.as)
            var materialized: Bool?
            if at(.not), peek().keyword == .materialized { (index, materialized) = (index + 2, false) }
            if take(.materialized) { materialized = true }
            guard index == place else { throw unexpected("'(' and a query") }
            advance()
            let query = try enclosedStatement()
            try expect(.rightParenthesis, "')' after the query of \(name.name)")
            return CommonTableExpression(
                name: name, columnNames: columnNames, materialized: materialized, body: .query(query))
        }
        let blocked = aliasesAreBlocked
        aliasesAreBlocked = true
        let value = try expression(.ternary)
        aliasesAreBlocked = blocked
        guard take(.as) else {
            throw unexpected("AS and a name", hint: "WITH name AS (SELECT …), or WITH value AS name.")
        }
        return CommonTableExpression(name: try identifier("a name after AS"), body: .expression(value))
    }

    /// Where the parenthesis opens in `name [(columns)] AS [[NOT] MATERIALIZED] (`.
    private var queryPlaceOfCommonTable: Int? {
        var place = index + 1
        let tokens = lexer.tokens
        if tokens[place].kind == .leftParenthesis {
            guard tokens[place].partner > 0 else { return nil }
            place = Int(tokens[place].partner) + 1
        }
        guard place + 1 < tokens.count, tokens[place].keyword == .as else { return nil }
        place += 1
        if tokens[place].keyword == .not { place += 1 }
        if tokens[place].keyword == .materialized { place += 1 }
        return place < tokens.count && tokens[place].kind == .leftParenthesis ? place : nil
    }

    /// `(a, b)`
    mutating func nameList() throws(SyntaxFailure) -> [Identifier] {
        try expect(.leftParenthesis, "'('")
        var names: [Identifier] = []
        repeat { names.append(try identifier("a column's name")) } while take(.comma)
        try expect(.rightParenthesis, "',' or ')'")
        return names
    }

    // MARK: Looking ahead

    /// Whether a query begins at `place`, rather than a column called `select`.
    func startsQuery(at place: Int) -> Bool {
        var place = place
        while place < lexer.tokens.count {
            let token = lexer.tokens[place]
            guard place + 1 < lexer.tokens.count else { return false }
            let next = lexer.tokens[place + 1]
            switch (token.kind, token.keyword) {
            case (.leftParenthesis, _):
                guard token.partner > 0, Int(token.partner) + 1 < lexer.tokens.count else { return false }
                let behind = lexer.tokens[Int(token.partner) + 1]
                guard
                    behind.kind == .rightParenthesis || behind.kind == .endOfText
                        || [.union, .intersect, .except, .limit, .order, .offset].contains(behind.keyword)
                else { return false }
                place += 1
            case (.word, .select), (.word, .with):
                return beginsList(next, after: place) && (token.keyword == .select || next.keyword != .from)
            default: return false
            }
        }
        return false
    }

    private func beginsList(_ token: Token, after place: Int) -> Bool {
        switch token.kind {
        case .asterisk, .dash, .leftParenthesis, .leftBracket, .leftBrace, .hash, .quotedName, .string, .integer,
            .float, .hexadecimal, .binary, .templateStart:
            return true
        case .dot: return startsNumber(at: place + 1)
        case .plus: return startsNumber(at: place + 2)
        case .word:
            switch token.keyword {
            case .as: return lexer.tokens[place].keyword == .select
            case .and, .or, .in, .is, .like, .ilike, .between, .then, .else, .end, .when:
                return isEvidentName(at: place + 1)
            default: return true
            }
        default: return false
        }
    }
}
