internal import AirlockCore

extension Parser {
    mutating func fromClause() throws(SyntaxFailure) -> FromClause {
        advance()
        return try joined()
    }

    /// A name without its table's may belong to each table of a FROM: what is looked up grows with their number.
    private static let maxTables = 100

    /// A table and what is joined to it.
    private mutating func joined() throws(SyntaxFailure) -> FromClause {
        try descend()
        defer { depth -= 1 }
        var from = try joinOperand()
        while let join = try join() {
            from.joins += join
            guard from.joins.count < Self.maxTables else {
                throw refused(
                    "one FROM has more than \(Self.maxTables) tables", at: token, hint: "Join fewer, or nest queries.")
            }
        }
        return from
    }

    /// A table, or tables in parentheses, which PostHog flattens.
    private mutating func joinOperand() throws(SyntaxFailure) -> FromClause {
        if at(.leftParenthesis), !startsQuery(at: index + 1), peek().keyword != .values, peek().kind != .leftBrace {
            advance()
            let inner = try joined()
            try expect(.rightParenthesis, "',' or ')' after the tables")
            if isTableAlias || at(.as) {
                throw fail(
                    "an alias behind joined tables", at: token, hint: "Write the alias inside, behind its own table.")
            }
            return inner
        }
        return FromClause(first: try tableReference())
    }

    // MARK: Joins

    /// The next join; several, where parentheses hold more than one table.
    private mutating func join() throws(SyntaxFailure) -> [Join]? {
        let start = Int(token.lower)
        guard let kind = try joinKind() else { return nil }
        let operand = try joinOperand()
        var constraint: JoinConstraint?
        if kind.direction != .cross { constraint = try joinConstraint() }
        // `a JOIN (b JOIN c ON x) ON y` is a, b ON y, c ON x in PostHog's flat list.
        let join = Join(kind: kind, table: operand.first, constraint: constraint, range: range(from: start))
        return [join] + operand.joins
    }

    /// Reads the words before and with JOIN, or a comma; nothing when no join follows.
    private mutating func joinKind() throws(SyntaxFailure) -> JoinKind? {
        if take(.comma) { return JoinKind(.cross) }
        if take(.cross, .join) { return JoinKind(.cross) }
        if take(.positional, .join) { return JoinKind(.positional) }
        if at(.natural), natureOfJoin(at: index + 1) != nil {
            throw refuse(
                "PostHog drops NATURAL without a word", at: token, hint: "Name the columns: JOIN t USING (column).")
        }
        guard let (kind, length) = natureOfJoin(at: index) else { return nil }
        let joinAt = token
        index += length
        if at(.leftParenthesis) || token.kind != .word || text(token).lowercased() != "lateral" { return kind }
        guard peek().kind == .leftParenthesis else { return kind }
        throw refuse("LATERAL joins are not supported", at: joinAt, hint: "Join a subquery and filter it with ON.")
    }

    /// The kind of the join whose words begin at `place`, and how many they are.
    private func natureOfJoin(at place: Int) -> (JoinKind, Int)? {
        var kind = JoinKind(.inner)
        var strictness: [JoinKind.Strictness] = []
        var direction: JoinKind.Direction?
        var at = place
        while at < lexer.tokens.count, at < place + 5 {
            switch lexer.tokens[at].keyword {
            case .join:
                guard strictness.count <= 1 || (strictness[0] == .asof && strictness.count == 2) else { return nil }
                kind.direction = direction ?? .inner
                kind.strictness = strictness.last
                return (kind, at + 1 - place)
            case .inner where direction == nil: direction = .inner
            case .left where direction == nil: direction = .left
            case .right where direction == nil: direction = .right
            case .full where direction == nil: direction = .full
            case .outer where direction != nil && direction != .inner: break
            case .all: strictness.append(.all)
            case .any: strictness.append(.any)
            case .asof: strictness.append(.asof)
            case .semi: strictness.append(.semi)
            case .anti: strictness.append(.anti)
            default: return nil
            }
            at += 1
        }
        return nil
    }

    private mutating func joinConstraint() throws(SyntaxFailure) -> JoinConstraint? {
        if take(.on) {
            let conditions = try joinKeys()
            guard conditions.count == 1 else {
                throw SyntaxFailure(
                    offset: conditions[1].range.lower,
                    message: "PostHog reads what stands behind the comma as a second condition of ON",
                    hint: "Write AND, or CROSS JOIN for a further table.", isFinal: true)
            }
            return .on(conditions[0])
        }
        guard at(.using), peek().keyword != .sample else { return nil }
        advance()
        if at(.leftParenthesis), !continuesExpression(at: Int(token.partner) + 1) {
            advance()
            let keys = try list(upTo: .rightParenthesis)
            guard !keys.isEmpty else { throw unexpected("a column in USING (…)") }
            try expect(.rightParenthesis, "',' or ')'")
            return .using(keys)
        }
        return .using(try joinKeys())
    }

    /// What stands behind ON or USING without parentheses, up to a comma that begins a further table.
    ///
    /// PostHog reads as many expressions as fit: `ON a, b` has two, which it then refuses, and `ON a, b c` joins the
    /// table `b` as `c`. A comma is tried once; in a second pass over the same text its reading is known.
    private mutating func joinKeys() throws(SyntaxFailure) -> [QueryExpression] {
        var keys = [try expression()]
        while at(.comma), !tableCommas.contains(index) {
            let comma = (index: index, depth: depth, height: height, isBlocked: aliasesAreBlocked)
            advance()
            if endsList || at(.comma) { break }
            if let key = try? expression(), at(.comma) || endsFrom {
                keys.append(key)
            } else {
                (index, depth, height, aliasesAreBlocked) = comma
                tableCommas.insert(index)
            }
        }
        return keys
    }

    /// Whether a FROM clause, or the operand of a join, can end here.
    private var endsFrom: Bool {
        switch token.kind {
        case .endOfText, .rightParenthesis, .semicolon, .comma: return true
        case .word:
            guard let keyword = token.keyword else { return false }
            return Keyword.clauses.contains(keyword) || natureOfJoin(at: index) != nil
                || (peek().keyword == .array && [.left, .inner].contains(keyword))
                || [.union, .intersect, .except, .cross, .positional, .natural, .settings].contains(keyword)
        default: return false
        }
    }

    /// Whether what stands at `place` makes the parentheses before it a part of an expression.
    private func continuesExpression(at place: Int) -> Bool {
        guard lexer.tokens.indices.contains(place) else { return false }
        let token = lexer.tokens[place]
        return token.keyword == .as
            || [.dot, .nullishDot, .leftBracket, .leftParenthesis, .doubleColon].contains(token.kind)
            || token.kind.arithmetic != nil || token.kind.comparison != nil
    }

    // MARK: Tables

    private mutating func tableReference() throws(SyntaxFailure) -> TableReference {
        let start = Int(token.lower)
        var table = TableReference(try relation())
        while try tableSuffix(of: &table, from: start) {}
        if at(.final) {
            advance()
            table.isFinal = true
        }
        if at(.sample), startsNumber(at: index + 1) || peek().kind == .leftBrace || peek().kind == .plus {
            table.sample = try sample()
        }
        table.range = range(from: start)
        return table
    }

    private mutating func relation() throws(SyntaxFailure) -> TableReference.Relation {
        switch token.kind {
        case .leftParenthesis:
            advance()
            if take(.values) {
                let rows = try valueRows()
                try expect(.rightParenthesis, "',' or ')' after VALUES")
                return .values(rows)
            }
            let query = try enclosedStatement()
            try expect(.rightParenthesis, "')' after the subquery")
            if case .placeholder(let expression) = query { return .placeholder(expression) }
            return .subquery(query)
        case .leftBrace:
            let start = Int(token.lower)
            advance()
            let expression = try enclosed()
            try expect(.rightBrace, "'}' after the placeholder")
            return .placeholder(QueryExpression(.placeholder(expression), range: range(from: start)))
        case .string:
            throw fail("a table's name cannot stand in single quotes", at: token, hint: "Use backticks: `name`.")
        default:
            var path = [try identifier("a table")]
            if at(.leftParenthesis) {
                let arguments = try functionArguments()
                return .function(path[0], arguments)
            }
            while take(.dot) { path.append(try identifier("a name after '.'")) }
            return .table(path)
        }
    }

    private mutating func functionArguments() throws(SyntaxFailure) -> [QueryExpression] {
        advance()
        let arguments = try list(upTo: .rightParenthesis)
        try expect(.rightParenthesis, "',' or ')' in the table function's arguments")
        return arguments
    }

    private mutating func valueRows() throws(SyntaxFailure) -> [[QueryExpression]] {
        var rows: [[QueryExpression]] = []
        repeat {
            try expect(.leftParenthesis, "'(' and a row of VALUES")
            var row: [QueryExpression] = []
            repeat { row.append(try enclosed()) } while take(.comma)
            try expect(.rightParenthesis, "',' or ')'")
            rows.append(row)
        } while take(.comma)
        return rows
    }

    private var isTableAlias: Bool {
        token.kind == .quotedName || (token.kind == .word && (token.writtenKeyword?.isImplicitTableAlias ?? true))
    }

    /// An alias with its column names, PIVOT, or UNPIVOT.
    private mutating func tableSuffix(of table: inout TableReference, from start: Int) throws(SyntaxFailure) -> Bool {
        if at(.pivot), peek().kind == .leftParenthesis {
            table.range = range(from: start)
            table = TableReference(.pivot(try pivot(table)))
            try grow()
            return true
        }
        if at(.unpivot), peek().kind == .leftParenthesis || peek().keyword == .include {
            table.range = range(from: start)
            table = TableReference(.unpivot(try unpivot(table)))
            try grow()
            return true
        }
        guard at(.as) || isTableAlias else { return false }
        guard table.alias == nil else {
            throw refuse(
                "a table with two aliases; PostHog drops the first", at: token,
                hint: "Keep one; tables are separated by commas or joins.")
        }
        _ = take(.as)
        table.alias = try alias("an alias for the table")
        if at(.leftParenthesis) { table.columnNames = try nameList() }
        return true
    }

    private mutating func sample() throws(SyntaxFailure) -> SampleClause {
        advance()
        let ratio = try sampleRatio()
        if at(.percent) {
            throw refuse("PostHog drops the % of SAMPLE", at: token, hint: "Write a share of 1: SAMPLE 0.1")
        }
        if at(.offset) {
            advance()
            return SampleClause(ratio: ratio, offset: try sampleRatio())
        }
        return SampleClause(ratio: ratio)
    }

    private mutating func sampleRatio() throws(SyntaxFailure) -> SampleClause.Ratio {
        let start = Int(token.lower)
        if at(.leftBrace) {
            advance()
            let expression = try enclosed()
            try expect(.rightBrace, "'}' after the placeholder")
            return .init(numerator: QueryExpression(.placeholder(expression), range: range(from: start)))
        }
        var numerator = try number()
        numerator.range = range(from: start)
        guard take(.slash) else { return .init(numerator: numerator) }
        let second = Int(token.lower)
        var denominator = try number()
        denominator.range = range(from: second)
        return .init(numerator: numerator, denominator: denominator)
    }

    // MARK: PIVOT

    private mutating func pivot(_ table: TableReference) throws(SyntaxFailure) -> PivotTable {
        index += 2
        var pivot = PivotTable(table: table, aggregates: try expressions(), columns: [])
        try expect(.for)
        repeat {
            let column = try pivotKey()
            try expect(.in)
            pivot.columns.append(.init(column: column, values: try pivotValues()))
        } while !at(.rightParenthesis) && !at(.group, .by) && !at(.endOfText)
        if take(.group, .by) { pivot.groupBy = try expressions() }
        try expect(.rightParenthesis, "')' after PIVOT")
        return pivot
    }

    private mutating func unpivot(_ table: TableReference) throws(SyntaxFailure) -> UnpivotTable {
        advance()
        let includesNulls = take(.include, .nulls)
        try expect(.leftParenthesis, "'(' after UNPIVOT")
        var unpivot = UnpivotTable(table: table, includesNulls: includesNulls, columns: [])
        repeat {
            if at(.rightParenthesis), !unpivot.columns.isEmpty { break }
            let value = try pivotKey()
            try expect(.for)
            let name = try pivotKey()
            try expect(.in)
            unpivot.columns.append(.init(value: value, name: name, sources: try pivotValues()))
        } while take(.comma)
        try expect(.rightParenthesis, "',' or ')' after UNPIVOT")
        return unpivot
    }

    /// One column, or several in parentheses; not what an IN would compare.
    private mutating func pivotKey() throws(SyntaxFailure) -> QueryExpression { try expression(.additive) }

    private mutating func pivotValues() throws(SyntaxFailure) -> [QueryExpression] {
        try expect(.leftParenthesis, "'(' and values after IN")
        let values = try list(upTo: .rightParenthesis)
        try expect(.rightParenthesis, "',' or ')'")
        return values
    }
}
