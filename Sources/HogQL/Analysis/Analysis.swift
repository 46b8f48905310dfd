internal import AirlockCore

/// What a query touches, found in its tree through CTEs, subqueries, joins, aliases and lazy joins.
///
/// Permissions are decided on this, so it errs towards more: a name that may belong to several tables in scope counts
/// for each of them.
public struct Analysis: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        public var table: String
        /// `*` when all columns of the table are read.
        public var column: String

        public init(table: String, column: String) {
            self.table = table
            self.column = column
        }
    }

    /// Tables that are read, as they are named (case matters), in order of first use; with those that
    /// `person.properties.x` or `session.$channel_type` join.
    public var tables: [String] = []
    /// Columns that are read whole; of one that only single properties are read of, ``properties`` tells.
    public var columns: [Column] = []
    /// `events.properties.$browser`; `events.properties.*` when the column is read whole or by a computed name.
    public var properties: [String] = []
    /// As they are written, in order of first use.
    public var functions: [String] = []
    /// Names that stand in braces and have no value yet.
    public var placeholders: [String] = []
    /// The LIMIT of the outermost query, when it is a constant.
    public var limit: Int?
    /// Whether OFFSET, or the second number of a LIMIT, stands anywhere; PostHog refuses it to personal keys.
    public var usesOffset = false
    /// What makes the query dear, in the order in which it is found.
    public var costHints: [CostHint] = []

    public init() {}

    /// Analyses a query, best after ``QueryStatement/substituting(_:)``.
    public init(_ statement: QueryStatement) {
        var analyzer = Analyzer()
        _ = analyzer.visit(statement)
        self = analyzer.finished()
        switch statement {
        case .select(let query): limit = query.limit?.constantCount
        case .set(let set): limit = set.limit?.constantCount
        case .placeholder: break
        }
    }
}

extension LimitClause {
    /// The number of rows, when it is written as one.
    var constantCount: Int? {
        guard !isPercent, case .constant(.number(let number))? = count?.kind else { return nil }
        return number.int
    }
}
