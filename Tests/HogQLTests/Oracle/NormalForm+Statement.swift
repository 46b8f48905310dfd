import HogQL

extension NormalForm {
    init(_ statement: QueryStatement) {
        switch statement {
        case .placeholder(let expression): self.init(expression)
        case .select(let query): self.init(query, ctes: Self.ctes(query.ctes, query.isRecursive))
        case .set(let set): self.init(set)
        }
    }

    private init(_ set: SetQuery) {
        var first = NormalForm(set.first)
        // PostHog hangs the WITH of a set on its first query.
        if !set.ctes.isEmpty, case .node(let name, var fields) = first {
            fields["ctes"] = Self.ctes(set.ctes, set.isRecursive)
            first = .node(name, fields)
        }
        let steps = set.rest.map { step in
            NormalForm.node(
                "SelectSetNode",
                ["set_operator": .string(step.setOperator.rawValue), "select_query": NormalForm(step.query)])
        }
        var fields: [String: NormalForm?] = [
            "initial_select_query": first, "subsequent_select_queries": .list(steps),
        ]
        Self.add(set.limit, to: &fields)
        self = .node("SelectSetQuery", fields)
    }

    private init(_ query: SelectQuery, ctes: NormalForm?) {
        var fields: [String: NormalForm?] = [
            "ctes": ctes, "distinct": .flag(query.distinct), "select": .listed(query.columns),
            "select_from": query.from.map(Self.init), "prewhere": query.prewhere.map(Self.init),
            "where": query.filter.map(Self.init), "having": query.having.map(Self.init),
            "qualify": query.qualify.map(Self.init), "order_by": Self.order(query.orderBy),
            "array_join_op": query.arrayJoin.map { .string($0.kind.rawValue) },
            "array_join_list": query.arrayJoin.map { .listed($0.arrays) },
        ]
        switch query.groupBy {
        case .keys(let keys)?: fields["group_by"] = .listed(keys)
        case .all?: fields["group_by_mode"] = .string("all")
        case .rollup(let keys)?:
            (fields["group_by"], fields["group_by_mode"]) = (.listed(keys), .string("rollup"))
        case .cube(let keys)?:
            (fields["group_by"], fields["group_by_mode"]) = (.listed(keys), .string("cube"))
        case .groupingSets(let sets)?:
            fields["group_by"] = .list(sets.map { .node("GroupingSet", ["exprs": .listed($0)]) })
            fields["group_by_mode"] = .string("grouping_sets")
        case nil: break
        }
        if !query.windows.isEmpty {
            let windows = query.windows.map { ($0.name.name, Optional(NormalForm($0.definition))) }
            fields["window_exprs"] = .node("", Dictionary(windows) { $1 })
        }
        if let limitBy = query.limitBy {
            fields["limit_by"] = .node(
                "LimitByExpr",
                [
                    "n": Self(limitBy.count), "offset_value": limitBy.offset.map(Self.init),
                    "exprs": .listed(limitBy.keys),
                ])
        }
        Self.add(query.limit, to: &fields)
        self = .node("SelectQuery", fields)
    }

    private static func add(_ limit: LimitClause?, to fields: inout [String: NormalForm?]) {
        guard let limit else { return }
        fields["limit"] = limit.count.map(Self.init)
        fields["offset"] = limit.offset.map(Self.init)
        fields["limit_with_ties"] = .flag(limit.withTies)
        fields["limit_percent"] = .flag(limit.isPercent)
    }

    private static func ctes(_ expressions: [CommonTableExpression], _ isRecursive: Bool) -> NormalForm? {
        guard !expressions.isEmpty else { return nil }
        return .list(
            expressions.map { expression in
                var fields: [String: NormalForm?] = [
                    "name": .string(expression.name.name), "recursive": .flag(isRecursive),
                ]
                switch expression.body {
                case .query(let statement):
                    fields["cte_type"] = .string("subquery")
                    fields["expr"] = Self(statement)
                    fields["materialized"] = expression.materialized.flatMap(Self.flag)
                    if !expression.columnNames.isEmpty {
                        fields["columns"] = .list(expression.columnNames.map { .string($0.name) })
                    }
                case .expression(let value):
                    fields["cte_type"] = .string("column")
                    fields["expr"] = Self(value)
                }
                return .node("CTE", fields)
            })
    }
}
