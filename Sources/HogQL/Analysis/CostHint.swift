/// Something that makes a query dear, or its answer other than meant, with what to do about it.
///
/// A hint is advice and no refusal; it is found in the tree alone, without looking at the data.
public struct CostHint: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        /// A table of events that is not bounded below in time.
        case noTimeRange = "no_time_range"
        /// The outermost query gives rows of a table and has no LIMIT.
        case noLimit = "no_limit"
        /// An OFFSET beyond ``CostHint/largeOffset``.
        case largeOffset = "large_offset"
        /// `*` over a table.
        case selectAll = "select_all"
        /// CROSS JOIN, or a comma.
        case crossJoin = "cross_join"
        /// A join without ON, or whose ON compares nothing for equality.
        case unboundedJoin = "unbounded_join"
        /// DISTINCT over `*` or over a column of properties.
        case distinctOverAll = "distinct_over_all"
        /// A regular expression over a property.
        case regularExpression = "regular_expression"
        /// `LIKE '%…'` over a property.
        case leadingWildcard = "leading_wildcard"
        /// ORDER BY in a subquery without LIMIT: the order is not kept.
        case orderInSubquery = "order_in_subquery"

        /// One sentence that says what to do.
        public var advice: String {
            switch self {
            case .noTimeRange:
                "Bound the time, as in WHERE timestamp >= now() - INTERVAL 7 DAY: "
                    + "without it every event ever stored is read."
            case .noLimit: "Write LIMIT: without it PostHog cuts the answer to 100 rows."
            case .largeOffset:
                "Page by the last row's key instead: all rows before a large OFFSET are computed and thrown away."
            case .selectAll: "Name the columns: * reads every column, and the properties of each row with it."
            case .crossJoin: "Join with ON a.key = b.key: a cross join pairs every row with every row."
            case .unboundedJoin:
                "Compare a key of one table with a key of the other by = in ON: without it every pair of rows is tried."
            case .distinctOverAll:
                "Name the few columns that shall differ, or GROUP BY them: whole rows are kept in memory."
            case .regularExpression:
                "Narrow by event and time first, or compare with = or LIKE 'start%': the expression runs on every row."
            case .leadingWildcard:
                "Narrow by event and time first, or compare the start of the text: "
                    + "a pattern that begins with % cannot be looked up."
            case .orderInSubquery: "Take the ORDER BY out, or add LIMIT: the order of a subquery's rows is not kept."
            }
        }
    }

    /// A greater OFFSET is a hint.
    public static let largeOffset = 10_000

    public var kind: Kind
    /// What the hint is about.
    public var range: SourceRange

    public init(_ kind: Kind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }
}
