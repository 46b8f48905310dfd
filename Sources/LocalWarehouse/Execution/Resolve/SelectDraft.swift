internal import AirlockCore

/// A SELECT whose names are resolved, its clauses as they were written. ``SelectLayout`` brings them into the order in
/// which ClickHouse runs them.
struct SelectDraft {
    var columns: [Node] = []
    var filter: Node?
    var keys: [Node] = []
    /// The keys of each grouping, by number; `nil` for a plain GROUP BY.
    var groupings: [[Int]]?
    /// Whether the grouping by nothing has a row where there was none before: as GROUPING SETS has, ROLLUP has not.
    var emptyGroupingHasRow = false
    var having: Node?
    var qualify: Node?
    var order: [SelectPlan.Order] = []
    var limitBy: SelectPlan.LimitBy?
    var isDistinct = false

    /// What is computed from groups.
    var outputs: [Node] {
        columns + order.map(\.key) + (limitBy?.keys ?? []) + [having, qualify].compactMap { $0 }
    }

    /// Whether rows are brought together into groups.
    var isGrouped: Bool { !keys.isEmpty || groupings != nil || outputs.contains(where: \.containsAggregate) }

    mutating func mapOutputs(_ transform: (Node) throws(AirlockError) -> Node) throws(AirlockError) {
        for index in columns.indices { columns[index] = try transform(columns[index]) }
        for index in order.indices {
            order[index] = .init(key: try transform(order[index].key), descending: order[index].descending)
        }
        if let limitBy {
            var keys: [Node] = []
            for key in limitBy.keys { keys.append(try transform(key)) }
            self.limitBy = .init(keys: keys, count: limitBy.count, offset: limitBy.offset)
        }
        if let having { self.having = try transform(having) }
        if let qualify { self.qualify = try transform(qualify) }
    }
}
