internal import AirlockCore

/// A resolved, typed expression. It can be written as SQLite SQL, and what stands inside a lambda can be evaluated.
final class Node: Sendable {
    indirect enum Kind: Sendable {
        case constant(Value)
        /// SQL that names a column of a table in FROM.
        case column(String)
        case call(ScalarCall, [Node])
        case aggregate(AggregateCall, [Node], filter: Node?)
        case window(WindowNode)
        /// The parameter of a lambda, by a number unique in the query.
        case parameter(Int)
        /// The single value of a query of one column and one row.
        case scalarQuery(QueryPlan)
        /// Whether a query has rows.
        case exists(QueryPlan)
        /// `arrayJoin`: a row for each element of an array. Only the planner knows where the rows multiply, and puts a
        /// column in its place.
        case spread(Node)
        /// Whether a value is among those of a query of one column, which is shared under a number.
        case membership(Node, Int, nullable: Bool)
    }

    let kind: Kind
    let type: ClickHouseType
    /// Text that is equal for equal expressions.
    let signature: String
    /// How many nodes the expression counts when written out, aliases expanded.
    let size: Int
    let containsAggregate: Bool
    let containsWindow: Bool
    let containsSpread: Bool
    let parameters: Set<Int>
    /// Whether a NULL may stand for NaN in it, which SQLite cannot keep apart.
    let mayBeNaN: Bool

    init(
        _ kind: Kind, _ type: ClickHouseType, signature: String, children: [Node] = [], mayBeNaN: Bool = false,
        aggregate: Bool = false, window: Bool = false, parameters: Set<Int> = [], repeats: Int = 1
    ) {
        self.kind = kind
        self.type = type
        self.signature = signature
        size = children.reduce(1) { $0 &+ $1.size &* repeats }
        containsAggregate = aggregate || children.contains(where: \.containsAggregate)
        containsWindow = window || children.contains(where: \.containsWindow)
        if case .spread = kind {
            containsSpread = true
        } else {
            containsSpread = children.contains(where: \.containsSpread)
        }
        self.parameters = children.reduce(into: parameters) { $0.formUnion($1.parameters) }
        self.mayBeNaN = type.isFloat && (mayBeNaN || children.contains(where: \.mayBeNaN))
    }

    var constant: Value? { if case .constant(let value) = kind { value } else { nil } }
    var isConstantNull: Bool { if case .constant(.null) = kind { true } else { false } }
    var isNullable: Bool { type.isNullable }
    var children: [Node] {
        switch kind {
        case .call(_, let arguments): arguments
        case .aggregate(_, let arguments, let filter): arguments + (filter.map { [$0] } ?? [])
        case .window(let window): window.children
        case .membership(let value, _, _): [value]
        case .spread(let array): [array]
        case .constant, .column, .parameter, .scalarQuery, .exists: []
        }
    }

    static func constant(_ value: Value, _ type: ClickHouseType) -> Node {
        Node(.constant(value), type, signature: "\(type):\(value)", mayBeNaN: value.doubleValue?.isNaN ?? false)
    }

    static func int(_ value: Int64) -> Node { constant(.int(value), .literal(value)) }
    static func string(_ value: String) -> Node { constant(.string(value), .string) }
    static let null = constant(.null, .null)

    static func column(_ sql: String, _ type: ClickHouseType, mayBeNaN: Bool = false) -> Node {
        Node(.column(sql), type, signature: sql, mayBeNaN: mayBeNaN)
    }

    static func parameter(_ slot: Int, _ type: ClickHouseType) -> Node {
        Node(.parameter(slot), type, signature: "$\(slot)", parameters: [slot])
    }

    /// A call of a function that has been bound to its arguments' types.
    static func call(_ call: ScalarCall, _ type: ClickHouseType, _ arguments: [Node]) -> Node {
        let folded = fold(call, arguments)
        if let folded { return constant(folded, type) }
        return Node(
            .call(call, arguments), type,
            signature: "\(call.key)(\(arguments.map(\.signature).joined(separator: ",")))", children: arguments,
            mayBeNaN: call.mayMakeNaN, repeats: call.repeats)
    }

    /// The value of a call whose arguments are all constants, so that formats and dates are worked out once.
    private static func fold(_ call: ScalarCall, _ arguments: [Node]) -> Value? {
        guard call.isDeterministic else { return nil }
        var values: [Value] = []
        for argument in arguments {
            guard case .constant(let value) = argument.kind else { return nil }
            values.append(value)
        }
        // Neither bytes that are not UTF-8 nor a NUL can be a parameter of SQL.
        guard let value = try? call.value(values), !value.holdsBytes, !value.holdsNUL else { return nil }
        return value
    }
}

/// A scalar function bound to the types of its arguments.
struct ScalarCall: Sendable {
    typealias Evaluate = @Sendable ([Value]) throws -> Value

    /// The function's name and whatever else tells two bound functions apart besides their arguments.
    let key: String
    let evaluate: Evaluate
    /// SQL of SQLite's own that means exactly the same, from the SQL of the arguments; `nil` when there is none.
    let sql: (@Sendable ([String]) -> String)?
    /// Otherwise the call is NULL as soon as an argument is.
    let seesNull: Bool
    let mayMakeNaN: Bool
    let isDeterministic: Bool
    /// Whether it takes text that is not UTF-8 for what it is; any other call fails on it.
    let readsBytes: Bool
    /// Whether different arguments always have different results, so that grouping by one is grouping by the other.
    let keepsApart: Bool
    /// How many times the SQL writes an argument out; what is nested so grows with its power.
    let repeats: Int

    init(
        _ key: String, sql: (@Sendable ([String]) -> String)? = nil, seesNull: Bool = false, mayMakeNaN: Bool = false,
        isDeterministic: Bool = true, readsBytes: Bool = false, keepsApart: Bool = false, repeats: Int = 1,
        evaluate: @escaping Evaluate
    ) {
        self.keepsApart = keepsApart
        self.readsBytes = readsBytes
        self.key = key
        self.repeats = repeats
        self.evaluate = evaluate
        self.sql = sql
        self.seesNull = seesNull
        self.mayMakeNaN = mayMakeNaN
        self.isDeterministic = isDeterministic
    }

    func value(_ arguments: [Value]) throws -> Value {
        if !seesNull, arguments.contains(where: \.isNull) { return .null }
        if !readsBytes, arguments.contains(where: \.isBytes) {
            throw ExecutionFault("\(key.prefix { $0 != " " }) cannot take text that is not UTF-8; use hex(x)")
        }
        let result = try evaluate(arguments)
        if case .array = result, result.holdsBytes {
            throw ExecutionFault("text that is not UTF-8 cannot stand in an array here; use hex(x)")
        }
        return result
    }
}

/// An aggregate function bound to the types of its arguments.
struct AggregateCall: Sendable {
    let key: String
    /// SQLite's own aggregate, from the SQL of the arguments and of a FILTER clause (empty without one): a bare call,
    /// as OVER may follow it.
    let sql: (@Sendable (_ arguments: [String], _ filter: String) -> String)?
    /// The state of one group; over a window its result is asked for again and again.
    let make: @Sendable () -> any Accumulator
    /// Whether SQLite's aggregate takes each value once.
    let isDistinct: Bool

    init(
        _ key: String, sql: (@Sendable ([String], String) -> String)? = nil,
        make: @escaping @Sendable () -> any Accumulator
    ) {
        self.key = key
        self.sql = sql
        self.make = make
        isDistinct = sql?(["?"], "").contains("(DISTINCT ") ?? false
    }
}

/// A function over a window.
struct WindowNode: Sendable {
    struct Order: Sendable {
        let key: Node
        let descending: Bool
    }

    enum Function: Sendable {
        /// SQLite's own: from the SQL of the arguments to the call, without OVER.
        case native(@Sendable ([String]) -> String)
        /// An aggregate over the frame; a condition, if there is one, is the last argument.
        case aggregate(AggregateCall, isFiltered: Bool)
    }

    let function: Function
    let arguments: [Node]
    let partition: [Node]
    let order: [Order]
    /// `ROWS BETWEEN …`; empty for the default frame.
    let frame: String
    /// Whether rows only join the frame and never leave it.
    var startsFixed: Bool { frame.isEmpty || frame.contains("BETWEEN UNBOUNDED PRECEDING") }

    var children: [Node] { arguments + partition + order.map(\.key) }
}
