public import AirlockCore

/// A SELECT that a program puts together from values, without writing a line of HogQL.
///
///     let query = SelectBuilder(from: "events")
///         .columns(.field("event"), .count.named("n"))
///         .where(.field("timestamp") >= .call("now") - .interval(7, .day))
///         .group(by: .field("event"))
///         .order(by: .field("n"), descending: true)
///         .limit(10)
///     let text = try query.text()
///
/// Each step returns a changed copy. What cannot stand in a query is thrown by ``statement()`` and ``text()``.
public struct SelectBuilder: Sendable {
    var query = SelectQuery()
    /// The first thing that was wrong.
    var fault: AirlockError?

    /// From a table by its path: `"events"`, or `"system.information_schema.tables"` as three names.
    public init(from path: String..., alias: String? = nil) {
        let table = reference(to: path, alias: alias)
        query.from = table.map { FromClause(first: $0) }
    }

    /// From the rows of another query.
    public init(from inner: SelectBuilder, alias: String? = nil) {
        fault = inner.fault
        let name = alias.flatMap { identifiers([$0])?.first }
        query.from = FromClause(first: TableReference(.subquery(.select(inner.query)), alias: name))
    }

    // MARK: Clauses

    /// Gives the inner query a name that FROM and joins may use.
    public func with(_ name: String, as inner: SelectBuilder) -> SelectBuilder {
        changed(by: inner.fault) { builder in
            guard let name = builder.identifiers([name])?.first else { return }
            builder.query.ctes.append(CommonTableExpression(name: name, body: .query(.select(inner.query))))
        }
    }

    /// Adds columns to the select list.
    public func columns(_ terms: Term...) -> SelectBuilder {
        changed(by: terms) { $0.query.columns += terms.map(\.expression) }
    }

    public func distinct() -> SelectBuilder { changed { $0.query.distinct = true } }

    /// Joins a table on a condition.
    public func join(
        _ direction: JoinKind.Direction = .inner, _ path: String..., alias: String? = nil, on condition: Term
    ) -> SelectBuilder {
        changed(by: [condition]) { builder in
            guard let table = builder.reference(to: path, alias: alias) else { return }
            builder.query.from?.joins.append(
                Join(kind: JoinKind(direction), table: table, constraint: .on(condition.expression)))
        }
    }

    /// Conditions that must all hold, those of earlier calls included.
    public func `where`(_ conditions: Term...) -> SelectBuilder {
        changed(by: conditions) { builder in
            for condition in conditions {
                let before = builder.query.filter.map { Term($0) }
                builder.query.filter = (before.map { $0 && condition } ?? condition).expression
            }
        }
    }

    /// Adds keys to GROUP BY.
    public func group(by keys: Term...) -> SelectBuilder {
        changed(by: keys) { builder in
            var all: [QueryExpression] = []
            if case .keys(let before)? = builder.query.groupBy { all = before }
            all += keys.map(\.expression)
            if !all.isEmpty { builder.query.groupBy = .keys(all) }
        }
    }

    public func having(_ condition: Term) -> SelectBuilder {
        changed(by: [condition]) { $0.query.having = condition.expression }
    }

    /// Adds a key to ORDER BY. NULLs come last either way.
    public func order(by key: Term, descending: Bool = false) -> SelectBuilder {
        changed(by: [key]) { $0.query.orderBy.append(OrderItem(key.expression, descending: descending)) }
    }

    /// At most so many rows, after `offset` others. A negative number is a fault.
    public func limit(_ count: Int, offset: Int = 0) -> SelectBuilder {
        let wrong = count < 0 || offset < 0 ? AirlockError(.invalidQuery, "LIMIT and OFFSET cannot be negative") : nil
        return changed(by: wrong) { builder in
            builder.query.limit = LimitClause(
                count: Term.value(.int(count)).expression,
                offset: offset == 0 ? nil : Term.value(.int(offset)).expression)
        }
    }

    // MARK: The result

    /// The query as a tree.
    ///
    /// - Throws: `invalid_query` for the first name or value that cannot stand in a query, and for a query without
    ///   columns.
    public func statement() throws(AirlockError) -> QueryStatement {
        if let fault { throw fault }
        guard !query.columns.isEmpty else {
            throw AirlockError(.invalidQuery, "the query has no columns", hint: "Add some with columns(…).")
        }
        return .select(query)
    }

    /// The query as HogQL.
    ///
    /// - Throws: as ``statement()``.
    public func text() throws(AirlockError) -> String { QueryPrinter.text(of: try statement()) }

    // MARK: Steps

    private func changed(by terms: [Term], _ change: (inout SelectBuilder) -> Void) -> SelectBuilder {
        changed(by: terms.lazy.compactMap(\.fault).first, change)
    }

    private func changed(by wrong: AirlockError? = nil, _ change: (inout SelectBuilder) -> Void) -> SelectBuilder {
        var builder = self
        builder.fault = fault ?? wrong
        change(&builder)
        return builder
    }

    private mutating func identifiers(_ names: [String]) -> [Identifier]? {
        do throws(AirlockError) {
            return try Literal.checked(names)
        } catch {
            fault = fault ?? error
            return nil
        }
    }

    private mutating func reference(to path: [String], alias: String?) -> TableReference? {
        guard let names = identifiers(path) else { return nil }
        guard !names.isEmpty else {
            fault = fault ?? AirlockError(.invalidQuery, "a table has no name")
            return nil
        }
        return TableReference(.table(names), alias: alias.flatMap { identifiers([$0])?.first })
    }
}
