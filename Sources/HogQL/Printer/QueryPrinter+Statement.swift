extension QueryPrinter {
    mutating func write(_ statement: QueryStatement) {
        switch statement {
        case .select(let query): write(query)
        case .set(let set): write(set)
        case .placeholder(let expression): write(expression)
        }
    }

    private mutating func write(_ set: SetQuery) {
        write(set.ctes, isRecursive: set.isRecursive)
        if !set.ctes.isEmpty { write("(") }
        write(operand: set.first, isLast: false, of: set)
        for (index, step) in set.rest.enumerated() {
            write(" \(step.setOperator.rawValue) ")
            write(operand: step.query, isLast: index == set.rest.count - 1, of: set)
        }
        if !set.ctes.isEmpty { write(")") }
        write(set.limit)
    }

    private mutating func write(operand: QueryStatement, isLast: Bool, of set: SetQuery) {
        // Else the LIMIT of the set would become that of its last query.
        var needsParentheses = isLast && set.limit != nil && set.ctes.isEmpty
        if case .set = operand { needsParentheses = true }
        // PostHog would take the OFFSET of the last query for the set's.
        if case .select(let query) = operand, query.limit?.offset != nil, isLast { needsParentheses = true }
        if needsParentheses { write("(") }
        write(operand)
        if needsParentheses { write(")") }
    }

    private mutating func write(_ expressions: [CommonTableExpression], isRecursive: Bool) {
        guard !expressions.isEmpty else { return }
        write(isRecursive ? "WITH RECURSIVE " : "WITH ")
        separated(expressions) { $0.write($1) }
        write(" ")
    }

    private mutating func write(_ expression: CommonTableExpression) {
        switch expression.body {
        case .expression(let value):
            write(value, .ternary)
            write(" AS ")
            write(expression.name)
        case .query(let statement):
            write(expression.name)
            write(names: expression.columnNames)
            write(" AS ")
            if let materialized = expression.materialized {
                write(materialized ? "MATERIALIZED " : "NOT MATERIALIZED ")
            }
            write("(")
            write(statement)
            write(")")
        }
    }

    mutating func write(names: [Identifier]) {
        guard !names.isEmpty else { return }
        write("(")
        separated(names) { $0.write($1) }
        write(")")
    }

    private mutating func write(_ query: SelectQuery) {
        write(query.ctes, isRecursive: query.isRecursive)
        write(query.distinct ? "SELECT DISTINCT " : "SELECT ")
        write(query.columns)
        if let from = query.from { write(from) }
        if let arrayJoin = query.arrayJoin {
            write(" \(arrayJoin.kind.rawValue) ")
            write(arrayJoin.arrays)
        }
        write(clause: "PREWHERE", query.prewhere)
        write(clause: "WHERE", query.filter)
        if let groupBy = query.groupBy { write(groupBy) }
        write(clause: "HAVING", query.having)
        write(clause: "QUALIFY", query.qualify)
        if !query.windows.isEmpty {
            write(" WINDOW ")
            separated(query.windows) {
                $0.write($1.name)
                $0.write(" AS ")
                $0.write($1.definition)
            }
        }
        if !query.orderBy.isEmpty {
            write(" ORDER BY ")
            write(query.orderBy)
        }
        if let limitBy = query.limitBy {
            write(clause: "LIMIT", limitBy.count)
            write(clause: "OFFSET", limitBy.offset)
            write(" BY ")
            write(limitBy.keys)
        }
        write(query.limit)
    }

    private mutating func write(clause: String, _ expression: QueryExpression?) {
        guard let expression else { return }
        write(" \(clause) ")
        write(expression)
    }

    private mutating func write(_ limit: LimitClause?) {
        guard let limit else { return }
        write(clause: "LIMIT", limit.count)
        if limit.isPercent { write(" %") }
        if limit.withTies { write(" WITH TIES") }
        write(clause: "OFFSET", limit.offset)
    }

    private mutating func write(_ groupBy: GroupByClause) {
        write(" GROUP BY ")
        switch groupBy {
        case .keys(let keys): write(keys)
        case .all: write("ALL")
        case .rollup(let keys):
            write("ROLLUP")
            writeArguments(keys)
        case .cube(let keys):
            write("CUBE")
            writeArguments(keys)
        case .groupingSets(let sets):
            write("GROUPING SETS (")
            separated(sets) { $0.writeArguments($1) }
            write(")")
        }
    }
}
