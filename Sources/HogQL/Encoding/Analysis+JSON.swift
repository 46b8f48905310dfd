public import AirlockCore

extension Analysis {
    /// The findings as JSON: `tables`, `columns`, `properties`, `functions`, `placeholders`, `limit` (null when there is
    /// none), `uses_offset`, and `cost_hints`, each with its `kind`, `advice`, `line` and `column`.
    ///
    /// - Parameter text: what the query was read from.
    public func json(in text: String) -> JSONValue {
        let positions = SourcePositions(text)
        return [
            "tables": .array(tables.map { .string($0) }),
            "columns": .array(columns.map { ["table": .string($0.table), "column": .string($0.column)] }),
            "properties": .array(properties.map { .string($0) }),
            "functions": .array(functions.map { .string($0) }),
            "placeholders": .array(placeholders.map { .string($0) }),
            "limit": limit.map { .int($0) } ?? .null,
            "uses_offset": .bool(usesOffset),
            "cost_hints": .array(
                costHints.map { hint in
                    var object: JSONObject = [
                        "kind": .string(hint.kind.rawValue), "advice": .string(hint.kind.advice),
                    ]
                    if let place = positions.place(of: hint.range) {
                        object["line"] = .int(place.line)
                        object["column"] = .int(place.column)
                    }
                    return .object(object)
                }),
        ]
    }
}
