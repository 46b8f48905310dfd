internal import AirlockCore
internal import HogQL

/// Lays the clauses of a SELECT out in ClickHouse's order: FROM, ARRAY JOIN, WHERE, GROUP BY, HAVING, windows, QUALIFY,
/// what is left of arrayJoin, DISTINCT, ORDER BY, LIMIT BY, LIMIT. Where one SQLite SELECT cannot hold them in this
/// order, what comes first becomes a table of the next.
struct SelectLayout {
    let resolver: Resolver
    let scope: SelectScope
    let query: SelectQuery
    private var draft: SelectDraft
    private var plan = SelectPlan()

    init(_ draft: SelectDraft, _ scope: SelectScope, _ query: SelectQuery, _ resolver: Resolver) {
        (self.draft, self.scope, self.query, self.resolver) = (draft, scope, query, resolver)
    }

    mutating func plan(_ limit: LimitPlan) throws(AirlockError) -> SelectPlan {
        try spreadEarly()
        try checkGroups()
        plan.joins = scope.joins
        plan.filter = draft.filter
        plan.group = draft.keys
        let isLateFilter = draft.having?.containsSpread ?? false
        if let groupings = draft.groupings {
            try layOut(groupings)
        } else if isLateFilter {
            guard !draft.outputs.contains(where: \.containsWindow) else {
                throw resolver.unsupported(
                    "HAVING by arrayJoin in a query with windows", query.range, hint: "Filter in a subquery.")
            }
        } else if draft.isGrouped {
            plan.having = draft.having
        } else if let having = draft.having {
            plan.filter = plan.filter.map { resolver.and($0, having) } ?? having
        }
        if !isLateFilter { draft.having = nil }
        if draft.qualify != nil {
            try wrap(computing: { !$0.containsSpread })
            guard let qualify = draft.qualify, !qualify.containsSpread else {
                throw resolver.unsupported("QUALIFY by arrayJoin", query.range, hint: "Filter in a subquery.")
            }
            plan.filter = qualify
            draft.qualify = nil
        }
        try spreadLate()
        if isLateFilter { plan.filter = draft.having }
        draft.having = nil
        if draft.isDistinct, draft.limitBy != nil || limit.withTies || !isOrderedByColumns { try wrapDistinct() }
        plan.columns = draft.columns
        plan.isDistinct = draft.isDistinct
        plan.order = draft.order
        plan.limitBy = draft.limitBy
        if limit.withTies, plan.order.isEmpty || limit.count == nil || limit.offset > 0 || plan.limitBy != nil {
            throw resolver.invalid("WITH TIES needs ORDER BY, and stands with neither OFFSET nor LIMIT BY", query.range)
        }
        return plan
    }

    /// Makes the plan so far a table in FROM.
    ///
    /// - Parameter computing: which expressions it computes; the rest is built on top of them.
    private mutating func wrap(computing isInner: (Node) -> Bool) throws(AirlockError) {
        let lift = ColumnLift(alias: resolver.newAlias())
        let removed = resolver.unsupported(
            "ORDER BY or LIMIT BY of what DISTINCT leaves out", query.range, hint: "Add it to the columns.")
        try draft.mapOutputs { node throws(AirlockError) in
            guard let lifted = try lift.lift(node, isInner) else { throw removed }
            return lifted
        }
        plan.columns = lift.columns
        let inner = lift.plan(.select(plan))
        plan = SelectPlan()
        plan.joins = [.init(source: .plan(inner), alias: lift.alias, keyword: "", condition: nil)]
    }
}

/// Expressions replaced by columns of a table that computes them.
final class ColumnLift {
    let alias: String
    private(set) var columns: [Node] = []
    private var numbers: [String: Int] = [:]

    init(alias: String) { self.alias = alias }

    /// - Returns: `nil` when the expression reads a column that the table does not compute.
    func lift(_ node: Node, _ isInner: (Node) -> Bool) throws(AirlockError) -> Node? {
        if node.constant != nil { return node }
        if isInner(node) { return column(node) }
        if case .column = node.kind { return nil }
        var isMissing = false
        let lifted = try node.mapChildren { child throws(AirlockError) in
            guard let lifted = try lift(child, isInner) else {
                isMissing = true
                return child
            }
            return lifted
        }
        return isMissing ? nil : lifted
    }

    private func column(_ node: Node) -> Node {
        let index = numbers[node.signature] ?? columns.count
        if index == columns.count {
            columns.append(node)
            numbers[node.signature] = index
        }
        return .column("\"\(alias)\".\"c\(index)\"", node.type, mayBeNaN: node.mayBeNaN)
    }

    func plan(_ body: QueryPlan.Body) -> QueryPlan {
        var body = body
        if case .select(var select) = body, select.columns.isEmpty {
            select.columns = [.int(1)]
            body = .select(select)
        }
        return QueryPlan(
            columns: columns.map { .init(name: "", type: $0.type, mayBeNaN: $0.mayBeNaN) }, body: body)
    }
}

// MARK: - DISTINCT

extension SelectLayout {
    private var isOrderedByColumns: Bool {
        let columns = Set(draft.columns.map(\.signature))
        return draft.order.allSatisfy { $0.key.constant != nil || columns.contains($0.key.signature) }
    }

    private mutating func wrapDistinct() throws(AirlockError) {
        let columns = Set(draft.columns.map(\.signature))
        plan.isDistinct = true
        draft.isDistinct = false
        try wrap(computing: { columns.contains($0.signature) })
    }
}

// MARK: - Groups

extension SelectLayout {
    /// In a query that aggregates, every column is made of keys and aggregates.
    private func checkGroups() throws(AirlockError) {
        if let filter = draft.filter, filter.containsWindow {
            throw resolver.invalid("a window function cannot stand in WHERE", query.range, hint: "Use QUALIFY.")
        }
        if let having = draft.having, having.containsWindow {
            throw resolver.invalid("a window function cannot stand in HAVING", query.range, hint: "Use QUALIFY.")
        }
        guard draft.isGrouped else { return }
        let keys = Set(draft.keys.map(\.signature))
        for (index, node) in draft.outputs.enumerated() {
            guard let column = ungrouped(node, keys) else { continue }
            let range = index < query.columns.count ? query.columns[index].range : query.range
            throw resolver.invalid(
                "\(column) is neither in GROUP BY nor inside an aggregate function", range,
                hint: "Add it to GROUP BY, or wrap it, as any(x).")
        }
    }

    /// A column that is not covered by the keys; `nil` when there is none.
    private func ungrouped(_ node: Node, _ keys: Set<String>) -> String? {
        if keys.contains(node.signature) { return nil }
        switch node.kind {
        case .aggregate, .constant, .parameter, .scalarQuery, .exists: return nil
        case .column: return "a column"
        case .call, .window, .membership, .spread:
            for child in node.children {
                if let found = ungrouped(child, keys) { return found }
            }
            return nil
        }
    }

    /// ROLLUP, CUBE and GROUPING SETS: a query for each grouping, whose other keys have the default of their type.
    private mutating func layOut(_ groupings: [[Int]]) throws(AirlockError) {
        var numbers: [String: Int] = [:]
        for (index, key) in draft.keys.enumerated() where numbers[key.signature] == nil {
            numbers[key.signature] = index
        }
        let lift = ColumnLift(alias: resolver.newAlias())
        try draft.mapOutputs { node throws(AirlockError) in
            let lifted = try lift.lift(node) { node in
                if numbers[node.signature] != nil || Grouping.keys(of: node) != nil { return true }
                if case .aggregate = node.kind { return true }
                return false
            }
            return lifted ?? node
        }
        let count = Grouping.rowCount
        var members: [QueryPlan] = []
        for grouping in groupings {
            let present = Set(grouping.map { draft.keys[$0].signature })
            var member = plan
            member.group = grouping.map { draft.keys[$0] }
            member.columns = lift.columns.map { node in
                if let keys = Grouping.keys(of: node) {
                    // The first key is the highest bit, 1 where the row is not grouped by it.
                    let bits = keys.reduce(Int64(0)) { $0 &* 2 &+ (present.contains($1.signature) ? 0 : 1) }
                    return .constant(.int(bits), .uint64)
                }
                guard numbers[node.signature] != nil, !present.contains(node.signature) else { return node }
                return .constant(node.type.defaultValue, node.type)
            }
            member.columns.append(count)
            if member.group.isEmpty, !draft.emptyGroupingHasRow { member.having = count }
            members.append(QueryPlan(columns: [], body: .select(member)))
        }
        guard let first = members.first else { return }
        let rows = lift.plan(.set(first: first, rest: members.dropFirst().map { ("UNION ALL", $0) }))
        plan = SelectPlan()
        plan.joins = [.init(source: .plan(rows), alias: lift.alias, keyword: "", condition: nil)]
        plan.filter = draft.having
        draft.having = nil
        draft.keys = []
        draft.groupings = nil
    }
}

/// `grouping(a, b)`: which keys a row of ROLLUP, CUBE or GROUPING SETS is not grouped by.
enum Grouping {
    private static let key = "grouping"

    static func node(_ keys: [Node]) -> Node {
        let call = AggregateCall(key) { RowCount() }
        return Node(
            .aggregate(call, keys, filter: nil), .uint64,
            signature: "\(key)(\(keys.map(\.signature).joined(separator: ",")))", children: keys, aggregate: true)
    }

    /// The arguments, if the node is such a call.
    static func keys(of node: Node) -> [Node]? {
        guard case .aggregate(let call, let keys, _) = node.kind, call.key == key else { return nil }
        return keys
    }

    static let rowCount = Node(
        .aggregate(AggregateCall("rows", sql: { "count(*)\($1)" }) { RowCount() }, [], filter: nil), .uint64,
        signature: "rows()[]", aggregate: true)
}

// MARK: - arrayJoin

extension SelectLayout {
    /// Rows multiply before WHERE where an arrayJoin is needed by WHERE, by GROUP BY, inside an aggregate, or, without
    /// groups, inside a window function; without any of these it makes no difference when.
    private mutating func spreadEarly() throws(AirlockError) {
        var byFilter: Set<String> = []
        var byKeys: Set<String> = []
        var within: Set<String> = []
        if let filter = draft.filter { collect(filter, into: &byFilter) }
        for key in draft.keys { collect(key, into: &byKeys) }
        let isGrouped = draft.isGrouped
        let hasWindows = draft.outputs.contains(where: \.containsWindow)
        for node in draft.outputs where node.containsSpread {
            if !isGrouped, !hasWindows { collect(node, into: &within) }
            collectInside(node, isGrouped, into: &within)
        }
        guard !(byFilter.isEmpty && byKeys.isEmpty && within.isEmpty) else { return }
        let early = byFilter.union(byKeys).union(within)
        let spreads = SpreadJoins(scope.joins, resolver, query.range)
        if let filter = draft.filter { draft.filter = try spreads.place(filter) { early.contains($0.signature) } }
        for index in draft.keys.indices { draft.keys[index] = try spreads.place(draft.keys[index]) { _ in true } }
        try draft.mapOutputs { node throws(AirlockError) in
            isGrouped
                ? try spreads.placeGrouped(node, byKeys) : try spreads.place(node) { early.contains($0.signature) }
        }
        scope.joins = spreads.joins
        guard isGrouped else { return }
        var late: Set<String> = []
        for node in draft.outputs { collect(node, into: &late) }
        guard late.isDisjoint(with: byFilter) else {
            throw resolver.unsupported(
                "an arrayJoin that WHERE filters by and that is not in GROUP BY", query.range,
                hint: "Write ARRAY JOIN, or add it to GROUP BY.")
        }
    }

    /// Rows multiply for what is still left.
    private mutating func spreadLate() throws(AirlockError) {
        guard draft.outputs.contains(where: \.containsSpread) else { return }
        try wrap(computing: { !$0.containsSpread })
        let spreads = SpreadJoins(plan.joins, resolver, query.range)
        try draft.mapOutputs { node throws(AirlockError) in try spreads.place(node) { _ in true } }
        plan.joins = spreads.joins
    }

    private func collect(_ node: Node, into found: inout Set<String>) {
        guard node.containsSpread else { return }
        if case .spread = node.kind { found.insert(node.signature) }
        for child in node.children { collect(child, into: &found) }
    }

    private func collectInside(_ node: Node, _ isGrouped: Bool, into found: inout Set<String>) {
        guard node.containsSpread else { return }
        switch node.kind {
        case .aggregate: collect(node, into: &found)
        case .window where !isGrouped: collect(node, into: &found)
        default: for child in node.children { collectInside(child, isGrouped, into: &found) }
        }
    }
}

/// The joins of a FROM to which arrays are added, each array once.
private final class SpreadJoins {
    private(set) var joins: [SelectPlan.Join]
    private let resolver: Resolver
    private let range: SourceRange
    private var known: [String: Node] = [:]

    init(_ joins: [SelectPlan.Join], _ resolver: Resolver, _ range: SourceRange) {
        (self.joins, self.resolver, self.range) = (joins, resolver, range)
    }

    /// The expression with columns in place of its arrayJoins.
    func place(_ node: Node, _ isPlaced: (Node) -> Bool) throws(AirlockError) -> Node {
        guard node.containsSpread else { return node }
        let mapped = try node.mapChildren { child throws(AirlockError) in try place(child, isPlaced) }
        guard case .spread(let array) = mapped.kind, isPlaced(node) else { return mapped }
        if let column = known[node.signature] { return column }
        guard mapped.parameters.isEmpty else { throw resolver.unsupported("arrayJoin inside a lambda", range) }
        let (join, column) = try resolver.spread(array, outer: false, range)
        joins.append(join)
        known[node.signature] = column
        return column
    }

    /// The same in a query with groups: inside aggregates, and for those that are keys.
    func placeGrouped(_ node: Node, _ keys: Set<String>) throws(AirlockError) -> Node {
        guard node.containsSpread else { return node }
        if case .aggregate = node.kind { return try place(node) { _ in true } }
        if case .spread = node.kind, keys.contains(node.signature) { return try place(node) { _ in true } }
        return try node.mapChildren { child throws(AirlockError) in try placeGrouped(child, keys) }
    }
}
