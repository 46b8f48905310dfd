internal import AirlockCore
internal import HogQL
internal import LinearRegex

extension Resolver {
    func select(_ query: SelectQuery, _ outer: CTEScope) throws(AirlockError) -> QueryPlan {
        let ctes = try named(query.ctes, isRecursive: query.isRecursive, outer, query.range)
        let scope = SelectScope(ctes: ctes)
        for window in query.windows { scope.windows[window.name.name] = window.definition }
        outerScopes.append(scope)
        defer { outerScopes.removeLast() }
        if let from = query.from { try self.from(from, scope) }
        if let arrayJoin = query.arrayJoin { try self.arrayJoin(arrayJoin, scope, query.range) }

        for column in query.columns { try self.column(column, scope) }
        var draft = SelectDraft()
        draft.isDistinct = query.distinct
        draft.columns = scope.columns

        draft.filter = scope.required
        for clause in [query.prewhere, query.filter] {
            guard let clause else { continue }
            scope.withoutAggregates = "WHERE"
            let condition = try condition(clause, scope)
            scope.withoutAggregates = nil
            draft.filter = draft.filter.map { and($0, condition) } ?? condition
        }
        try group(query, scope, &draft)
        if let having = query.having { draft.having = try condition(having, scope) }
        if let qualify = query.qualify { draft.qualify = try condition(qualify, scope) }
        for item in query.orderBy {
            if item.fill != nil { throw refuse(.withFill, item.expression.range) }
            let key = try positional(item.expression, scope)
            for part in try sortKeys(key, item.expression.range) {
                draft.order.append(.init(key: part, descending: item.descending))
            }
        }
        if let clause = query.limitBy {
            var keys: [Node] = []
            for key in clause.keys { keys.append(try positional(key, scope)) }
            draft.limitBy = .init(
                keys: keys, count: try rowCount(clause.count, "LIMIT BY"),
                offset: try clause.offset.map { item throws(AirlockError) in try rowCount(item, "OFFSET") } ?? 0)
        }
        let limit = try limit(query.limit, query.range)
        let columns = zip(scope.columnNames, draft.columns).enumerated().map { index, column in
            QueryPlan.Column(
                name: column.0, type: column.1.type, mayBeNaN: column.1.mayBeNaN,
                isJSON: scope.jsonColumns.contains(index))
        }
        var layout = SelectLayout(draft, scope, query, self)
        return QueryPlan(columns: columns, body: .select(try layout.plan(limit)), limit: limit)
    }

    // MARK: - Columns

    private func column(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) {
        if case .columns(let selection) = expression.kind {
            for (name, reference) in try selected(selection, scope, expression.range) {
                try scope.add(reference, node(reference, expression.range), name)
            }
            return
        }
        if case .alias(let inner, let alias) = expression.kind {
            let reference = try reference(inner, scope)
            try scope.add(reference, node(reference, inner.range), alias.name)
            scope.aliases[alias.name] = reference
            return
        }
        let reference = try reference(expression, scope)
        try scope.add(reference, node(reference, expression.range), expression.columnName)
    }

    private func selected(
        _ selection: ColumnSelection, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> [(String, Reference)] {
        switch selection.kind {
        case .all(let path):
            let star = try star(path, scope, range)
            let excluded = Set(selection.excluding.compactMap(\.last?.name))
            let unknown = excluded.first { name in !star.contains { $0.0 == name } }
            if let unknown {
                throw invalid(
                    "EXCLUDE names '\(unknown)', which is not among the columns", range,
                    hint: nearestName(to: unknown, in: star.map(\.0)).map { "Did you mean '\($0)'?" })
            }
            return star.filter { !excluded.contains($0.0) }
        case .listed(let expressions):
            var result: [(String, Reference)] = []
            for expression in expressions {
                guard case .name(let name)? = expression.path?.last else {
                    throw invalid("COLUMNS(…) lists names of columns", expression.range)
                }
                result.append((name, try reference(expression, scope)))
            }
            return result
        case .matching(let text):
            let pattern: LinearRegex
            do {
                pattern = try LinearRegex(text, dialect: .re2)
            } catch {
                throw invalid("the pattern of COLUMNS cannot be read: \(error)", range)
            }
            let found = try star([], scope, range).filter { pattern.contains($0.0) }
            guard !found.isEmpty else { throw invalid("no column matches the pattern of COLUMNS", range) }
            return found
        }
    }

    /// The columns of `*`, or of one table's.
    private func star(
        _ path: [Identifier], _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> [(String, Reference)] {
        var tables = scope.tables
        if !path.isEmpty {
            let name = path.map(\.name).joined(separator: ".")
            guard path.count == 1, let table = scope.tables.first(where: { $0.name == name }) else {
                throw invalid("there is no table '\(name)' in FROM", range)
            }
            tables = [table]
        }
        guard !tables.isEmpty else { throw invalid("'*' needs a FROM", range) }
        var result: [(String, Reference)] = []
        var merged: Set<String> = []
        for table in tables {
            for name in table.starNames {
                if path.isEmpty, let column = scope.merged[name] {
                    if merged.insert(name).inserted { result.append((name, .node(column))) }
                } else if let reference = try field(name, of: table, scope, range) {
                    result.append((name, reference))
                }
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
    func sortKeys(_ node: Node, _ range: SourceRange) throws(AirlockError) -> [Node] {
        guard node.type.isContainer else { return [node] }
        guard case .tuple(let types) = node.type else { throw unsupported("ORDER BY an array", range) }
        var keys: [Node] = []
        for index in types.indices {
            keys += try sortKeys(Containers.element(of: node, at: index, types[index]), range)
        }
        return keys
    }

    private func group(
        _ query: SelectQuery, _ scope: SelectScope, _ draft: inout SelectDraft
    ) throws(AirlockError) {
        guard let clause = query.groupBy else { return }
        scope.withoutAggregates = "GROUP BY"
        defer { scope.withoutAggregates = nil }
        switch clause {
        case .keys(let expressions):
            for expression in expressions { draft.keys += try groupKeys(expression, scope) }
        case .all:
            draft.keys = draft.columns.filter { !$0.containsAggregate && $0.constant == nil && !$0.containsWindow }
        case .rollup(let expressions):
            let sets = try distinctKeys(expressions.map { [$0] }, scope, &draft)
            draft.groupings = (0...sets.count).reversed().map { Array(sets.prefix($0).joined()) }
        case .cube(let expressions):
            guard expressions.count <= 10 else { throw invalid("CUBE of more than 10 keys", query.range) }
            let sets = try distinctKeys(expressions.map { [$0] }, scope, &draft)
            draft.groupings = (0..<(1 << sets.count)).reversed().map { mask in
                sets.indices.filter { mask >> (sets.count - 1 - $0) & 1 == 1 }.flatMap { sets[$0] }
            }
        case .groupingSets(let written):
            draft.groupings = try distinctKeys(written, scope, &draft)
            draft.emptyGroupingHasRow = true
        }
    }

    private func groupKeys(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> [Node] {
        let node = try positional(expression, scope)
        if node.containsAggregate { throw invalid("an aggregate cannot be a key of GROUP BY", expression.range) }
        if node.containsWindow { throw invalid("a window function cannot be a key of GROUP BY", expression.range) }
        if case .call(let call, let parts) = node.kind, call.key == "tuple" { return parts }
        return [node]
    }

    /// The keys of groupings, each key once, and their numbers.
    private func distinctKeys(
        _ sets: [[QueryExpression]], _ scope: SelectScope, _ draft: inout SelectDraft
    ) throws(AirlockError) -> [[Int]] {
        var result: [[Int]] = []
        for expressions in sets {
            var numbers: [Int] = []
            for expression in expressions {
                for key in try groupKeys(expression, scope) {
                    if let known = draft.keys.firstIndex(where: { $0.signature == key.signature }) {
                        if !numbers.contains(known) { numbers.append(known) }
                    } else {
                        numbers.append(draft.keys.count)
                        draft.keys.append(key)
                    }
                }
            }
            result.append(numbers)
        }
        return result
    }
}
