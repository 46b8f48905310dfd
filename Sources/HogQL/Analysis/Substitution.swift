public import AirlockCore

extension QueryStatement {
    /// The query with each `{name}` replaced by its value as nodes of the tree, never as text.
    ///
    /// Strings, numbers, truth values and null become constants, arrays become arrays, and behind IN tuples. A value
    /// that no placeholder names is not an error: PostHog ignores it too.
    ///
    /// - Throws: `invalid_query` for a placeholder without a value, with the nearest given name, and for a value that
    ///   cannot stand in a query.
    public func substituting(_ values: JSONObject) throws(AirlockError) -> QueryStatement {
        var substitution = Substitution(values: values)
        return try substitution.applied(to: self)
    }
}

extension QueryExpression {
    /// The expression with each `{name}` replaced by its value; see ``QueryStatement/substituting(_:)``.
    public func substituting(_ values: JSONObject) throws(AirlockError) -> QueryExpression {
        var substitution = Substitution(values: values)
        return try substitution.applied(to: self)
    }
}

/// Values on their way into a tree.
struct Substitution: TreeRewriter {
    let values: JSONObject

    mutating func rewritten(_ expression: QueryExpression) throws(AirlockError) -> QueryExpression? {
        switch expression.kind {
        case .placeholder(let inner): return try value(of: inner, isList: false, range: expression.range)
        case .compare(let comparison, let left, let right):
            // `x IN {list}` takes a tuple, as it would be written.
            guard comparison == .isIn || comparison == .notIn, case .placeholder(let inner) = right.kind else {
                return nil
            }
            let list = try value(of: inner, isList: true, range: right.range)
            return QueryExpression(.compare(comparison, try applied(to: left), list), range: expression.range)
        default: return nil
        }
    }

    /// In a table's or a query's place only the name can be reported.
    func refuseTable(_ expression: QueryExpression) -> AirlockError {
        AirlockError(
            .invalidQuery,
            "the placeholder \(QueryPrinter.text(of: expression)) stands where a table or a query must stand",
            hint: "Values are constants and lists; write the table's name.")
    }

    private func value(
        of inner: QueryExpression, isList: Bool, range: SourceRange
    ) throws(AirlockError) -> QueryExpression {
        guard let name = inner.placeholderName else {
            throw AirlockError(
                .unsupportedQuery, "a placeholder holds one name, not '\(QueryPrinter.text(of: inner))'",
                hint: "Compute the value before, and pass it.")
        }
        guard let value = values[name] else {
            let nearest = nearestName(to: name, in: values.map(\.key))
            let given = values.map(\.key).sorted().joined(separator: ", ")
            throw AirlockError(
                .invalidQuery, "the placeholder {\(name)} has no value",
                hint: nearest.map { "Did you mean {\($0)}?" }
                    ?? (given.isEmpty ? "No values were given." : "Given: \(given)."))
        }
        var node: QueryExpression
        do throws(AirlockError) {
            node = try QueryExpression(json: value)
        } catch {
            var named = error
            named.message = "the value of {\(name)}: \(error.message)"
            throw named
        }
        if isList, case .array(let elements) = node.kind, !elements.isEmpty {
            node = QueryExpression(.tuple(elements))
        }
        node.range = range
        return node
    }
}
