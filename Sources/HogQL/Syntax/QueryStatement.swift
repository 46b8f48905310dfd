/// A whole query: one SELECT, or several joined by set operators.
public indirect enum QueryStatement: Sendable, Hashable {
    case select(SelectQuery)
    case set(SetQuery)
    /// `{name}` where a query may stand.
    case placeholder(QueryExpression)

    public var range: SourceRange {
        switch self {
        case .select(let query): query.range
        case .set(let query): query.range
        case .placeholder(let expression): expression.range
        }
    }
}

/// `a UNION ALL b INTERSECT c`, flat, as PostHog keeps it; INTERSECT binds tighter when it runs.
public struct SetQuery: Sendable, Hashable {
    public struct Step: Sendable, Hashable {
        public var setOperator: SetOperator
        public var query: QueryStatement

        public init(_ setOperator: SetOperator, _ query: QueryStatement) {
            self.setOperator = setOperator
            self.query = query
        }
    }

    /// `WITH` before the whole set.
    public var ctes: [CommonTableExpression]
    public var isRecursive: Bool
    public var first: QueryStatement
    /// At least one, or none when `(SELECT …) LIMIT 1` puts clauses around a single query.
    public var rest: [Step]
    /// These belong to the whole set: `(a UNION ALL b) LIMIT 1`.
    public var limit: LimitClause?
    public var range: SourceRange

    public init(
        ctes: [CommonTableExpression] = [], isRecursive: Bool = false, first: QueryStatement, rest: [Step],
        limit: LimitClause? = nil, range: SourceRange = .none
    ) {
        self.ctes = ctes
        self.isRecursive = isRecursive
        self.first = first
        self.rest = rest
        self.limit = limit
        self.range = range
    }
}

/// `name AS (SELECT …)` or `expression AS name`.
public struct CommonTableExpression: Sendable, Hashable {
    public enum Body: Sendable, Hashable {
        /// A table of the query's own.
        case query(QueryStatement)
        /// A name for an expression.
        case expression(QueryExpression)
    }

    public var name: Identifier
    /// `z(a, b) AS (…)`
    public var columnNames: [Identifier]
    /// `AS MATERIALIZED`, `AS NOT MATERIALIZED`; `nil` when neither is written.
    public var materialized: Bool?
    public var body: Body

    public init(name: Identifier, columnNames: [Identifier] = [], materialized: Bool? = nil, body: Body) {
        self.name = name
        self.columnNames = columnNames
        self.materialized = materialized
        self.body = body
    }
}
