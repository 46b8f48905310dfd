internal import AirlockCore

extension TreeEncoder {
    func encoded(_ statement: QueryStatement) -> JSONValue {
        switch statement {
        case .select(let query): return encoded(query)
        case .placeholder(let expression): return encoded(expression)
        case .set(let set):
            let steps = set.rest.map { step in
                object(["operator": .string(step.setOperator.rawValue), "query": encoded(step.query)])
            }
            return node(
                .set, set.range,
                [
                    "with": encoded(set.ctes), "recursive": flag(set.isRecursive), "first": encoded(set.first),
                    "rest": .array(steps), "limit": encoded(set.limit),
                ])
        }
    }

    private func encoded(_ query: SelectQuery) -> JSONValue {
        node(
            .select, query.range,
            [
                "with": encoded(query.ctes), "recursive": flag(query.isRecursive), "distinct": flag(query.distinct),
                "columns": list(query.columns), "from": query.from.map(encoded),
                "array_join": query.arrayJoin.map { join in
                    object([
                        "left": flag(join.kind == .left), "arrays": list(join.arrays),
                    ])
                },
                "prewhere": optional(query.prewhere), "where": optional(query.filter),
                "group_by": query.groupBy.map(encoded), "having": optional(query.having),
                "qualify": optional(query.qualify), "windows": encoded(query.windows),
                "order_by": encoded(query.orderBy),
                "limit_by": query.limitBy.map { limitBy in
                    object([
                        "count": encoded(limitBy.count), "offset": optional(limitBy.offset), "keys": list(limitBy.keys),
                    ])
                },
                "limit": encoded(query.limit),
            ])
    }

    private func encoded(_ expressions: [CommonTableExpression]) -> JSONValue? {
        guard !expressions.isEmpty else { return nil }
        return .array(
            expressions.map { expression in
                var (query, value): (JSONValue?, JSONValue?)
                switch expression.body {
                case .query(let statement): query = encoded(statement)
                case .expression(let inner): value = encoded(inner)
                }
                let columns = expression.columnNames
                return object([
                    "name": .string(expression.name.name), "column_names": columns.isEmpty ? nil : names(columns),
                    "materialized": expression.materialized.map { .bool($0) }, "query": query, "value": value,
                ])
            })
    }

    /// The form of GROUP BY and its keys; `all` has none.
    private func encoded(_ groupBy: GroupByClause) -> JSONValue {
        switch groupBy {
        case .keys(let keys): object(["keys": list(keys)])
        case .all: object(["all": true])
        case .rollup(let keys): object(["rollup": list(keys)])
        case .cube(let keys): object(["cube": list(keys)])
        case .groupingSets(let sets): object(["grouping_sets": .array(sets.map(list))])
        }
    }

    private func encoded(_ windows: [NamedWindow]) -> JSONValue? {
        guard !windows.isEmpty else { return nil }
        return .array(
            windows.map { object(["name": .string($0.name.name), "window": encoded($0.definition)]) })
    }

    private func encoded(_ limit: LimitClause?) -> JSONValue? {
        guard let limit else { return nil }
        return object([
            "count": optional(limit.count), "offset": optional(limit.offset), "with_ties": flag(limit.withTies),
            "percent": flag(limit.isPercent),
        ])
    }
}
