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
        if isRecursive { throw refuse(.recursive, range) }
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
        var terms = [SetTerm(operation: nil, plan: try plan(query.first, ctes))]
        for step in query.rest {
            terms.append(SetTerm(operation: step.setOperator, plan: try plan(step.query, ctes)))
        }
        // INTERSECT binds tighter than UNION and EXCEPT, which are read from left to right.
        var index = 1
        while index < terms.count {
            guard let operation = terms[index].operation, operation.isIntersection else {
                index += 1
                continue
            }
            terms[index - 1].plan = try combined(terms[index - 1].plan, operation, terms[index].plan, query.range)
            terms.remove(at: index)
        }
        var whole = terms[0].plan
        var rest = terms.dropFirst()
        while let operation = rest.first?.operation {
            if operation == .unionAll {
                // A run of them is one list, however long.
                let run = rest.prefix { $0.operation == .unionAll }.map(\.plan)
                whole = try union([whole] + run, query.range)
                rest = rest.dropFirst(run.count)
            } else if let next = rest.popFirst() {
                whole = try combined(whole, operation, next.plan, query.range)
            }
        }
        let limit = try limit(query.limit, query.range)
        guard query.limit != nil else { return whole }
        // A LIMIT around a query that has its own.
        let isLimited = whole.limit.count != nil || whole.limit.offset > 0
        return isLimited
            ? QueryPlan(columns: whole.columns, body: .set(first: whole, rest: []), limit: limit) : whole.limited(limit)
    }

    private struct SetTerm {
        let operation: SetOperator?
        var plan: QueryPlan
    }

    private func union(_ plans: [QueryPlan], _ range: SourceRange) throws(AirlockError) -> QueryPlan {
        let members = try unified(plans, range)
        return QueryPlan(
            columns: columns(of: members),
            body: .set(first: members[0], rest: members.dropFirst().map { ("UNION ALL", $0) }))
    }

    private func combined(
        _ left: QueryPlan, _ operation: SetOperator, _ right: QueryPlan, _ range: SourceRange
    ) throws(AirlockError) -> QueryPlan {
        if operation == .unionAll { return try union([left, right], range) }
        let members = try unified([left, right], range)
        let columns = columns(of: members)
        if operation != .unionDistinct, columns.contains(where: { $0.mayBeNaN && $0.type.isNullable }) {
            throw unsupported("\(operation.rawValue) of columns where NaN and NULL may both stand", range)
        }
        switch operation {
        case .unionDistinct, .intersectDistinct:
            let name = operation == .unionDistinct ? "UNION" : "INTERSECT"
            return QueryPlan(columns: columns, body: .set(first: members[0], rest: [(name, members[1])]))
        default:
            // ClickHouse takes INTERSECT and EXCEPT for their ALL forms.
            let name = operation.isIntersection ? "INTERSECT" : "EXCEPT"
            return QueryPlan(columns: columns, body: .counted(name, members[0], members[1]))
        }
    }

    private func columns(of members: [QueryPlan]) -> [QueryPlan.Column] {
        members[0].columns.enumerated().map { index, column in
            QueryPlan.Column(
                name: column.name, type: column.type, mayBeNaN: members.contains { $0.columns[index].mayBeNaN },
                isJSON: column.isJSON)
        }
    }

    /// The queries with their columns in types that hold the values of all.
    private func unified(_ plans: [QueryPlan], _ range: SourceRange) throws(AirlockError) -> [QueryPlan] {
        var types = plans[0].columns.map(\.type)
        for plan in plans.dropFirst() {
            guard plan.columns.count == types.count else {
                throw invalid("the queries of a UNION have different numbers of columns", range)
            }
            for (index, column) in plan.columns.enumerated() {
                guard let common = ClickHouseType.common(types[index], column.type) else {
                    throw invalid(
                        "column \(index + 1) of a UNION has types without a common one: "
                            + "\(typeName(types[index])) and \(typeName(column.type))", range)
                }
                types[index] = common
            }
        }
        var members: [QueryPlan] = []
        for plan in plans { members.append(try cast(plan, to: types, range)) }
        return members
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
            QueryPlan.Column(name: $0.name, type: $1.type, mayBeNaN: $1.mayBeNaN, isJSON: $0.isJSON)
        }
        return QueryPlan(columns: columns, body: .select(select))
    }

    func limit(_ clause: LimitClause?, _ range: SourceRange) throws(AirlockError) -> LimitPlan {
        guard let clause else { return LimitPlan() }
        if clause.isPercent { throw refuse(.limitPercent, range) }
        var plan = LimitPlan()
        if let count = clause.count { plan.count = try rowCount(count, "LIMIT") }
        if let offset = clause.offset { plan.offset = try rowCount(offset, "OFFSET") }
        plan.withTies = clause.withTies
        return plan
    }

    func rowCount(_ expression: QueryExpression, _ clause: String) throws(AirlockError) -> Int64 {
        let node = try expr(expression, SelectScope(ctes: .none))
        guard case .int(let count)? = node.constant, count >= 0, node.type.isInteger else {
            throw invalid("\(clause) needs a whole number of rows", expression.range)
        }
        return count
    }

    func typeName(_ type: ClickHouseType) -> String { type.name(timeZone: schema.timeZone) }
}

extension QueryPlan {
    func renamed(_ names: [String]) -> QueryPlan {
        QueryPlan(
            columns: zip(columns, names).map {
                Column(name: $1, type: $0.type, mayBeNaN: $0.mayBeNaN, isJSON: $0.isJSON)
            }, body: body, limit: limit)
    }

    func limited(_ limit: LimitPlan) -> QueryPlan { QueryPlan(columns: columns, body: body, limit: limit) }
}

extension SetOperator {
    var isIntersection: Bool { self == .intersect || self == .intersectAll || self == .intersectDistinct }
}
