internal import AirlockCore
internal import HogQL

extension Resolver {
    func plan(_ statement: QueryStatement, _ ctes: CTEScope) throws(AirlockError) -> QueryPlan {
        try nested(statement.range) { () throws(AirlockError) in
            switch statement {
            case .select(let query): try select(query, ctes)
            case .set(let query): try set(query, ctes)
            case .placeholder(let expression):
                throw invalid("a placeholder cannot stand for a whole query", expression.range)
            }
        }
    }

    func named(
        _ ctes: [CommonTableExpression], isRecursive: Bool, _ outer: CTEScope, _ range: SourceRange
    ) throws(AirlockError) -> CTEScope {
        if isRecursive { throw unsupported("WITH RECURSIVE", range) }
        var scope = outer
        for cte in ctes {
            switch cte.body {
            case .query(let statement):
                var plan = try plan(statement, scope)
                if !cte.columnNames.isEmpty {
                    guard cte.columnNames.count == plan.columns.count else {
                        throw invalid(
                            "'\(cte.name.name)' names \(cte.columnNames.count) columns, its query has "
                                + "\(plan.columns.count)", cte.name.range)
                    }
                    plan = plan.renamed(cte.columnNames.map(\.name))
                }
                scope = .query(cte.name.name, number: share(plan), plan, outer: scope)
            case .expression(let expression):
                scope = .expression(cte.name.name, CTEExpression(syntax: expression), outer: scope)
            }
        }
        return scope
    }

    private func set(_ query: SetQuery, _ outer: CTEScope) throws(AirlockError) -> QueryPlan {
        let ctes = try named(query.ctes, isRecursive: query.isRecursive, outer, query.range)
        let first = try plan(query.first, ctes)
        var plans = [first]
        var names: [String] = []
        for step in query.rest {
            switch step.setOperator {
            case .unionAll: names.append("UNION ALL")
            case .unionDistinct: names.append("UNION")
            case .intersectDistinct where query.rest.count == 1: names.append("INTERSECT")
            default:
                throw unsupported("\(step.setOperator.rawValue)", step.query.range, hint: "Use IN with a subquery.")
            }
            plans.append(try plan(step.query, ctes))
        }
        var types = first.columns.map(\.type)
        for plan in plans.dropFirst() {
            guard plan.columns.count == types.count else {
                throw invalid("the queries of a UNION have different numbers of columns", query.range)
            }
            for (index, column) in plan.columns.enumerated() {
                guard let common = ClickHouseType.common(types[index], column.type) else {
                    throw invalid(
                        "column \(index + 1) of a UNION has types without a common one: "
                            + "\(typeName(types[index])) and \(typeName(column.type))", query.range)
                }
                types[index] = common
            }
        }
        var members: [QueryPlan] = []
        for plan in plans { members.append(try cast(plan, to: types, query.range)) }
        let limit = try limit(query.limit, query.range)
        let mayBeNaN = types.indices.map { index in members.contains { $0.columns[index].mayBeNaN } }
        let columns = zip(first.columns, zip(types, mayBeNaN)).map {
            QueryPlan.Column(name: $0.name, type: $1.0, mayBeNaN: $1.1)
        }
        return QueryPlan(
            columns: columns, body: .set(first: members[0], rest: Array(zip(names, members.dropFirst()))),
            limit: limit)
    }

    private func cast(
        _ plan: QueryPlan, to types: [ClickHouseType], _ range: SourceRange
    ) throws(AirlockError) -> QueryPlan {
        guard plan.columns.map(\.type) != types else { return plan }
        let alias = newAlias()
        var select = SelectPlan()
        select.joins = [.init(source: .plan(plan), alias: alias, keyword: "", condition: nil)]
        for (index, column) in plan.columns.enumerated() {
            let node = Node.column("\"\(alias)\".\"c\(index)\"", column.type, mayBeNaN: column.mayBeNaN)
            select.columns.append(try cast(node, to: types[index], range))
        }
        let columns = zip(plan.columns, select.columns).map {
            QueryPlan.Column(name: $0.name, type: $1.type, mayBeNaN: $1.mayBeNaN)
        }
        return QueryPlan(columns: columns, body: .select(select))
    }

    func limit(_ clause: LimitClause?, _ range: SourceRange) throws(AirlockError) -> LimitPlan {
        guard let clause else { return LimitPlan() }
        if clause.isPercent { throw unsupported("LIMIT by percent", range) }
        var plan = LimitPlan()
        if let count = clause.count { plan.count = try rowCount(count, "LIMIT") }
        if let offset = clause.offset { plan.offset = try rowCount(offset, "OFFSET") }
        plan.withTies = clause.withTies
        return plan
    }

    func rowCount(_ expression: QueryExpression, _ clause: String) throws(AirlockError) -> Int64 {
        let node = try expr(expression, SelectScope(ctes: .none))
        guard case .int(let count)? = node.constant, count >= 0 else {
            throw invalid("\(clause) needs a whole number of rows", expression.range)
        }
        return count
    }

    func typeName(_ type: ClickHouseType) -> String { type.name(timeZone: schema.timeZone) }
}

extension QueryPlan {
    func renamed(_ names: [String]) -> QueryPlan {
        QueryPlan(
            columns: zip(columns, names).map { Column(name: $1, type: $0.type, mayBeNaN: $0.mayBeNaN) }, body: body,
            limit: limit)
    }

    func limited(_ limit: LimitPlan) -> QueryPlan { QueryPlan(columns: columns, body: body, limit: limit) }
}
