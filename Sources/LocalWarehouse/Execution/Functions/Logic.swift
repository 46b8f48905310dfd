/// AND, OR and NOT in three values, as ClickHouse and SQLite both have them.
enum Logic {
    static func and(_ parts: [Node]) -> Node { join(parts, "AND", absorbing: false) }
    static func or(_ parts: [Node]) -> Node { join(parts, "OR", absorbing: true) }

    private static func join(_ parts: [Node], _ word: String, absorbing: Bool) -> Node {
        let nullable = parts.contains { $0.isNullable }
        let call = ScalarCall(word, sql: { "(\($0.joined(separator: " \(word) ")))" }, seesNull: true) { values in
            if values.contains(where: { !$0.isNull && $0.isTrue == absorbing }) { return .bool(absorbing) }
            return values.contains(where: \.isNull) ? .null : .bool(!absorbing)
        }
        return .call(call, ClickHouseType.uint8.nullable(if: nullable), parts.map(counted))
    }

    static func not(_ node: Node) -> Node {
        let call = ScalarCall("NOT", sql: { "(NOT \($0[0]))" }) { .bool(!$0[0].isTrue) }
        return .call(call, ClickHouseType.uint8.nullable(if: node.isNullable), [counted(node)])
    }

    /// A NaN is stored as NULL but counts as true.
    private static func counted(_ node: Node) -> Node {
        guard node.mayBeNaN else { return node }
        let call = ScalarCall("truth", seesNull: true) { values in
            switch values[0] {
            case .null: .null
            case .double(let value): .bool(value != 0)
            default: .bool(values[0].isTrue)
            }
        }
        return .call(call, ClickHouseType.uint8.nullable(if: node.isNullable), [node])
    }
}
