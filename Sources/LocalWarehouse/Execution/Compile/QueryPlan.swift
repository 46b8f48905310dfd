/// A resolved query: its columns and the parts its SQL is written from.
final class QueryPlan: Sendable {
    struct Column: Sendable {
        let name: String
        let type: ClickHouseType
        let mayBeNaN: Bool
    }

    indirect enum Body: Sendable {
        case select(SelectPlan)
        /// Each operator stands between its query and the one before it.
        case set(first: QueryPlan, rest: [(String, QueryPlan)])
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

struct LimitPlan: Sendable {
    var count: Int64?
    var offset: Int64 = 0
    var withTies = false
}

/// One SELECT.
struct SelectPlan: Sendable {
    struct Join: Sendable {
        enum Source: Sendable {
            case table(String)
            case plan(QueryPlan)
            /// A query that is named in WITH, by its number.
            case shared(Int)
            /// The elements of an array, a row each.
            case elements(Node)
        }

        let source: Source
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
    var qualify: Node?
    var order: [Order] = []
    var limitBy: LimitBy?
}
