internal import AirlockCore
internal import HogQL

/// A table being joined, and what its condition is made of.
struct JoinedTable {
    let join: Join
    let table: ScopeTable
    let source: SelectPlan.Join.Source
    let condition: Node?
    /// The SQL aliases of everything further left.
    let leftAliases: Set<String>

    /// `left = right` between the two sides.
    struct Equality {
        let left: Node
        let right: Node
    }

    /// `left symbol right`, whichever way it was written.
    struct Inequality {
        let symbol: String
        let left: Node
        let right: Node

        /// That the right side has a value.
        var isPresent: Node {
            let call = ScalarCall("present", sql: { "(\($0[0]) IS NOT NULL)" }, seesNull: true) {
                .bool(!$0[0].isNull)
            }
            return .call(call, .uint8, [right])
        }
    }

    struct Parts {
        var equalities: [Equality] = []
        var inequality: Inequality?
        var leftOnly: Node?
        var rightOnly: Node?
    }

    /// `ANY LEFT JOIN`
    var name: String {
        let strictness = join.kind.strictness.map { $0.rawValue + " " } ?? ""
        return "\(strictness)\(join.kind.direction == .inner ? "" : join.kind.direction.rawValue + " ")JOIN"
    }

    var misplaced: String { "ClickHouse has no \(name)" }

    /// Which sides may be without a row.
    var outerSides: (left: Bool, right: Bool) {
        let direction = join.kind.direction
        switch join.kind.strictness {
        case .semi?: return (false, false)
        case .anti?: return direction == .right ? (true, false) : (false, true)
        default: return (direction == .right || direction == .full, direction == .left || direction == .full)
        }
    }

    func equality(_ node: Node) -> Equality? {
        guard let (symbol, left, right) = comparison(node), symbol == "=" else { return nil }
        return Equality(left: left, right: right)
    }

    private func comparison(_ node: Node) -> (String, Node, Node)? {
        guard case .call(let call, let arguments) = node.kind, arguments.count == 2,
            let symbol = call.key.split(separator: " ").first.map(String.init),
            let mirrored = ["=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="][symbol]
        else { return nil }
        let (first, second) = (arguments[0].tables, arguments[1].tables)
        guard !first.isEmpty, !second.isEmpty else { return nil }
        if first.isSubset(of: leftAliases), second == [table.alias] { return (symbol, arguments[0], arguments[1]) }
        if second.isSubset(of: leftAliases), first == [table.alias] { return (mirrored, arguments[1], arguments[0]) }
        return nil
    }

    /// The parts of the condition that AND joins.
    ///
    /// - Throws: for a condition that is not made of equalities between the sides and conditions on one of them.
    func split(_ resolver: Resolver, takesInequality: Bool = false) throws(AirlockError) -> Parts {
        var parts = Parts()
        for part in condition.map(Self.conjuncts) ?? [] {
            if let (symbol, left, right) = comparison(part) {
                if symbol == "=" {
                    parts.equalities.append(.init(left: left, right: right))
                    continue
                }
                if takesInequality, parts.inequality == nil {
                    guard right.type.isNumeric || right.type.isDateOrTime, !right.mayBeNaN else {
                        throw resolver.invalid(
                            "ASOF JOIN compares numbers or times, not \(resolver.typeName(right.type))", join.range)
                    }
                    parts.inequality = .init(symbol: symbol, left: left, right: right)
                    continue
                }
            }
            let tables = part.tables
            if tables.isSubset(of: leftAliases) {
                parts.leftOnly = parts.leftOnly.map { resolver.and($0, part) } ?? part
            } else if tables == [table.alias] {
                parts.rightOnly = parts.rightOnly.map { resolver.and($0, part) } ?? part
            } else {
                throw resolver.unsupported(
                    "\(name) by anything but equalities", join.range,
                    hint: "Compare one column of either side in each part of ON.")
            }
        }
        guard !parts.equalities.isEmpty else {
            throw resolver.invalid("ON of \(name) needs an equality between the two tables", join.range)
        }
        return parts
    }

    private static func conjuncts(_ node: Node) -> [Node] {
        guard case .call(let call, let parts) = node.kind, call.key == "AND" else { return [node] }
        return parts.flatMap(conjuncts)
    }
}
