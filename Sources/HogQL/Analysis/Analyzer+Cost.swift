internal import AirlockCore

// Hints on what a query costs. They are found on the way through the tree, where a name's table is known.
extension Analyzer {
    /// Called with the query's own scope innermost.
    mutating func adviseOn(_ query: SelectQuery, isOutermost: Bool) {
        adviseOnTime(of: query)
        let readsTable = scopes.last?.sources.contains { $0.table != nil } ?? false
        for column in query.columns {
            guard readsTable, case .columns(let selection) = column.withoutAlias.kind,
                case .all = selection.kind
            else { continue }
            hint(query.distinct ? .distinctOverAll : .selectAll, column.range)
        }
        if query.distinct, let column = query.columns.first(where: \.isPropertiesColumn) {
            hint(.distinctOverAll, column.range)
        }
        for join in query.from?.joins ?? [] { adviseOn(join) }
        advise(onOffset: query.limitBy?.offset)
        advise(onOffset: query.limit?.offset)
        if isOutermost {
            if query.limit?.count == nil, query.limitBy == nil, readsTable, !query.givesOneRow {
                hint(.noLimit, query.range)
            }
        } else if let first = query.orderBy.first, query.limit == nil, query.limitBy == nil {
            hint(.orderInSubquery, first.expression.range)
        }
    }

    mutating func advise(onOffset offset: QueryExpression?) {
        guard let offset, case .constant(.number(let number)) = offset.kind, let value = number.double,
            value > Double(CostHint.largeOffset)
        else { return }
        hint(.largeOffset, offset.range)
    }

    mutating func adviseOn(_ call: FunctionCall, range: SourceRange) {
        guard KnownFunctions.takesRegularExpression(call.name.name),
            call.arguments.first?.mentionsProperty ?? false
        else { return }
        hint(.regularExpression, range)
    }

    mutating func adviseOn(
        _ comparison: ComparisonOperator, _ left: QueryExpression, _ right: QueryExpression, range: SourceRange
    ) {
        switch comparison {
        case .matches, .notMatches, .matchesIgnoringCase, .notMatchesIgnoringCase:
            if left.mentionsProperty { hint(.regularExpression, range) }
        case .like, .notLike, .ilike, .notIlike:
            guard case .constant(.string(let pattern)) = right.kind, pattern.utf8.first == 0x25 else { return }
            if left.mentionsProperty { hint(.leadingWildcard, range) }
        default: break
        }
    }

    private mutating func adviseOn(_ join: Join) {
        switch join.constraint {
        case .using?: break
        case .on(let condition)?: if !condition.comparesKeys { hint(.unboundedJoin, join.range) }
        case nil:
            switch join.table.relation {
            // A few rows by the look of them.
            case .values, .function, .placeholder: break
            case .subquery(.select(let query)) where query.givesOneRow: break
            default: hint(join.kind.direction == .cross ? .crossJoin : .unboundedJoin, join.range)
            }
        }
    }

    /// Tables of events are to be bounded below in time, by the query that reads them.
    private mutating func adviseOnTime(of query: SelectQuery) {
        var conditions = [query.prewhere, query.filter].compactMap { $0 }
        for join in query.from?.joins ?? [] {
            if case .on(let condition)? = join.constraint { conditions.append(condition) }
        }
        for source in scopes.last?.sources ?? [] {
            guard let table = source.table, let column = KnownTables.timeColumn(of: table) else { continue }
            // The first rows of a table are found without reading the rest.
            if let limit = query.limit?.constantCount, limit <= 1000, query.orderBy.isEmpty, query.groupBy == nil,
                !query.givesOneRow
            {
                continue
            }
            if !conditions.contains(where: { $0.bounds(column) }) { hint(.noTimeRange, source.range) }
        }
    }

    private mutating func hint(_ kind: CostHint.Kind, _ range: SourceRange) {
        analysis.costHints.append(CostHint(kind, range: range))
    }
}

extension SelectQuery {
    /// Whether aggregates stand in the select list and nothing groups them.
    var givesOneRow: Bool { groupBy == nil && !columns.isEmpty && columns.allSatisfy(\.isAggregate) }
}

extension QueryExpression {
    /// Whether an aggregate function stands at the top or in an operand, and no plain column beside it.
    var isAggregate: Bool {
        switch withoutAlias.kind {
        case .call(let call):
            KnownFunctions.isAggregate(call.name.name)
                || (call.arguments.contains { !$0.isConstant }
                    && call.arguments.allSatisfy { $0.isConstant || $0.isAggregate })
        case .constant: true
        case .field, .columns, .window, .subquery, .placeholder: false
        case let kind:
            !kind.operands.isEmpty && kind.operands.allSatisfy { $0.isConstant || $0.isAggregate }
        }
    }

    var isConstant: Bool { if case .constant = kind { true } else { false } }

    /// `properties`, `person.properties`: the whole of them.
    var isPropertiesColumn: Bool { withoutAlias.path?.last == .name("properties") }

    /// Whether a single property, or the text of the page's elements, is read anywhere in it.
    var mentionsProperty: Bool {
        if let path {
            return path.dropLast().contains(.name("properties")) || path.last == .name("elements_chain")
        }
        switch kind {
        case .call(let call): return call.arguments.contains(where: \.mentionsProperty)
        default: return kind.operands.contains(where: \.mentionsProperty)
        }
    }

    /// Whether rows of two sides are told apart by an equality.
    var comparesKeys: Bool {
        switch kind {
        case .and(let operands): operands.contains(where: \.comparesKeys)
        case .or(let operands): operands.allSatisfy(\.comparesKeys)
        case .compare(.equal, let left, let right): !left.isConstant && !right.isConstant
        case .isDistinctFrom(_, _, let negated): negated
        case .placeholder: true
        default: false
        }
    }

    /// Whether it holds only where `column` lies above something.
    func bounds(_ column: String) -> Bool {
        switch kind {
        case .and(let operands): operands.contains { $0.bounds(column) }
        case .or(let operands): operands.allSatisfy { $0.bounds(column) }
        case .compare(let comparison, let left, let right):
            switch comparison {
            case .greater, .greaterOrEqual, .isIn: left.mentions(column)
            case .less, .lessOrEqual: right.mentions(column)
            case .equal: left.mentions(column) || right.mentions(column)
            default: false
            }
        case .between(let value, _, _, negated: false): value.mentions(column)
        // `{filters}` may bring a range of dates.
        case .placeholder: true
        default: false
        }
    }

    private func mentions(_ column: String) -> Bool {
        if let path { return path.last == .name(column) }
        switch kind {
        case .call(let call): return call.arguments.contains { $0.mentions(column) }
        default: return kind.operands.contains { $0.mentions(column) }
        }
    }
}
