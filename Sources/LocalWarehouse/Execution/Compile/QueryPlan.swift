/// A resolved query: its columns and the parts its SQL is written from.
final class QueryPlan: Sendable {
    struct Column: Sendable {
        let name: String
        let type: ClickHouseType
        let mayBeNaN: Bool
        /// JSON text whose keys are still properties to the query around this one.
        var isJSON = false
    }

    indirect enum Body: Sendable {
        case select(SelectPlan)
        /// Each operator stands between its query and the one before it.
        case set(first: QueryPlan, rest: [(String, QueryPlan)])
        /// INTERSECT ALL and EXCEPT ALL, which count how often a row occurs.
        case counted(String, QueryPlan, QueryPlan)
        /// `numbers(start, count)`
        case numbers(start: Int64, count: Int64)
    }

    let columns: [Column]
    let body: Body
    /// Of the whole.
    let limit: LimitPlan

    init(columns: [Column], body: Body, limit: LimitPlan = LimitPlan()) {
        self.columns = columns
        self.body = body
        self.limit = limit
    }
}

extension QueryPlan {
    /// Whether it can never have more than one row.
    var isSingleRow: Bool {
        if let count = limit.count, count <= 1, !limit.withTies { return true }
        guard case .select(let select) = body else { return false }
        return select.group.isEmpty && select.columns.contains(where: \.containsAggregate)
    }
}

struct LimitPlan: Sendable {
    var count: Int64?
    var offset: Int64 = 0
    var withTies = false
}

/// One SELECT.
struct SelectPlan: Sendable {
    struct Join: Sendable {
        indirect enum Source: Sendable {
            case table(String)
            case plan(QueryPlan)
            /// A query that is named in WITH, by its number.
            case shared(Int)
            /// The elements of an array, a row each.
            case elements(Node)
            /// One row of each combination of keys, of the rows that a condition lets through.
            case distinct(Source, keys: [Node], filter: Node?)
            /// The rows a condition lets through, with a column `b`: the value of a key in the row behind (or before)
            /// of those with equal other keys.
            case bounded(Source, keys: [Node], by: Node, isNext: Bool, filter: Node)
            /// With a column `m` that is 1.
            case marked(Source)
        }

        var source: Source
        let alias: String
        /// `JOIN`, `LEFT JOIN` …; ignored for the first.
        let keyword: String
        let condition: Node?
    }

    struct Order: Sendable {
        let key: Node
        let descending: Bool
    }

    struct LimitBy: Sendable {
        let keys: [Node]
        let count: Int64
        let offset: Int64
    }

    var isDistinct = false
    var columns: [Node] = []
    var joins: [Join] = []
    var filter: Node?
    var group: [Node] = []
    var having: Node?
    var order: [Order] = []
    var limitBy: LimitBy?
}
