/// One SELECT with its clauses.
public struct SelectQuery: Sendable, Hashable {
    public var ctes: [CommonTableExpression] = []
    public var isRecursive = false
    public var distinct = false
    /// At least one.
    public var columns: [QueryExpression] = []
    public var from: FromClause?
    public var arrayJoin: ArrayJoinClause?
    public var prewhere: QueryExpression?
    public var filter: QueryExpression?
    public var groupBy: GroupByClause?
    public var having: QueryExpression?
    public var qualify: QueryExpression?
    public var windows: [NamedWindow] = []
    public var orderBy: [OrderItem] = []
    /// `LIMIT n [OFFSET m] BY …`
    public var limitBy: LimitByClause?
    public var limit: LimitClause?
    public var range: SourceRange = .none

    public init() {}
}

/// `LIMIT n [OFFSET m] [WITH TIES]`, or `OFFSET m` alone.
public struct LimitClause: Sendable, Hashable {
    public var count: QueryExpression?
    public var offset: QueryExpression?
    public var withTies: Bool
    /// `LIMIT 5 %`: a share of the rows.
    public var isPercent: Bool

    public init(
        count: QueryExpression?, offset: QueryExpression? = nil, withTies: Bool = false, isPercent: Bool = false
    ) {
        self.count = count
        self.offset = offset
        self.withTies = withTies
        self.isPercent = isPercent
    }
}

public struct LimitByClause: Sendable, Hashable {
    public var count: QueryExpression
    public var offset: QueryExpression?
    /// At least one.
    public var keys: [QueryExpression]

    public init(count: QueryExpression, offset: QueryExpression?, keys: [QueryExpression]) {
        self.count = count
        self.offset = offset
        self.keys = keys
    }
}

/// The forms of GROUP BY.
public enum GroupByClause: Sendable, Hashable {
    case keys([QueryExpression])
    /// Every column that is not an aggregate.
    case all
    case rollup([QueryExpression])
    case cube([QueryExpression])
    case groupingSets([[QueryExpression]])
}

/// One key of ORDER BY. NULLs come last in either direction, as in ClickHouse.
public struct OrderItem: Sendable, Hashable {
    public var expression: QueryExpression
    public var descending: Bool
    /// `WITH FILL [FROM a] [TO b] [STEP c]`
    public var fill: FillClause?

    public init(_ expression: QueryExpression, descending: Bool = false, fill: FillClause? = nil) {
        self.expression = expression
        self.descending = descending
        self.fill = fill
    }
}

public struct FillClause: Sendable, Hashable {
    public var from: QueryExpression?
    public var to: QueryExpression?
    public var step: QueryExpression?

    public init(from: QueryExpression? = nil, to: QueryExpression? = nil, step: QueryExpression? = nil) {
        self.from = from
        self.to = to
        self.step = step
    }
}

/// `[LEFT] ARRAY JOIN a AS x, …`: each expression carries an alias.
public struct ArrayJoinClause: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case plain = "ARRAY JOIN"
        case left = "LEFT ARRAY JOIN"
        case inner = "INNER ARRAY JOIN"
    }

    public var kind: Kind
    public var arrays: [QueryExpression]

    public init(kind: Kind, arrays: [QueryExpression]) {
        self.kind = kind
        self.arrays = arrays
    }
}
