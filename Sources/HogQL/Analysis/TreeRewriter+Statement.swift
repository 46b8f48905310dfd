internal import AirlockCore

extension TreeRewriter {
    mutating func applied(to statement: QueryStatement) throws(AirlockError) -> QueryStatement {
        switch statement {
        case .placeholder(let expression): throw refuseTable(expression)
        case .set(var set):
            set.ctes = try applied(to: set.ctes)
            set.first = try applied(to: set.first)
            for index in set.rest.indices { set.rest[index].query = try applied(to: set.rest[index].query) }
            set.limit = try applied(to: set.limit)
            return .set(set)
        case .select(var query):
            query.ctes = try applied(to: query.ctes)
            query.columns = try applied(to: query.columns)
            if let from = query.from { query.from = try applied(to: from) }
            if let arrayJoin = query.arrayJoin { query.arrayJoin?.arrays = try applied(to: arrayJoin.arrays) }
            query.prewhere = try applied(to: query.prewhere)
            query.filter = try applied(to: query.filter)
            if let groupBy = query.groupBy { query.groupBy = try applied(to: groupBy) }
            query.having = try applied(to: query.having)
            query.qualify = try applied(to: query.qualify)
            for index in query.windows.indices {
                query.windows[index].definition = try applied(to: query.windows[index].definition)
            }
            query.orderBy = try applied(to: query.orderBy)
            if var limitBy = query.limitBy {
                limitBy.count = try applied(to: limitBy.count)
                limitBy.offset = try applied(to: limitBy.offset)
                limitBy.keys = try applied(to: limitBy.keys)
                query.limitBy = limitBy
            }
            query.limit = try applied(to: query.limit)
            return .select(query)
        }
    }

    private mutating func applied(
        to expressions: [CommonTableExpression]
    ) throws(AirlockError) -> [CommonTableExpression] {
        var result = expressions
        for index in result.indices {
            switch result[index].body {
            case .query(let statement): result[index].body = .query(try applied(to: statement))
            case .expression(let value): result[index].body = .expression(try applied(to: value))
            }
        }
        return result
    }

    private mutating func applied(to limit: LimitClause?) throws(AirlockError) -> LimitClause? {
        guard var limit else { return nil }
        limit.count = try applied(to: limit.count)
        limit.offset = try applied(to: limit.offset)
        return limit
    }

    private mutating func applied(to groupBy: GroupByClause) throws(AirlockError) -> GroupByClause {
        switch groupBy {
        case .all: return .all
        case .keys(let keys): return .keys(try applied(to: keys))
        case .rollup(let keys): return .rollup(try applied(to: keys))
        case .cube(let keys): return .cube(try applied(to: keys))
        case .groupingSets(var sets):
            for index in sets.indices { sets[index] = try applied(to: sets[index]) }
            return .groupingSets(sets)
        }
    }

    mutating func applied(to items: [OrderItem]) throws(AirlockError) -> [OrderItem] {
        var result = items
        for index in result.indices {
            result[index].expression = try applied(to: result[index].expression)
            guard var fill = result[index].fill else { continue }
            fill.from = try applied(to: fill.from)
            fill.to = try applied(to: fill.to)
            fill.step = try applied(to: fill.step)
            result[index].fill = fill
        }
        return result
    }

    mutating func applied(to window: WindowDefinition) throws(AirlockError) -> WindowDefinition {
        var result = window
        result.partitionBy = try applied(to: window.partitionBy)
        result.orderBy = try applied(to: window.orderBy)
        guard var frame = window.frame else { return result }
        frame.start = try applied(to: frame.start)
        if let end = frame.end { frame.end = try applied(to: end) }
        result.frame = frame
        return result
    }

    private mutating func applied(to bound: WindowFrame.Bound) throws(AirlockError) -> WindowFrame.Bound {
        switch bound {
        case .currentRow, .unboundedPreceding, .unboundedFollowing: return bound
        case .preceding(let amount): return .preceding(try applied(to: amount))
        case .following(let amount): return .following(try applied(to: amount))
        }
    }

    // MARK: FROM

    private mutating func applied(to from: FromClause) throws(AirlockError) -> FromClause {
        var result = from
        result.first = try applied(to: from.first)
        for index in result.joins.indices {
            result.joins[index].table = try applied(to: result.joins[index].table)
            switch result.joins[index].constraint {
            case .on(let condition): result.joins[index].constraint = .on(try applied(to: condition))
            case .using(let keys): result.joins[index].constraint = .using(try applied(to: keys))
            case nil: break
            }
        }
        return result
    }

    private mutating func applied(to table: TableReference) throws(AirlockError) -> TableReference {
        var result = table
        switch table.relation {
        case .table: break
        case .function(let name, let arguments): result.relation = .function(name, try applied(to: arguments))
        case .subquery(let statement): result.relation = .subquery(try applied(to: statement))
        case .values(var rows):
            for index in rows.indices { rows[index] = try applied(to: rows[index]) }
            result.relation = .values(rows)
        case .placeholder(let expression): throw refuseTable(expression)
        case .pivot(var pivot):
            pivot.table = try applied(to: pivot.table)
            pivot.aggregates = try applied(to: pivot.aggregates)
            for index in pivot.columns.indices {
                pivot.columns[index].column = try applied(to: pivot.columns[index].column)
                pivot.columns[index].values = try applied(to: pivot.columns[index].values)
            }
            pivot.groupBy = try applied(to: pivot.groupBy)
            result.relation = .pivot(pivot)
        case .unpivot(var unpivot):
            unpivot.table = try applied(to: unpivot.table)
            for index in unpivot.columns.indices {
                unpivot.columns[index].sources = try applied(to: unpivot.columns[index].sources)
            }
            result.relation = .unpivot(unpivot)
        }
        if var sample = table.sample {
            sample.ratio = try applied(to: sample.ratio)
            if let offset = sample.offset { sample.offset = try applied(to: offset) }
            result.sample = sample
        }
        return result
    }

    private mutating func applied(to ratio: SampleClause.Ratio) throws(AirlockError) -> SampleClause.Ratio {
        SampleClause.Ratio(
            numerator: try applied(to: ratio.numerator), denominator: try applied(to: ratio.denominator))
    }
}
