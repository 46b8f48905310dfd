internal import AirlockCore
internal import HogQL

extension Resolver {
    func join(_ join: Join, _ scope: SelectScope) throws(AirlockError) {
        if join.kind.isLateral { throw refuse(.lateral, join.range) }
        if join.kind.direction == .natural { throw refuse(.natural, join.range) }
        if join.kind.direction == .positional { throw refuse(.positional, join.range) }
        let (table, source) = try table(join.table, scope)
        let earlier = scope.tables
        try guardEvents(join, earlier: earlier, table)
        scope.tables.append(table)
        let condition = try condition(of: join, table, earlier, scope)
        let joined = JoinedTable(
            join: join, table: table, source: source, condition: condition,
            leftAliases: Set(scope.joins.map(\.alias)))
        try add(joined, scope)
        // Only from here on: ON itself sees the columns as they are stored.
        let (left, right) = joined.outerSides
        if right { table.isOuter = true }
        if left {
            for table in earlier { table.isOuter = true }
        }
        if case .using(let columns)? = join.constraint { try merge(columns, join, table, earlier, scope) }
    }

    /// PostHog guards the table events by a condition of WHERE, so that rows without an event are lost.
    private func guardEvents(_ join: Join, earlier: [ScopeTable], _ table: ScopeTable) throws(AirlockError) {
        func isEvents(_ table: ScopeTable) -> Bool {
            if case .shape(let shape, _) = table.content { shape.name == "events" } else { false }
        }
        let direction = join.kind.direction
        let leftMayMiss = direction == .right || direction == .full
        guard leftMayMiss && earlier.contains(where: isEvents) || direction == .full && isEvents(table) else { return }
        throw refuse(.outerEvents, join.range)
    }

    // MARK: - ON and USING

    private func condition(
        of join: Join, _ table: ScopeTable, _ earlier: [ScopeTable], _ scope: SelectScope
    ) throws(AirlockError) -> Node? {
        switch join.constraint {
        case .on(let expression):
            scope.withoutAggregates = "JOIN … ON"
            plainNulls += 1
            joining = table.alias
            defer {
                plainNulls -= 1
                joining = nil
                scope.withoutAggregates = nil
            }
            return try condition(expression, scope)
        case .using(let columns):
            if join.kind.strictness == .asof { throw unsupported("ASOF JOIN … USING", join.range, hint: "Use ON.") }
            var condition: Node?
            for column in columns {
                let (left, right) = try sides(of: column, table, earlier, scope)
                plainNulls += 1
                defer { plainNulls -= 1 }
                let equal = try compare(.equal, left, right, column.range)
                condition = condition.map { and($0, equal) } ?? equal
            }
            return condition
        case nil:
            if join.kind.direction != .cross {
                throw invalid("a JOIN needs ON or USING", join.range, hint: "Write CROSS JOIN for every pair of rows.")
            }
            return nil
        }
    }

    /// A column of USING on either side.
    private func sides(
        of column: QueryExpression, _ table: ScopeTable, _ earlier: [ScopeTable], _ scope: SelectScope
    ) throws(AirlockError) -> (Node, Node) {
        guard case .name(let name)? = column.path?.last, column.path?.count == 1 else {
            throw invalid("USING takes names of columns", column.range)
        }
        var left: Reference? = scope.merged[name].map(Reference.node)
        for table in earlier where left == nil { left = try field(name, of: table, scope, column.range) }
        guard let left, let right = try field(name, of: table, scope, column.range) else {
            throw invalid("both sides of USING need a column '\(name)'", column.range)
        }
        return (try node(left, column.range), try node(right, column.range))
    }

    /// What the names of USING stand for behind the join: the side that always has a row, or whichever has one.
    private func merge(
        _ columns: [QueryExpression], _ join: Join, _ table: ScopeTable, _ earlier: [ScopeTable], _ scope: SelectScope
    ) throws(AirlockError) {
        for column in columns {
            guard case .name(let name)? = column.path?.last else { continue }
            let (wereOuter, wasOuter) = (earlier.map(\.isOuter), table.isOuter)
            if join.kind.direction == .full {
                // As stored: NULL tells that there is no row.
                for table in earlier { table.isOuter = false }
                table.isOuter = false
            }
            defer {
                for (table, isOuter) in zip(earlier, wereOuter) { table.isOuter = isOuter }
                table.isOuter = wasOuter
            }
            let (left, right) = try sides(of: column, table, earlier, scope)
            guard let type = ClickHouseType.common(left.type, right.type) else { continue }
            let (first, second) = (try cast(left, to: type, column.range), try cast(right, to: type, column.range))
            switch join.kind.direction {
            case .right: scope.merged[name] = second
            case .full:
                let either = ScalarCall("either", sql: { "coalesce(\($0[0]), \($0[1]))" }, seesNull: true) {
                    $0[0].isNull ? $0[1] : $0[0]
                }
                scope.merged[name] = .call(either, type, [first, second])
            default: scope.merged[name] = first
            }
        }
    }

    // MARK: - Kinds of joins

    private func add(_ joined: JoinedTable, _ scope: SelectScope) throws(AirlockError) {
        let kind = joined.join.kind
        switch kind.strictness {
        case nil, .all?: try addPlain(joined, scope)
        case .any?, .semi?: try addFirst(joined, scope)
        case .anti?: try addAnti(joined, scope)
        case .asof?: try addNearest(joined, scope)
        }
    }

    private func addPlain(_ joined: JoinedTable, _ scope: SelectScope) throws(AirlockError) {
        let direction = joined.join.kind.direction
        if direction != .inner, direction != .cross, let condition = joined.condition, !condition.tables.isEmpty {
            // ClickHouse refuses it too: INVALID_JOIN_ON_EXPRESSION.
            guard condition.contains(where: { joined.equality($0) != nil }) else {
                throw invalid(
                    "ON of a \(direction.rawValue) JOIN needs an equality between the two tables",
                    joined.join.range, hint: "Add one, or use an INNER JOIN.")
            }
            try keepRequired(joined, scope)
        }
        let keyword: String =
            switch direction {
            case .left: "LEFT JOIN"
            case .right: "RIGHT JOIN"
            case .full: "FULL JOIN"
            case .cross: "CROSS JOIN"
            default: "JOIN"
            }
        scope.joins.append(
            .init(source: joined.source, alias: joined.table.alias, keyword: keyword, condition: joined.condition))
    }

    /// A condition that an ANTI JOIN has put on the rows so far must not meet the rows a later join adds.
    private func keepRequired(_ joined: JoinedTable, _ scope: SelectScope) throws(AirlockError) {
        guard scope.required != nil, joined.outerSides.left else { return }
        throw unsupported(
            "\(joined.join.kind.direction.rawValue) JOIN behind an ANTI JOIN", joined.join.range,
            hint: "Put the ANTI JOIN into a subquery.")
    }

    /// ANY and SEMI joins: of the rows with equal keys the first one counts.
    private func addFirst(_ joined: JoinedTable, _ scope: SelectScope) throws(AirlockError) {
        let (direction, isSemi) = (joined.join.kind.direction, joined.join.kind.strictness == .semi)
        let parts = try joined.split(self)
        var source = joined.source
        let keyword: String
        // SEMI JOIN alone is LEFT SEMI JOIN, ANY JOIN alone is ANY INNER JOIN.
        switch isSemi && direction == .inner ? .left : direction {
        case .left:
            source = .distinct(source, keys: parts.equalities.map(\.right), filter: parts.rightOnly)
            keyword = isSemi ? "JOIN" : "LEFT JOIN"
        case .right:
            try makeLeftDistinct(joined, parts, scope)
            keyword = isSemi ? "JOIN" : "RIGHT JOIN"
        case .inner:
            source = .distinct(source, keys: parts.equalities.map(\.right), filter: parts.rightOnly)
            try makeLeftDistinct(joined, parts, scope)
            keyword = "JOIN"
        default: throw invalid(joined.misplaced, joined.join.range)
        }
        if direction != .left { try keepRequired(joined, scope) }
        scope.joins.append(
            .init(source: source, alias: joined.table.alias, keyword: keyword, condition: joined.condition))
    }

    private func makeLeftDistinct(
        _ joined: JoinedTable, _ parts: JoinedTable.Parts, _ scope: SelectScope
    ) throws(AirlockError) {
        let keys = parts.equalities.map(\.left)
        guard scope.joins.count == 1, keys.allSatisfy({ $0.tables == [scope.joins[0].alias] }) else {
            throw unsupported(
                "\(joined.name) behind another join", joined.join.range, hint: "Put the joins so far into a subquery.")
        }
        if joined.join.kind.direction == .inner, parts.leftOnly != nil || parts.rightOnly != nil {
            throw unsupported(
                "\(joined.name) with a condition on one side", joined.join.range, hint: "Filter in a subquery.")
        }
        scope.joins[0].source = .distinct(scope.joins[0].source, keys: keys, filter: parts.leftOnly)
    }

    /// ANTI joins: rows without a partner.
    private func addAnti(_ joined: JoinedTable, _ scope: SelectScope) throws(AirlockError) {
        try keepRequired(joined, scope)
        _ = try joined.split(self)
        let marked: String
        var source = joined.source
        let keyword: String
        switch joined.join.kind.direction {
        case .left, .inner:
            source = .marked(source)
            (marked, keyword) = (joined.table.alias, "LEFT JOIN")
        case .right:
            guard scope.joins.count == 1 else {
                throw unsupported(
                    "RIGHT ANTI JOIN behind another join", joined.join.range,
                    hint: "Put the joins so far into a subquery.")
            }
            scope.joins[0].source = .marked(scope.joins[0].source)
            (marked, keyword) = (scope.joins[0].alias, "RIGHT JOIN")
        default: throw invalid(joined.misplaced, joined.join.range)
        }
        scope.joins.append(
            .init(source: source, alias: joined.table.alias, keyword: keyword, condition: joined.condition))
        let mark = Node.column("\"\(marked)\".\"m\"", .nullable(.uint8))
        let missing = ScalarCall("unmatched", sql: { "(\($0[0]) IS NULL)" }, seesNull: true) { .bool($0[0].isNull) }
        let isMissing = Node.call(missing, .uint8, [mark])
        scope.required = scope.required.map { and($0, isMissing) } ?? isMissing
    }

    /// ASOF joins: of the rows with equal keys the nearest by an inequality. Each row of the right side answers for the
    /// stretch up to its neighbour, so that a plain join finds the one row; of rows with equal keys all stretches but one
    /// are empty.
    private func addNearest(_ joined: JoinedTable, _ scope: SelectScope) throws(AirlockError) {
        let direction = joined.join.kind.direction
        guard direction == .inner || direction == .left else { throw invalid(joined.misplaced, joined.join.range) }
        let parts = try joined.split(self, takesInequality: true)
        guard let nearest = parts.inequality else {
            throw invalid(
                "ASOF JOIN needs an inequality in ON besides the equalities", joined.join.range,
                hint: "As a.key = b.key AND a.timestamp >= b.timestamp.")
        }
        let keys = parts.equalities.map(\.right)
        let filter = parts.rightOnly.map { and($0, nearest.isPresent) } ?? nearest.isPresent
        let isNext = nearest.symbol == ">=" || nearest.symbol == ">"
        let bound = Node.column("\"\(joined.table.alias)\".\"b\"", nearest.right.type.asNullable)
        let symbol = [">=": "<", ">": "<=", "<=": ">", "<": ">="][nearest.symbol] ?? "<"
        let within = ScalarCall(
            "within \(symbol)", sql: { "(\($0[1]) IS NULL OR \($0[0]) \(symbol) \($0[1]))" }, seesNull: true
        ) { _ in .bool(true) }
        let inStretch = Node(
            .call(within, [nearest.left, bound]), .uint8, signature: "within", children: [nearest.left, bound])
        scope.joins.append(
            .init(
                source: .bounded(joined.source, keys: keys, by: nearest.right, isNext: isNext, filter: filter),
                alias: joined.table.alias,
                keyword: direction == .left ? "LEFT JOIN" : "JOIN",
                condition: joined.condition.map { and($0, inStretch) } ?? inStretch))
    }
}
