internal import AirlockCore

/// Aggregates that SQLite has too, where the meanings agree: counts, sums, means, extremes.
enum SimpleAggregates {
    static let all: [String: AggregateBinding.Bind] = [
        "count": count, "countDistinct": distinct, "uniq": distinct, "uniqExact": distinct, "uniqHLL12": distinct,
        "uniqCombined": distinct, "uniqCombined64": distinct, "uniqTheta": distinct, "groupBitmap": bitmap,
        "uniqUpTo": upTo, "sum": sum, "sumWithOverflow": wrapping, "sumKahan": kahan, "sumCount": sumCount,
        "avg": average, "mean": average, "avgWeighted": weighted, "min": extreme, "max": extreme, "every": every,
        "groupBitAnd": bits(~0) { $0 & $1 }, "groupBitOr": bits(0) { $0 | $1 }, "groupBitXor": bits(0) { $0 ^ $1 },
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
        let nullable = argument.isNullable
        if call.isDistinct {
            guard shape != nil else { throw call.resolver.unsupported("sum(DISTINCT …) of floats", call.range) }
            let sum = call.aggregate(
                [argument], type.asNullable, key: "sumDistinct", sql: { "sum(DISTINCT \($0[0]))\($1)" }
            ) { IntegerSum(nullable: nullable) }
            return defaulted(sum, type, nullable: argument.isNullable)
        }
        if shape == nil {
            let make: @Sendable () -> any Accumulator = { FloatSum(mean: false, nullable: nullable) }
            guard !argument.mayBeNaN else {
                return call.aggregate([argument], type.nullable(if: nullable), mayMakeNaN: true, make: make)
            }
            let sum = call.aggregate([argument], type.asNullable, sql: { "sum(\($0[0]))\($1)" }, make: make)
            return defaulted(sum, type, nullable: argument.isNullable)
        }
        let sum = call.aggregate([argument], type.asNullable, sql: { "sum(\($0[0]))\($1)" }) {
            IntegerSum(nullable: nullable)
        }
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
        let nullable = argument.isNullable
        if argument.mayBeNaN {
            return call.aggregate([argument], type, mayMakeNaN: true) { FloatSum(mean: true, nullable: nullable) }
        }
        // Over no rows SQLite's NULL is ClickHouse's NaN.
        return call.aggregate(
            [argument], type, sql: { "avg(\($0[0]))\($1)" }, mayMakeNaN: !argument.isNullable
        ) { FloatSum(mean: true, nullable: nullable) }
    }

    /// The weighted mean.
    private static let weighted: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        try call.noDistinct()
        guard !call.arguments[0].type.isFloat || !call.arguments[1].type.isInteger else {
            throw call.unsupported(
                "avgWeighted of fractions with whole weights, whose fractions ClickHouse cuts off",
                hint: "Convert the weights: avgWeighted(x, toFloat(weight)).")
        }
        return call.fold(try call.distinguished(), .float, [0.0, 0.0]) { sums, row in
            sums[0] += row.double(0) * row.double(1)
            sums[1] += row.double(1)
        } finish: {
            .double($0[0] / $0[1])
        }
    }

    /// A sum in the argument's own type.
    private static let wrapping: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        let type = argument.type.inner
        if type.isFloat {
            return call.fold([argument], .float, 0.0) {
                $0 += $1.double(0)
            } finish: {
                .double($0)
            }
        }
        guard type != .uint64 else {
            throw call.unsupported("sumWithOverflow of UInt64", hint: "Use sum, which fails instead of going round.")
        }
        return call.fold([argument], type == .bool ? .uint8 : type, Int64(0)) {
            $0 = $0 &+ $1.int(0)
        } finish: {
            WideIntegers.value(UInt64(bitPattern: $0), type)
        }
    }

    /// A sum of floats that carries its rounding errors along (Kahan's).
    private static let kahan: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        return call.fold(try call.distinguished(), .float, [0.0, 0.0]) { sums, row in
            let value = row.double(0) - sums[1]
            let next = sums[0] + value
            sums[1] = (next - sums[0]) - value
            sums[0] = next
        } finish: {
            .double($0[0])
        }
    }

    private static let sumCount: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        if let shape = argument.type.integerShape {
            let type: ClickHouseType = .tuple([shape.signed ? .int64 : .uint64, .uint64])
            return call.fold([argument], type, [Int64(0), 0]) { state, row in
                let (sum, overflow) = state[0].addingReportingOverflow(row.int(0))
                guard !overflow else { throw ExecutionFault("a sum is out of range") }
                state = [sum, state[1] + 1]
            } finish: {
                .array($0.map(Value.int))
            }
        }
        return call.fold([argument], .tuple([.float, .uint64]), [0.0, 0.0]) { state, row in
            state = [state[0] + row.double(0), state[1] + 1]
        } finish: {
            .array([.double($0[0]), .int(Int64($0[1]))])
        }
    }

    private static let upTo: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        let limit = try call.countParameter(most: 100) ?? 10
        return call.aggregate(try call.distinguished(), .uint64, key: "uniqUpTo \(limit)") {
            DistinctCount(upTo: limit + 1)
        }
    }

    /// PostHog's: whether the least value is true.
    private static let every: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        var least = call
        least.name = "min"
        return try call.resolver.bind("toBool", [try extreme(least)], call.range)
    }

    /// How many different numbers there are, in the numbers' own type.
    private static let bitmap: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.integer(0)
        try call.noDistinct()
        let type = call.arguments[0].type.inner == .bool ? .uint8 : call.arguments[0].type.inner
        return call.fold(call.arguments, type, Set<Int64>()) { numbers, row in
            numbers.insert(row.int(0))
            guard numbers.count <= 5_000_000 else {
                throw ExecutionFault("groupBitmap would hold more than 5,000,000 numbers of one group")
            }
        } finish: {
            WideIntegers.value(UInt64($0.count), type)
        }
    }

    private static func bits(
        _ initial: UInt64, _ join: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> AggregateBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.noDistinct()
            let type = call.arguments[0].type.inner
            guard WideIntegers.shape(type) != nil else {
                throw call.fail("needs whole numbers, not \(call.resolver.typeName(type))")
            }
            let (bits, result) = (WideIntegers.bits(of: type), WideIntegers.widened(type == .bool ? .uint8 : type))
            return call.fold(call.arguments, result, key: "\(call.name) \(type)", initial) { state, row in
                state = join(state, bits(.int(row.int(0))))
            } finish: {
                WideIntegers.value($0, result)
            }
        }
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
        let wanted: Ordering = name == "max" ? .descending : .ascending
        let node = call.aggregate([argument], type.asNullable, key: name, sql: { "\(name)(\($0[0]))\($1)" }) {
            Extreme(type, wanted)
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
final class DistinctCount: Accumulator {
    private var seen: Set<[Value]> = []
    private let limit: Int

    /// - Parameter upTo: where counting stops.
    init(upTo limit: Int = .max) { self.limit = limit }

    func add(_ row: ArgumentRow) throws {
        guard seen.count < limit else { return }
        for index in 0..<row.count where row.isMissing(index) { return }
        seen.insert(try row.all())
        guard seen.count <= 5_000_000 else {
            throw ExecutionFault("more than 5,000,000 different combinations of values in one group")
        }
    }

    func result() -> Value { .int(Int64(seen.count)) }
}

/// A sum of integers that fails where it would not fit.
private final class IntegerSum: Accumulator {
    private let nullable: Bool
    private var (sum, isEmpty): (Int64, Bool) = (0, true)

    init(nullable: Bool) { self.nullable = nullable }

    func add(_ row: ArgumentRow) throws {
        guard !row.isNull(0) else { return }
        let (next, overflow) = sum.addingReportingOverflow(row.int(0))
        guard !overflow else { throw ExecutionFault("a sum is out of range") }
        (sum, isEmpty) = (next, false)
    }

    func result() -> Value { nullable && isEmpty ? .null : .int(sum) }
}

/// A sum or mean that NaN passes through.
private final class FloatSum: Accumulator {
    private let (mean, nullable): (Bool, Bool)
    private var (sum, count) = (0.0, 0.0)

    init(mean: Bool, nullable: Bool) { (self.mean, self.nullable) = (mean, nullable) }

    func add(_ row: ArgumentRow) {
        guard !row.isMissing(0) else { return }
        sum += row.double(0)
        count += 1
    }

    func result() -> Value { nullable && count == 0 ? .null : .double(mean ? sum / count : sum) }
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
