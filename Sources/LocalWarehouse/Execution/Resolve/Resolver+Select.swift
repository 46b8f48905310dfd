internal import AirlockCore
internal import HogQL

extension Resolver {
    func select(_ query: SelectQuery, _ outer: CTEScope) throws(AirlockError) -> QueryPlan {
        let ctes = try named(query.ctes, isRecursive: query.isRecursive, outer, query.range)
        let scope = SelectScope(ctes: ctes)
        for window in query.windows { scope.windows[window.name.name] = window.definition }
        if let from = query.from { try self.from(from, scope) }
        if let arrayJoin = query.arrayJoin { try self.arrayJoin(arrayJoin, scope, query.range) }

        var names: [String] = []
        for column in query.columns { try self.column(column, scope, &names) }
        var plan = SelectPlan()
        plan.isDistinct = query.distinct
        plan.columns = scope.columns

        for clause in [query.prewhere, query.filter] {
            guard let clause else { continue }
            scope.withoutAggregates = "WHERE"
            let condition = try condition(clause, scope)
            scope.withoutAggregates = nil
            plan.filter = plan.filter.map { and($0, condition) } ?? condition
        }
        plan.group = try group(query, scope)
        if let having = query.having { plan.having = try condition(having, scope) }
        if let qualify = query.qualify { plan.qualify = try condition(qualify, scope) }
        for item in query.orderBy {
            if item.fill != nil {
                throw unsupported("WITH FILL", item.expression.range, hint: "Fill the gaps in the script.")
            }
            let key = try positional(item.expression, scope)
            for part in try sortKeys(key, item.expression.range) {
                plan.order.append(.init(key: part, descending: item.descending))
            }
        }
        if let clause = query.limitBy {
            var keys: [Node] = []
            for key in clause.keys { keys.append(try positional(key, scope)) }
            plan.limitBy = .init(
                keys: keys, count: try rowCount(clause.count, "LIMIT BY"),
                offset: try clause.offset.map { item throws(AirlockError) in try rowCount(item, "OFFSET") } ?? 0)
        }
        let limit = try limit(query.limit, query.range)
        try check(&plan, query, limit)
        plan.joins = scope.joins
        let columns = zip(names, plan.columns).map {
            QueryPlan.Column(name: $0, type: $1.type, mayBeNaN: $1.mayBeNaN)
        }
        return QueryPlan(columns: columns, body: .select(plan), limit: limit)
    }

    // MARK: - Columns

    private func column(
        _ expression: QueryExpression, _ scope: SelectScope, _ names: inout [String]
    ) throws(AirlockError) {
        if case .columns(let selection) = expression.kind {
            for (name, node) in try selected(selection, scope, expression.range) {
                scope.columns.append(node)
                names.append(name)
            }
            return
        }
        if case .alias(let inner, let alias) = expression.kind {
            let reference = try reference(inner, scope)
            scope.columns.append(try node(reference, inner.range))
            names.append(alias.name)
            scope.aliases[alias.name] = reference
            return
        }
        scope.columns.append(try expr(expression, scope))
        if let path = expression.path, let last = path.last {
            switch last {
            case .name(let name): names.append(name)
            case .index(let index): names.append(String(index))
            }
        } else {
            names.append(columnName(expression))
        }
    }

    private func selected(
        _ selection: ColumnSelection, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> [(String, Node)] {
        guard case .all(let path) = selection.kind else { throw unsupported("COLUMNS(…)", range) }
        var tables = scope.tables
        if !path.isEmpty {
            let name = path.map(\.name).joined(separator: ".")
            guard path.count == 1, let table = scope.tables.first(where: { $0.name == name }) else {
                throw invalid("there is no table '\(name)' in FROM", range)
            }
            tables = [table]
        }
        guard !tables.isEmpty else { throw invalid("'*' needs a FROM", range) }
        let excluded = Set(selection.excluding.compactMap(\.last?.name))
        var result: [(String, Node)] = []
        for table in tables {
            for name in table.starNames where !excluded.contains(name) && !table.hidden.contains(name) {
                guard let reference = try field(name, of: table, scope, range) else { continue }
                result.append((name, try node(reference, range)))
            }
        }
        return result
    }

    // MARK: - Clauses

    /// A condition of WHERE or HAVING: something that counts as true or false.
    func condition(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> Node {
        let node = try expr(expression, scope)
        guard node.type.isNumeric || node.type.isNull else {
            throw invalid("a condition must be true or false, not \(typeName(node.type))", expression.range)
        }
        return node
    }

    func and(_ left: Node, _ right: Node) -> Node {
        Logic.and([left, right])
    }

    /// In GROUP BY, ORDER BY and LIMIT BY, a whole number is a column's position.
    func positional(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> Node {
        var index: Int?
        if case .constant(.number(let number)) = expression.kind, number.isWrittenAsInteger { index = number.int }
        if case .placeholder = expression.kind {
            let node = try expr(expression, scope)
            if case .int(let number)? = node.constant { index = Int(exactly: number) }
        }
        if case .positional(let number) = expression.kind { index = number }
        guard let index else { return try expr(expression, scope) }
        guard index >= 1, index <= scope.columns.count else {
            throw invalid(
                "there is no column \(index); the query has \(scope.columns.count)", expression.range)
        }
        return scope.columns[index - 1]
    }

    /// Tuples are ordered by their elements.
    private func sortKeys(_ node: Node, _ range: SourceRange) throws(AirlockError) -> [Node] {
        guard node.type.isContainer else { return [node] }
        guard case .tuple(let types) = node.type else { throw unsupported("ORDER BY an array", range) }
        var keys: [Node] = []
        for index in types.indices {
            keys += try sortKeys(Containers.element(of: node, at: index, types[index]), range)
        }
        return keys
    }

    private func group(_ query: SelectQuery, _ scope: SelectScope) throws(AirlockError) -> [Node] {
        guard let clause = query.groupBy else { return [] }
        scope.withoutAggregates = "GROUP BY"
        defer { scope.withoutAggregates = nil }
        switch clause {
        case .keys(let expressions):
            var keys: [Node] = []
            for expression in expressions {
                let node = try positional(expression, scope)
                if node.containsAggregate {
                    throw invalid("an aggregate cannot be a key of GROUP BY", expression.range)
                }
                if case .call(let call, let parts) = node.kind, call.key == "tuple" {
                    keys += parts
                } else {
                    keys.append(node)
                }
            }
            return keys
        case .all: return scope.columns.filter { !$0.containsAggregate && $0.constant == nil }
        case .rollup: throw unsupported("GROUP BY ROLLUP", query.range)
        case .cube: throw unsupported("GROUP BY CUBE", query.range)
        case .groupingSets: throw unsupported("GROUPING SETS", query.range)
        }
    }

    /// In a query that aggregates, every column is made of keys and aggregates.
    private func check(_ plan: inout SelectPlan, _ query: SelectQuery, _ limit: LimitPlan) throws(AirlockError) {
        var all = plan.columns + plan.order.map(\.key)
        if let having = plan.having { all.append(having) }
        if let qualify = plan.qualify { all.append(qualify) }
        let aggregates = !plan.group.isEmpty || all.contains(where: \.containsAggregate)
        if aggregates {
            let keys = Set(plan.group.map(\.signature))
            for (index, node) in all.enumerated() {
                guard let column = ungrouped(node, keys) else { continue }
                let range = index < query.columns.count ? query.columns[index].range : query.range
                throw invalid(
                    "\(column) is neither in GROUP BY nor inside an aggregate function", range,
                    hint: "Add it to GROUP BY, or wrap it, as any(x).")
            }
        } else if let having = plan.having {
            plan.filter = plan.filter.map { and($0, having) } ?? having
            plan.having = nil
        }
        let hasWindow = all.contains(where: \.containsWindow)
        if plan.isDistinct, plan.limitBy != nil || plan.qualify != nil || limit.withTies {
            throw unsupported("DISTINCT together with LIMIT BY, QUALIFY or WITH TIES", query.range)
        }
        if plan.qualify != nil, plan.limitBy != nil {
            throw unsupported("QUALIFY together with LIMIT BY", query.range)
        }
        if limit.withTies {
            guard !plan.order.isEmpty, limit.offset == 0, limit.count != nil, plan.limitBy == nil, plan.qualify == nil
            else { throw unsupported("WITH TIES without ORDER BY or together with OFFSET", query.range) }
        }
        if hasWindow, plan.limitBy != nil {
            throw unsupported("LIMIT BY in a query with window functions", query.range, hint: "Use a subquery.")
        }
        if let filter = plan.filter, filter.containsWindow {
            throw invalid("a window function cannot stand in WHERE", query.range, hint: "Use QUALIFY.")
        }
    }

    /// A column that is not covered by the keys; `nil` when there is none.
    private func ungrouped(_ node: Node, _ keys: Set<String>) -> String? {
        if keys.contains(node.signature) { return nil }
        switch node.kind {
        case .aggregate, .constant, .parameter, .scalarQuery: return nil
        case .column: return "a column"
        case .call, .window, .membership:
            for child in node.children {
                if let found = ungrouped(child, keys) { return found }
            }
            return nil
        }
    }

    /// As PostHog prints an expression without an alias.
    private func columnName(_ expression: QueryExpression) -> String {
        let text = written(expression.range)
        return text.isEmpty ? "expression" : text
    }
}
