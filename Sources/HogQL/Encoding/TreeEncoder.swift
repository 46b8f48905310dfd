public import AirlockCore

extension QueryStatement {
    /// The tree as JSON: nodes of ``NodeKind``, with the line and column where each begins.
    ///
    /// - Parameter text: what the query was read from.
    public func json(in text: String) -> JSONValue { TreeEncoder(text).encoded(self) }
}

extension QueryExpression {
    /// The tree as JSON; see ``QueryStatement/json(in:)``.
    public func json(in text: String) -> JSONValue { TreeEncoder(text).encoded(self) }
}

/// Turns a tree into JSON. A node's members stand in the order in which they are written in a query.
struct TreeEncoder {
    let positions: SourcePositions

    init(_ text: String) { positions = SourcePositions(text) }

    /// A node; members that are `nil` are left out.
    func node(_ kind: NodeKind, _ range: SourceRange, _ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        var object: JSONObject = ["kind": .string(kind.rawValue)]
        if let place = positions.place(of: range) {
            object["line"] = .int(place.line)
            object["column"] = .int(place.column)
        }
        add(members, to: &object)
        return .object(object)
    }

    func object(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        var object = JSONObject()
        add(members, to: &object)
        return .object(object)
    }

    private func add(_ members: KeyValuePairs<String, JSONValue?>, to object: inout JSONObject) {
        for (key, value) in members { if let value { object[key] = value } }
    }

    func names(_ names: [Identifier]) -> JSONValue { .array(names.map { .string($0.name) }) }

    func some(_ expressions: [QueryExpression]?) -> JSONValue? {
        guard let expressions, !expressions.isEmpty else { return nil }
        return list(expressions)
    }

    func list(_ expressions: [QueryExpression]) -> JSONValue { .array(expressions.map(encoded)) }

    func optional(_ expression: QueryExpression?) -> JSONValue? { expression.map(encoded) }

    func flag(_ isSet: Bool) -> JSONValue? { isSet ? true : nil }
}
