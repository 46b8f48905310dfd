extension Parser {
    /// `SELECT …` with its clauses.
    mutating func select() throws(SyntaxFailure) -> SelectQuery {
        let start = Int(token.lower)
        advance()
        var query = SelectQuery()
        query.distinct = try distinct()
        try refuseTop()
        query.columns = try columns()
        if at(.from) { query.from = try fromClause() }
        query.arrayJoin = try arrayJoin(after: query.from)
        if take(.prewhere) { query.prewhere = try expression() }
        if take(.where) { query.filter = try expression() }
        try refuseLateSample()
        if take(.group, .by) { query.groupBy = try groupBy() }
        if take(.having) { query.having = try expression() }
        if take(.qualify) { query.qualify = try expression() }
        try refuseLateSample()
        if at(.window), peek().isName, peek(2).keyword == .as { query.windows = try windows() }
        if take(.order, .by) { query.orderBy = try orderItems() }
        try limits(of: &query)
        if at(.settings), peek().isName {
            throw refuse("SETTINGS cannot be given in HogQL", at: token, hint: "Take the clause out.")
        }
        query.range = range(from: start)
        return query
    }

    private mutating func distinct() throws(SyntaxFailure) -> Bool {
        guard at(.distinct) else { return false }
        let next = peek()
        if next.keyword == .on, peek(2).kind == .leftParenthesis {
            throw refuse(
                "PostHog reads DISTINCT ON (…) as a call of a function 'on'", at: token,
                hint: "Write LIMIT 1 BY …, or argMax(value, order) with GROUP BY.")
        }
        switch next.kind {
        case .dot, .plus: guard startsNumber(at: index + (next.kind == .dot ? 1 : 2)) else { return false }
        case .asterisk: guard !beginsLiteral(at: index + 2) else { return false }
        case .word, .quotedName, .string, .templateStart, .integer, .float, .hexadecimal, .binary, .leftParenthesis,
            .leftBracket, .leftBrace, .hash, .dash:
            break
        default: return false
        }
        advance()
        return true
    }

    /// Whether what stands at `place` can only be the right side of an operator.
    func beginsLiteral(at place: Int) -> Bool {
        guard lexer.tokens.indices.contains(place) else { return false }
        let token = lexer.tokens[place]
        switch token.kind {
        case .string, .templateStart, .integer, .float, .hexadecimal, .binary, .leftBrace: return true
        default: return startsNumber(at: place)
        }
    }

    private func refuseTop() throws(SyntaxFailure) {
        if at(.top), peek().kind == .integer {
            throw refuse("TOP is not part of HogQL", at: token, hint: "Write LIMIT n at the end of the query.")
        }
    }

    private func refuseLateSample() throws(SyntaxFailure) {
        let using = at(.using, .sample)
        guard using || (at(.sample) && startsNumber(at: index + 1)) else { return }
        throw refuse(
            "HogQL does not take SAMPLE behind WHERE", at: token,
            hint: "Write it behind the table: FROM events SAMPLE 0.1")
    }

    // MARK: The select list

    private mutating func columns() throws(SyntaxFailure) -> [QueryExpression] {
        if at(.from), peek().kind == .quotedName || (peek().kind == .word && peek().keyword == nil) {
            throw refused("the select list is empty", at: token, hint: "Name the columns before FROM, or write *.")
        }
        var columns: [QueryExpression] = []
        repeat {
            if !columns.isEmpty, endsList {
                doubtful.append(index)
                break
            }
            columns.append(try column())
        } while take(.comma)
        return columns
    }

    /// After a comma: whether the list is over.
    var endsList: Bool {
        switch token.kind {
        case .endOfText, .rightParenthesis, .semicolon: return true
        case .word:
            // `a, from = b`, `a, from`: a column of that name. Where either reading will do, PostHog ends the list.
            let next = peek()
            switch token.keyword {
            case .group, .order: return next.keyword == .by
            case .array: return next.keyword == .join
            case .left, .inner: return next.keyword == .array && peek(2).keyword == .join
            case .window: return next.isName && peek(2).keyword == .as
            case .except, .intersect: return [.select, .with].contains(next.keyword) || next.kind == .leftParenthesis
            case .from, .union, .prewhere, .where, .having, .qualify, .limit, .offset:
                switch next.kind {
                case .word, .quotedName, .string, .leftBrace, .leftBracket, .templateStart, .leftParenthesis, .hash:
                    return true
                case .dash: return [.where, .prewhere, .having, .qualify].contains(token.keyword)
                default: return startsNumber(at: index + 1)
                }
            default: return false
            }
        default: return false
        }
    }

    private mutating func column() throws(SyntaxFailure) -> QueryExpression {
        let start = Int(token.lower)
        if token.isName, peek().kind == .colon {
            // `name: value`
            let name = try alias("an alias")
            advance()
            let value = try expression()
            return QueryExpression(.alias(value, name), range: range(from: start))
        }
        if token.partner >= 0, token.isName, peek().kind == .comma, peek(2).isName {
            throw refuse(
                "PostHog reads names before an arrow now as parameters, now as columns", at: token,
                hint: "Put the parameters in parentheses: (x, y) -> …")
        }
        let value = try expression()
        guard token.kind == .quotedName || (token.kind == .word && token.writtenKeyword?.isImplicitColumnAlias ?? true)
        else { return value }
        if case .alias = value.kind, lexer.tokens[index - 1].kind != .rightParenthesis {
            throw refuse("a column with two aliases", at: token, hint: "Keep one, or put a comma between two columns.")
        }
        if case .field(let names) = value.kind, names.count == 1, lexer.tokens[index - 1].kind == .word,
            names[0].name.lowercased() == "from"
        {
            throw refused(
                "the select list is empty", at: lexer.tokens[index - 1],
                hint: "Name the columns before FROM, or write *.")
        }
        try refuseSurprisingAlias()
        return QueryExpression(.alias(value, try alias("an alias")), range: range(from: start))
    }

    /// Aliases that were meant to be something else.
    private func refuseSurprisingAlias() throws(SyntaxFailure) {
        guard token.kind == .word else { return }
        let previous = lexer.tokens[index - 1]
        if previous.upper == token.lower,
            [.integer, .float, .hexadecimal, .binary].contains(previous.kind)
        {
            let number = text(previous) + text(token)
            throw refuse(
                "PostHog reads '\(number)' as \(text(previous)) AS \(text(token))", at: token,
                hint: "Numbers have no separators or suffixes; write AS for an alias.")
        }
        let word = text(token).lowercased()
        guard ["isnull", "notnull", "xor", "div", "mod", "regexp", "rlike", "global", "escape"].contains(word) else {
            return
        }
        throw refuse(
            "PostHog reads '\(text(token))' as an alias here", at: token, hint: remedy ?? "Write AS for an alias.")
    }

    // MARK: Clauses

    private mutating func arrayJoin(after from: FromClause?) throws(SyntaxFailure) -> ArrayJoinClause? {
        let start = token
        let kind: ArrayJoinClause.Kind
        switch (token.keyword, peek().keyword, peek(2).keyword) {
        case (.array, .join, _): (kind, index) = (.plain, index + 2)
        case (.left, .array, .join): (kind, index) = (.left, index + 3)
        case (.inner, .array, .join): (kind, index) = (.inner, index + 3)
        default: return nil
        }
        guard from != nil else { throw fail("ARRAY JOIN without FROM", at: start, hint: "Write arrayJoin(…) instead.") }
        let arrays = try expressions()
        for array in arrays {
            guard case .alias = array.kind else {
                throw SyntaxFailure(
                    offset: array.range.lower, message: "the array of an ARRAY JOIN needs an alias",
                    hint: "Write ARRAY JOIN array AS name.")
            }
        }
        return ArrayJoinClause(kind: kind, arrays: arrays)
    }

    /// A list of expressions outside brackets; a comma may stand at its end.
    mutating func expressions() throws(SyntaxFailure) -> [QueryExpression] {
        var found = [try expression()]
        while take(.comma) {
            if endsList || at(.rightParenthesis) || at(.comma)
                || token.keyword.map({ Keyword.clauses.contains($0) && $0 != .select && !peekContinues }) ?? false
            {
                break
            }
            found.append(try expression())
        }
        return found
    }

    /// Whether the word at hand is a column's name, by what follows it.
    private var peekContinues: Bool {
        switch peek().kind {
        case .comma, .endOfText, .rightParenthesis, .dot, .equal, .semicolon: true
        default: false
        }
    }

    private mutating func groupBy() throws(SyntaxFailure) -> GroupByClause {
        let clause: GroupByClause
        if at(.all), peek().kind != .comma, peek().kind != .leftParenthesis, peek().kind != .dot {
            advance()
            clause = .all
        } else if at(.rollup) || at(.cube), peek().kind == .leftParenthesis {
            let isRollup = advance().keyword == .rollup
            advance()
            let keys = try list(upTo: .rightParenthesis)
            try expect(.rightParenthesis, "',' or ')'")
            guard !keys.isEmpty else { throw fail("ROLLUP and CUBE need keys", at: lexer.tokens[index - 1]) }
            clause = isRollup ? .rollup(keys) : .cube(keys)
        } else if at(.grouping, .sets), peek(2).kind == .leftParenthesis {
            index += 3
            var sets: [[QueryExpression]] = []
            repeat {
                try expect(.leftParenthesis, "'(' and the keys of a grouping set")
                sets.append(try list(upTo: .rightParenthesis))
                try expect(.rightParenthesis, "',' or ')'")
            } while take(.comma)
            try expect(.rightParenthesis, "',' or ')'")
            clause = .groupingSets(sets)
        } else {
            clause = .keys(try expressions())
        }
        if at(.with), [.rollup, .cube, .totals].contains(peek().keyword) {
            let word = text(peek()).uppercased()
            throw refuse(
                "PostHog drops WITH \(word) without a word", at: token,
                hint: word == "TOTALS" ? "Write GROUP BY ROLLUP(…)." : "Write GROUP BY \(word)(…).")
        }
        return clause
    }

    private mutating func windows() throws(SyntaxFailure) -> [NamedWindow] {
        advance()
        var windows: [NamedWindow] = []
        repeat {
            let name = try identifier("a window's name")
            try expect(.as)
            try expect(.leftParenthesis, "'(' and the window")
            windows.append(NamedWindow(name: name, definition: try windowDefinition()))
            try expect(.rightParenthesis, "')' after the window")
        } while take(.comma)
        return windows
    }

    mutating func windowDefinition() throws(SyntaxFailure) -> WindowDefinition {
        let blocked = aliasesAreBlocked
        aliasesAreBlocked = false
        defer { aliasesAreBlocked = blocked }
        var window = WindowDefinition()
        if take(.partition, .by) { window.partitionBy = try expressions() }
        if take(.order, .by) { window.orderBy = try orderItems() }
        guard at(.rows) || at(.range) else { return window }
        let unit: WindowFrame.Unit = advance().keyword == .rows ? .rows : .range
        if take(.between) {
            let first = try frameBound()
            try expect(.and)
            window.frame = WindowFrame(unit: unit, start: first, end: try frameBound())
        } else {
            window.frame = WindowFrame(unit: unit, start: try frameBound())
        }
        return window
    }

    private mutating func frameBound() throws(SyntaxFailure) -> WindowFrame.Bound {
        if at(.current), peek().keyword == .row {
            index += 2
            return .currentRow
        }
        if take(.unbounded, .preceding) { return .unboundedPreceding }
        if take(.unbounded, .following) { return .unboundedFollowing }
        let amount = try expression(.between)
        if take(.preceding) { return .preceding(amount) }
        if take(.following) { return .following(amount) }
        throw unexpected("PRECEDING or FOLLOWING")
    }

    mutating func orderItems() throws(SyntaxFailure) -> [OrderItem] {
        var items: [OrderItem] = []
        repeat {
            var item = OrderItem(try expression())
            if at(.asc) || at(.ascending) {
                advance()
            } else if at(.desc) || at(.descending) {
                advance()
                item.descending = true
            }
            if at(.nulls), [.first, .last].contains(peek().keyword) {
                throw refuse(
                    "PostHog drops NULLS FIRST and NULLS LAST without a word; NULLs come last either way", at: token,
                    hint: "For NULLs first, order by isNull(x) DESC before x.")
            }
            if at(.collate), peek().kind == .string {
                throw refuse(
                    "PostHog drops COLLATE without a word", at: token, hint: "Order by lower(x), or leave it out.")
            }
            if at(.with), peek().keyword == .fill { item.fill = try fill() }
            items.append(item)
        } while take(.comma)
        if at(.interpolate), peek().kind == .leftParenthesis {
            throw refuse("INTERPOLATE is not supported", at: token, hint: "Fill the gaps in the script.")
        }
        return items
    }

    private mutating func fill() throws(SyntaxFailure) -> FillClause {
        index += 2
        var fill = FillClause()
        if take(.from) { fill.from = try expression(.or) }
        if take(.to) { fill.to = try expression(.or) }
        if take(.step) { fill.step = try expression(.or) }
        return fill
    }

    // MARK: LIMIT

    /// `LIMIT n [OFFSET m] BY …`, then `LIMIT n [OFFSET m]`.
    private mutating func limits(of query: inout SelectQuery) throws(SyntaxFailure) {
        guard let first = try parsedLimit() else { return }
        if at(.by), let count = first.count {
            guard !first.withTies, !first.isPercent else { throw unexpected("the end of LIMIT") }
            advance()
            // `LIMIT 5, 3 BY x` is offset 5, limit 3: the other way round than without BY.
            let swapped = first.isCommaForm
            query.limitBy = LimitByClause(
                count: swapped ? first.clause.offset ?? count : count, offset: swapped ? count : first.clause.offset,
                keys: try expressions())
            query.limit = try parsedLimit()?.clause
        } else {
            query.limit = first.clause
        }
        if let own = query.limit, own.count == nil, at(.limit), let further = try parsedLimit() {
            query.limit = LimitClause(
                count: further.clause.count, offset: own.offset, withTies: further.clause.withTies,
                isPercent: further.clause.isPercent)
        }
    }

    struct ParsedLimit {
        var clause: LimitClause
        /// `LIMIT 5, 10`
        var isCommaForm = false
        var count: QueryExpression? { clause.count }
        var withTies: Bool { clause.withTies }
        var isPercent: Bool { clause.isPercent }
    }

    /// `LIMIT n [, m | OFFSET m] [WITH TIES]` or `OFFSET m`. `LIMIT 5, 10` is limit 5, offset 10 in HogQL.
    private mutating func parsedLimit() throws(SyntaxFailure) -> ParsedLimit? {
        if take(.offset) { return ParsedLimit(clause: LimitClause(count: nil, offset: try expression())) }
        guard take(.limit) else { return nil }
        isInLimit = true
        let count = try expression()
        isInLimit = false
        var parsed = ParsedLimit(clause: LimitClause(count: count))
        parsed.clause.isPercent = take(.percent)
        if take(.comma) {
            parsed.clause.offset = try expression()
            parsed.isCommaForm = true
            parsed.clause.withTies = take(.with, .ties)
            lastLimitHadOffset = false
        } else {
            parsed.clause.withTies = take(.with, .ties)
            if take(.offset) { parsed.clause.offset = try expression() }
            lastLimitHadOffset = parsed.clause.offset != nil
            if at(.with, .ties) {
                throw fail("WITH TIES behind OFFSET", at: token, hint: "Write LIMIT n WITH TIES OFFSET m.")
            }
        }
        return parsed
    }

    /// A LIMIT behind a set or behind parentheses.
    mutating func limit() throws(SyntaxFailure) -> LimitClause? {
        try parsedLimit()?.clause
    }
}
