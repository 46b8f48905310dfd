internal import AirlockCore

/// The tables and values of a TOML text while it is read. Nodes refer to each other by index; 0 is the root.
struct TOMLTree: Sendable {
    enum Content: Sendable {
        case value(JSONValue)
        case array([Int])
        /// Members by the bytes of their names (Swift's own string equality would take é for e + U+0301), and in order.
        case table([[UInt8]: Int], order: [(name: String, node: Int)])
    }

    /// How a node came to be, which decides who may still add to it.
    enum Origin: Sendable {
        /// By the name of a table within it: a header may still define it.
        case implied
        case header
        /// By a dotted key: only dotted keys of the same table may add to it.
        case dotted
        /// `{ … }` and `[ … ]`: complete as they stand.
        case inline
        /// `[[ … ]]`
        case tableArray
        case value
    }

    struct Node: Sendable {
        var content: Content
        var origin: Origin
        var offset: Int
    }

    private(set) var nodes = [Node(content: .table([:], order: []), origin: .header, offset: 0)]

    mutating func add(_ content: Content, _ origin: Origin, at offset: Int) -> Int {
        nodes.append(Node(content: content, origin: origin, offset: offset))
        return nodes.count - 1
    }

    mutating func define(_ node: Int, _ origin: Origin) { nodes[node].origin = origin }

    func member(_ name: String, of table: Int) -> Int? {
        guard case .table(let members, _) = nodes[table].content else { return nil }
        return members[Array(name.utf8)]
    }

    /// Adds a new member to a table.
    mutating func insert(_ node: Int, as name: String, into table: Int) {
        guard case .table(var members, var order) = nodes[table].content else { return }
        // Taken out first, so that both grow in place.
        nodes[table].content = .array([])
        members[Array(name.utf8)] = node
        order.append((name, node))
        nodes[table].content = .table(members, order: order)
    }

    mutating func append(_ node: Int, to array: Int) {
        guard case .array(var elements) = nodes[array].content else { return }
        nodes[array].content = .array([])
        elements.append(node)
        nodes[array].content = .array(elements)
    }

    func lastElement(of array: Int) -> Int? {
        guard case .array(let elements) = nodes[array].content else { return nil }
        return elements.last
    }

    func isTable(_ node: Int) -> Bool {
        if case .table = nodes[node].content { true } else { false }
    }

    func object(_ table: Int) -> JSONObject {
        guard case .table(_, let order) = nodes[table].content else { return [:] }
        var object = JSONObject()
        object.reserveCapacity(order.count)
        for (name, node) in order { object[name] = value(node) }
        return object
    }

    /// The parser has bounded the depth.
    private func value(_ node: Int) -> JSONValue {
        switch nodes[node].content {
        case .value(let value): value
        case .array(let elements): .array(elements.map(value))
        case .table: .object(object(node))
        }
    }

    /// The place of the node a path leads to, or of the last one on the way; `nil` when not even the first is there.
    func offset(of path: [String]) -> Int? {
        var current = 0
        var found: Int?
        for name in path {
            let next: Int?
            switch nodes[current].content {
            case .table: next = member(name, of: current)
            case .array(let elements): next = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            case .value: next = nil
            }
            guard let next else { break }
            current = next
            found = nodes[next].offset
        }
        return found
    }
}
