/// FROM: a first table and what is joined to it, in order. PostHog flattens parentheses around joins likewise.
public struct FromClause: Sendable, Hashable {
    public var first: TableReference
    public var joins: [Join]

    public init(first: TableReference, joins: [Join] = []) {
        self.first = first
        self.joins = joins
    }

    /// All tables, in order.
    public var tables: [TableReference] { [first] + joins.map(\.table) }
}

/// A table, or what stands in its place, under its alias.
public struct TableReference: Sendable, Hashable {
    public indirect enum Relation: Sendable, Hashable {
        /// `events`, `system.numbers`
        case table([Identifier])
        /// `numbers(10)`
        case function(Identifier, [QueryExpression])
        case subquery(QueryStatement)
        /// `(VALUES (1, 2), (3, 4))`
        case values([[QueryExpression]])
        case placeholder(QueryExpression)
        case pivot(PivotTable)
        case unpivot(UnpivotTable)
    }

    public var relation: Relation
    public var alias: Identifier?
    /// `AS t(a, b)`
    public var columnNames: [Identifier]
    public var isFinal: Bool
    public var sample: SampleClause?
    public var range: SourceRange

    public init(
        _ relation: Relation, alias: Identifier? = nil, columnNames: [Identifier] = [], isFinal: Bool = false,
        sample: SampleClause? = nil, range: SourceRange = .none
    ) {
        self.relation = relation
        self.alias = alias
        self.columnNames = columnNames
        self.isFinal = isFinal
        self.sample = sample
        self.range = range
    }
}

/// `SAMPLE 0.1 OFFSET 1/2`
public struct SampleClause: Sendable, Hashable {
    public struct Ratio: Sendable, Hashable {
        /// A number or a placeholder.
        public var numerator: QueryExpression
        public var denominator: QueryExpression?

        public init(numerator: QueryExpression, denominator: QueryExpression? = nil) {
            self.numerator = numerator
            self.denominator = denominator
        }
    }

    public var ratio: Ratio
    public var offset: Ratio?

    public init(ratio: Ratio, offset: Ratio? = nil) {
        self.ratio = ratio
        self.offset = offset
    }
}

/// A further table and how it is joined.
public struct Join: Sendable, Hashable {
    public var kind: JoinKind
    public var table: TableReference
    /// `nil` for CROSS, comma, NATURAL and POSITIONAL joins, and for a JOIN without ON, which HogQL allows.
    public var constraint: JoinConstraint?
    public var range: SourceRange

    public init(
        kind: JoinKind, table: TableReference, constraint: JoinConstraint? = nil, range: SourceRange = .none
    ) {
        self.kind = kind
        self.table = table
        self.constraint = constraint
        self.range = range
    }
}

public struct JoinKind: Sendable, Hashable {
    public enum Direction: String, Sendable, Hashable, CaseIterable {
        /// `INNER JOIN` and `JOIN`
        case inner = "INNER"
        case left = "LEFT"
        case right = "RIGHT"
        case full = "FULL"
        /// `CROSS JOIN` and a comma
        case cross = "CROSS"
        case natural = "NATURAL"
        case positional = "POSITIONAL"
    }

    public enum Strictness: String, Sendable, Hashable, CaseIterable {
        case all = "ALL"
        case any = "ANY"
        case asof = "ASOF"
        case semi = "SEMI"
        case anti = "ANTI"
    }

    public var direction: Direction
    public var strictness: Strictness?
    /// `LEFT JOIN LATERAL`
    public var isLateral: Bool

    public init(_ direction: Direction, strictness: Strictness? = nil, isLateral: Bool = false) {
        self.direction = direction
        self.strictness = strictness
        self.isLateral = isLateral
    }
}

public enum JoinConstraint: Sendable, Hashable {
    case on(QueryExpression)
    case using([QueryExpression])
}

/// `t PIVOT (sum(x) FOR y IN (1, 2) GROUP BY z)`
public struct PivotTable: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var column: QueryExpression
        public var values: [QueryExpression]

        public init(column: QueryExpression, values: [QueryExpression]) {
            self.column = column
            self.values = values
        }
    }

    public var table: TableReference
    public var aggregates: [QueryExpression]
    public var columns: [Column]
    public var groupBy: [QueryExpression]

    public init(
        table: TableReference, aggregates: [QueryExpression], columns: [Column], groupBy: [QueryExpression] = []
    ) {
        self.table = table
        self.aggregates = aggregates
        self.columns = columns
        self.groupBy = groupBy
    }
}

/// `t UNPIVOT (value FOR name IN (a, b))`
public struct UnpivotTable: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var value: QueryExpression
        public var name: QueryExpression
        public var sources: [QueryExpression]

        public init(value: QueryExpression, name: QueryExpression, sources: [QueryExpression]) {
            self.value = value
            self.name = name
            self.sources = sources
        }
    }

    public var table: TableReference
    public var includesNulls: Bool
    public var columns: [Column]

    public init(table: TableReference, includesNulls: Bool, columns: [Column]) {
        self.table = table
        self.includesNulls = includesNulls
        self.columns = columns
    }
}
