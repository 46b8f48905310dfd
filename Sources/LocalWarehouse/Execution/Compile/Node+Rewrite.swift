internal import AirlockCore

extension Node {
    /// The same expression over other children; what it stands for, and so its signature, stays.
    func mapChildren(_ transform: (Node) throws(AirlockError) -> Node) throws(AirlockError) -> Node {
        switch kind {
        case .constant, .column, .parameter, .scalarQuery, .exists: return self
        case .call(let call, let arguments):
            let mapped = try Self.map(arguments, transform)
            return rebuilt(.call(call, mapped), mapped)
        case .aggregate(let call, let arguments, let filter):
            let mapped = try Self.map(arguments, transform)
            let condition = try filter.map { node throws(AirlockError) in try transform(node) }
            return rebuilt(
                .aggregate(call, mapped, filter: condition), mapped + (condition.map { [$0] } ?? []), aggregate: true)
        case .membership(let value, let number, let nullable):
            let mapped = try transform(value)
            return rebuilt(.membership(mapped, number, nullable: nullable), [mapped])
        case .spread(let array):
            let mapped = try transform(array)
            return rebuilt(.spread(mapped), [mapped])
        case .window(let window):
            var order: [WindowNode.Order] = []
            for item in window.order { order.append(.init(key: try transform(item.key), descending: item.descending)) }
            let mapped = WindowNode(
                function: window.function, arguments: try Self.map(window.arguments, transform),
                partition: try Self.map(window.partition, transform), order: order, frame: window.frame)
            return rebuilt(.window(mapped), mapped.children, window: true)
        }
    }

    private static func map(
        _ nodes: [Node], _ transform: (Node) throws(AirlockError) -> Node
    ) throws(AirlockError) -> [Node] {
        var mapped: [Node] = []
        mapped.reserveCapacity(nodes.count)
        for node in nodes { mapped.append(try transform(node)) }
        return mapped
    }

    /// The same expression under another signature.
    func signed(_ signature: String) -> Node {
        rebuilt(
            kind, children, aggregate: containsAggregate, window: containsWindow, signature: signature)
    }

    private func rebuilt(
        _ kind: Kind, _ children: [Node], aggregate: Bool = false, window: Bool = false, signature: String? = nil
    ) -> Node {
        Node(
            kind, type, signature: signature ?? self.signature, children: children, mayBeNaN: mayBeNaN,
            aggregate: aggregate,
            window: window)
    }

    /// Whether the node or something in it holds.
    func contains(where predicate: (Node) -> Bool) -> Bool {
        predicate(self) || children.contains { $0.contains(where: predicate) }
    }

    /// The tables, by their SQL aliases, that the expression reads.
    var tables: Set<String> {
        var found: Set<String> = []
        collectTables(into: &found)
        return found
    }

    private func collectTables(into found: inout Set<String>) {
        if case .column(let sql) = kind {
            // A column is written as "alias"."name".
            let parts = sql.split(separator: "\"", maxSplits: 1, omittingEmptySubsequences: true)
            if let alias = parts.first { found.insert(String(alias)) }
        }
        for child in children { child.collectTables(into: &found) }
    }
}
