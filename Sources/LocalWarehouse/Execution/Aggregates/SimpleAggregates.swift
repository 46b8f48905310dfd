internal import AirlockCore

/// Aggregates that SQLite has too, where the meanings agree: counts, sums, means, extremes.
enum SimpleAggregates {
    static let all: [String: AggregateBinding.Bind] = [
        "count": count, "countDistinct": distinct, "uniq": distinct, "uniqExact": distinct, "uniqHLL12": distinct,
        "uniqCombined": distinct, "uniqCombined64": distinct, "uniqTheta": distinct, "sum": sum, "avg": average,
        "mean": average,
        "min": extreme, "max": extreme,
    ]

    private static let count: AggregateBinding.Bind = { call throws(AirlockError) in
        if call.isDistinct { return try distinct(call) }
        try call.count(0, 1)
        guard let argument = try call.distinguished().first, argument.isNullable else {
            return call.aggregate([], .uint64, key: "rows", sql: { "count(*)\($1)" }) { RowCount() }
        }
        return call.aggregate([argument], .uint64, sql: { "count(\($0[0]))\($1)" }) { ValueCount() }
    }

    /// ClickHouse's `uniq` is exact below some 65,000 values and an estimate above; this is the exact count.
    private static let distinct: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        let arguments = try call.distinguished()
        guard arguments.count > 1 || arguments[0].type.holdsFloats else {
            return call.aggregate(arguments, .uint64, key: "uniq", sql: { "count(DISTINCT \($0[0]))\($1)" }) {
                DistinctCount()
            }
        }
        return call.aggregate(arguments, .uint64, key: "uniq") { DistinctCount() }
    }

    private static let sum: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        let argument = try call.distinguished()[0]
        let shape = argument.type.integerShape
        let type: ClickHouseType = shape.map { $0.signed ? .int64 : .uint64 } ?? .float
        guard !argument.type.isNull else { return .null }
        if call.isDistinct {
            guard shape != nil else { throw call.resolver.unsupported("sum(DISTINCT …) of floats", call.range) }
            let sum = call.aggregate(
                [argument], type.asNullable, key: "sumDistinct", sql: { "sum(DISTINCT \($0[0]))\($1)" }
            ) {
                RowCount()
            }
            return defaulted(sum, type, nullable: argument.isNullable)
        }
        guard !argument.mayBeNaN else {
            return call.aggregate([argument], type, mayMakeNaN: true) { FloatSum(mean: false) }
        }
        let sum = call.aggregate([argument], type.asNullable, sql: { "sum(\($0[0]))\($1)" }) { RowCount() }
        return defaulted(sum, type, nullable: argument.isNullable)
    }

    /// ClickHouse's sum or extreme over no rows is the type's default, unless the argument may be NULL.
    private static func defaulted(_ node: Node, _ type: ClickHouseType, nullable: Bool) -> Node {
        guard !nullable else { return node }
        let fallback = Node.constant(type.defaultValue, type)
        let call = ScalarCall("default", sql: { "coalesce(\($0[0]), \($0[1]))" }, seesNull: true) {
            $0[0].isNull ? $0[1] : $0[0]
        }
        return Node(
            .call(call, [node, fallback]), type, signature: "default(\(node.signature))", children: [node, fallback])
    }

    private static let average: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        guard !argument.type.isNull else { return .null }
        let type = ClickHouseType.float.nullable(if: argument.isNullable)
        if argument.mayBeNaN { return call.aggregate([argument], type, mayMakeNaN: true) { FloatSum(mean: true) } }
        // Over no rows SQLite's NULL is ClickHouse's NaN.
        return call.aggregate(
            [argument], type, sql: { "avg(\($0[0]))\($1)" }, mayMakeNaN: !argument.isNullable
        ) { FloatSum(mean: true) }
    }

    private static let extreme: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let argument = try call.distinguished()[0]
        let type = argument.type
        let name = call.name.lowercased().hasPrefix("max") ? "max" : "min"
        guard !type.isNull else { return .null }
        if type.isContainer || type.inner == .uuid || argument.mayBeNaN {
            let wanted: Ordering = name == "max" ? .descending : .ascending
            return call.aggregate([argument], type, key: name) { Extreme(type, wanted) }
        }
        let node = call.aggregate([argument], type.asNullable, key: name, sql: { "\(name)(\($0[0]))\($1)" }) {
            RowCount()
        }
        return defaulted(node, type, nullable: argument.isNullable)
    }
}

/// Rows whose value is not NULL.
private final class ValueCount: Accumulator {
    private var count: Int64 = 0

    func add(_ row: ArgumentRow) { if !row.isMissing(0) { count += 1 } }
    func result() -> Value { .int(count) }
}

/// Different values, or combinations of values; those with a NULL in them are passed over.
private final class DistinctCount: Accumulator {
    private var seen: Set<[Value]> = []

    func add(_ row: ArgumentRow) throws {
        for index in 0..<row.count where row.isMissing(index) { return }
        seen.insert(try row.all())
    }

    func result() -> Value { .int(Int64(seen.count)) }
}

/// A sum or mean that NaN passes through.
private final class FloatSum: Accumulator {
    private let mean: Bool
    private var (sum, count) = (0.0, 0.0)

    init(mean: Bool) { self.mean = mean }

    func add(_ row: ArgumentRow) {
        guard !row.isMissing(0) else { return }
        sum += row.double(0)
        count += 1
    }

    func result() -> Value { .double(mean ? sum / count : sum) }
}

/// The least or the greatest value in ClickHouse's order.
private final class Extreme: Accumulator {
    private let type: ClickHouseType
    private let wanted: Ordering
    private var best: Value?
    /// NaN is the answer only where there is no number at all.
    private var sawNaN = false

    init(_ type: ClickHouseType, _ wanted: Ordering) { (self.type, self.wanted) = (type, wanted) }

    func add(_ row: ArgumentRow) throws {
        let value = try row.value(0)
        if value.isNull { return }
        if case .double(let number) = value, number.isNaN {
            sawNaN = true
            return
        }
        guard let best, Value.order(value, best, as: type) != wanted else {
            best = value
            return
        }
    }

    func result() -> Value { best ?? (sawNaN ? .double(.nan) : type.defaultValue) }
}
