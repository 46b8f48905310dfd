extension Analyzer {
    /// - Returns: the names of the columns the query gives; `nil` when they cannot be said.
    mutating func visit(_ statement: QueryStatement) -> Set<String>? {
        queryDepth += 1
        defer { queryDepth -= 1 }
        switch statement {
        case .select(let query):
            let visible = commonTables.count
            defer { commonTables.removeLast(commonTables.count - visible) }
            return visit(query)
        case .placeholder(let expression):
            visit(expression)
            return nil
        case .set(let set):
            let visible = commonTables.count
            queryDepth += 1
            defer {
                commonTables.removeLast(commonTables.count - visible)
                queryDepth -= 1
            }
            define(set.ctes, isRecursive: set.isRecursive)
            // The WITH of the first query holds for all of them, so its names stay defined.
            let columns: Set<String>?
            if case .select(let query) = set.first { columns = visit(query) } else { columns = visit(set.first) }
            for step in set.rest { _ = visit(step.query) }
            visit(set.limit)
            advise(onOffset: set.limit?.offset)
            return columns
        }
    }

    /// Names defined by WITH stay visible; the caller takes them out.
    private mutating func visit(_ query: SelectQuery) -> Set<String>? {
        define(query.ctes, isRecursive: query.isRecursive)
        scopes.append(Scope())
        defer { scopes.removeLast() }
        // Sources first: select list and WHERE are looked up in them.
        if let from = query.from { visit(from) }
        adviseOn(query, isOutermost: queryDepth == 1)
        scopes[scopes.count - 1].aliases = aliases(of: query)
        for expression in query.ctes { if case .expression(let value) = expression.body { visit(value) } }
        for array in query.arrayJoin?.arrays ?? [] { visit(array) }
        for column in query.columns { visit(column) }
        for condition in [query.prewhere, query.filter, query.having, query.qualify] {
            if let condition { visit(condition) }
        }
        switch query.groupBy {
        case .keys(let keys)?, .rollup(let keys)?, .cube(let keys)?: for key in keys { visit(key) }
        case .groupingSets(let sets)?: for key in sets.joined() { visit(key) }
        case .all?, nil: break
        }
        for window in query.windows { visit(window.definition) }
        for item in query.orderBy { visit(item) }
        if let limitBy = query.limitBy {
            visit(limitBy.count)
            if let offset = limitBy.offset {
                analysis.usesOffset = true
                visit(offset)
            }
            for key in limitBy.keys { visit(key) }
        }
        visit(query.limit)
        return givenColumns(of: query)
    }

    private mutating func define(_ expressions: [CommonTableExpression], isRecursive: Bool) {
        for expression in expressions {
            guard case .query(let statement) = expression.body else { continue }
            let names = expression.columnNames.isEmpty ? nil : Set(expression.columnNames.map(\.name))
            // Only a recursive one sees itself; else its name inside it is a table's.
            if isRecursive { commonTables.append((expression.name.name, names)) }
            let given = visit(statement)
            if isRecursive { commonTables.removeLast() }
            commonTables.append((expression.name.name, names ?? given))
        }
    }

    private mutating func visit(_ limit: LimitClause?) {
        guard let limit else { return }
        if let count = limit.count { visit(count) }
        if let offset = limit.offset {
            analysis.usesOffset = true
            visit(offset)
        }
    }

    private func aliases(of query: SelectQuery) -> Set<String> {
        var names: Set<String> = []
        for column in query.columns + (query.arrayJoin?.arrays ?? []) {
            if case .alias(_, let name) = column.kind { names.insert(name.name) }
        }
        for expression in query.ctes {
            if case .expression = expression.body { names.insert(expression.name.name) }
        }
        return names
    }

    private func givenColumns(of query: SelectQuery) -> Set<String>? {
        var names: Set<String> = []
        for column in query.columns {
            switch column.kind {
            case .columns: return nil
            default: names.insert(column.columnName)
            }
        }
        return names
    }

    // MARK: FROM

    private mutating func visit(_ from: FromClause) {
        visit(from.first)
        for join in from.joins { visit(join.table) }
        // A condition may name any table of the clause.
        for join in from.joins {
            switch join.constraint {
            case .on(let condition): visit(condition)
            case .using(let keys): for key in keys { visit(key) }
            case nil: break
            }
        }
    }

    private mutating func visit(_ reference: TableReference) {
        var source = Source(names: reference.alias.map { [[$0.name]] } ?? [], range: reference.range)
        switch reference.relation {
        case .table(let path):
            let names = path.map(\.name)
            let name = names.joined(separator: ".")
            if source.names.isEmpty { source.names = names.count > 1 ? [names, [names[names.count - 1]]] : [names] }
            if let common = commonTables.last(where: { $0.name == name }) {
                source.columns = common.columns
            } else {
                add(table: name)
                source.table = name
                // PostHog does not know a table by its own name once it has an alias; counting it does no harm.
                if reference.alias != nil { source.names.append(names) }
            }
        case .function(let name, let arguments):
            for argument in arguments { visit(argument) }
            if source.names.isEmpty { source.names = [[name.name]] }
            // `numbers(n)` counts and reads nothing.
            if name.name == "numbers" {
                source.columns = ["number"]
            } else {
                add(table: name.name)
                source.table = name.name
            }
        case .subquery(let statement): source.columns = visit(statement)
        case .values(let rows):
            for value in rows.joined() { visit(value) }
            source.columns = reference.columnNames.isEmpty ? nil : Set(reference.columnNames.map(\.name))
        case .placeholder(let expression): visit(expression)
        case .pivot(let pivot):
            visit(pivot.table)
            for expression in pivot.aggregates + pivot.groupBy { visit(expression) }
            for column in pivot.columns { for expression in [column.column] + column.values { visit(expression) } }
            return name(reference.alias)
        case .unpivot(let unpivot):
            visit(unpivot.table)
            for column in unpivot.columns { for source in column.sources { visit(source) } }
            return name(reference.alias)
        }
        if !reference.columnNames.isEmpty, source.table == nil {
            source.columns = Set(reference.columnNames.map(\.name))
        } else if let table = source.table, !reference.columnNames.isEmpty {
            // Renamed columns can no longer be told apart.
            addAll(of: table)
        }
        scopes[scopes.count - 1].sources.append(source)
    }

    /// PIVOT gives the columns of the table below it too, so its alias is one more name for that table.
    private mutating func name(_ alias: Identifier?) {
        guard let alias, let last = scopes[scopes.count - 1].sources.indices.last else { return }
        scopes[scopes.count - 1].sources[last].names.append([alias.name])
    }
}
