internal import AirlockCore

/// Quantiles of sorted values. ClickHouse's plain `quantile` draws a sample beyond 8,192 values; these are exact.
enum QuantileAggregates {
    static let all: [String: AggregateBinding.Bind] = {
        var all: [String: AggregateBinding.Bind] = [:]
        for method in Method.allCases {
            all["quantile\(method.rawValue)"] = quantile(method, many: false)
            all["quantiles\(method.rawValue)"] = quantile(method, many: true)
            all["median\(method.rawValue)"] = quantile(method, many: false)
        }
        return all
    }()

    enum Method: String, CaseIterable, Sendable {
        /// Between the neighbours of (n - 1) p.
        case interpolated = ""
        /// The same; its second argument only seeds ClickHouse's sample.
        case deterministic = "Deterministic"
        /// The element at floor(n p).
        case exact = "Exact"
        case exactLow = "ExactLow"
        case exactHigh = "ExactHigh"
        /// Between the neighbours of (n + 1) p.
        case exclusive = "ExactExclusive"
        case inclusive = "ExactInclusive"
        /// The value at which the weights pass p of their sum.
        case weighted = "ExactWeighted"

        var isWeighted: Bool { self == .weighted || self == .deterministic }
        /// Whether the result is one of the values.
        var isElement: Bool { self == .exact || self == .exactLow || self == .exactHigh || self == .weighted }
    }

    private static func quantile(_ method: Method, many: Bool) -> AggregateBinding.Bind {
        { call throws(AirlockError) in
            try call.count(method.isWeighted ? 2 : 1)
            try call.noDistinct()
            var arguments = try call.distinguished()
            let (value, isTime) = (arguments[0], arguments[0].type.isDateOrTime)
            guard value.type.isNumeric || isTime || value.type.isNull else {
                throw call.fail(
                    "needs numbers, not \(call.resolver.typeName(value.type))",
                    hint: "Convert it with toFloat(x). A property counts once it is defined as Numeric.")
            }
            guard !isTime || method.isElement else {
                throw call.unsupported("\(call.name) of times", hint: "Use quantileExact.")
            }
            if method.isWeighted { try call.integer(1) }
            if method == .deterministic { arguments.removeLast() }
            var levels: [Double] = []
            for parameter in call.parameters {
                guard let level = parameter.constant?.doubleValue, level >= 0, level <= 1 else {
                    throw call.fail("needs levels from 0 to 1")
                }
                guard method != .exclusive || (level > 0 && level < 1) else {
                    throw call.fail("needs levels above 0 and below 1")
                }
                levels.append(level)
            }
            if levels.isEmpty { levels = [0.5] }
            guard many || levels.count == 1 else {
                throw call.fail("takes one level", hint: "Use quantiles for several.")
            }
            let chosen = levels
            let inner: ClickHouseType = method.isElement ? value.type.inner : .float
            let nullable = arguments.contains { $0.isNullable }
            let type: ClickHouseType = many ? .array(inner) : inner.nullable(if: nullable)
            return call.aggregate(
                arguments, type, key: "quantile \(method) \(chosen) \(many)", mayMakeNaN: !nullable
            ) {
                Quantiles(chosen, method, isArray: many, inner, nullable: nullable && !many)
            }
        }
    }
}

private final class Quantiles: Accumulator {
    private let levels: [Double]
    private let method: QuantileAggregates.Method
    private let isArray: Bool
    private let type: ClickHouseType
    private let nullable: Bool
    private var floats: [Double] = []
    private var integers: [Int64] = []
    private var weights: [Int64: Int64] = [:]
    private var floatWeights: [Double: Int64] = [:]

    init(
        _ levels: [Double], _ method: QuantileAggregates.Method, isArray: Bool, _ type: ClickHouseType, nullable: Bool
    ) {
        (self.levels, self.method, self.isArray) = (levels, method, isArray)
        (self.type, self.nullable) = (type, nullable)
    }

    func add(_ row: ArgumentRow) throws {
        for index in 0..<row.count where row.isMissing(index) { return }
        let keepsIntegers = method.isElement && !type.isFloat
        if method == .weighted {
            let weight = row.int(1)
            guard weight >= 0 else { throw ExecutionFault("a weight is negative") }
            if keepsIntegers {
                weights[row.int(0), default: 0] &+= weight
            } else if !row.double(0).isNaN {
                floatWeights[row.double(0), default: 0] &+= weight
            }
        } else if keepsIntegers {
            integers.append(row.int(0))
        } else if !row.double(0).isNaN {
            floats.append(row.double(0))
        }
        guard floats.count + integers.count <= 50_000_000 else {
            throw ExecutionFault("a quantile of more than 50,000,000 values of one group")
        }
    }

    func result() -> Value {
        floats.sort()
        integers.sort()
        let values = levels.map(quantile)
        return isArray ? .array(values) : values.first ?? .null
    }

    private func quantile(_ level: Double) -> Value {
        if method == .weighted { return weighted(level) }
        if method.isElement {
            let count = max(floats.count, integers.count)
            guard count > 0 else { return nothing }
            let index = place(level, count)
            return type.isFloat ? .double(floats[index]) : .int(integers[index])
        }
        guard !floats.isEmpty else { return nullable ? .null : .double(.nan) }
        if method == .exclusive {
            let place = level * Double(floats.count + 1)
            let low = Int(place)
            if low < 1 { return .double(floats[0]) }
            if low >= floats.count { return .double(floats[floats.count - 1]) }
            return .double(line(low - 1, place - Double(low)))
        }
        let place = Double(floats.count - 1) * level
        let low = Int(place)
        guard low + 1 < floats.count else { return .double(floats[floats.count - 1]) }
        let share = place - Double(low)
        if method == .inclusive { return .double(line(low, share)) }
        return .double(floats[low] * (1 - share) + floats[low + 1] * share)
    }

    private func line(_ index: Int, _ share: Double) -> Double {
        floats[index] + share * (floats[index + 1] - floats[index])
    }

    private func place(_ level: Double, _ count: Int) -> Int {
        switch method {
        case .exactLow where level == 0.5: (count - 1) / 2
        case .exactHigh where level == 0.5: count / 2
        default: min(Int(level * Double(count)), count - 1)
        }
    }

    private var nothing: Value { nullable ? .null : type.isFloat ? .double(.nan) : type.defaultValue }

    private func weighted(_ level: Double) -> Value {
        func find<Key: Comparable>(_ weights: [Key: Int64]) -> Key? {
            let sorted = weights.sorted { $0.key < $1.key }
            let wanted = (level * Double(weights.values.reduce(0, &+))).rounded(.up)
            var sum = 0.0
            for (key, weight) in sorted {
                sum += Double(weight)
                if sum >= wanted { return key }
            }
            return sorted.last?.key
        }
        if type.isFloat { return find(floatWeights).map(Value.double) ?? nothing }
        return find(weights).map(Value.int) ?? nothing
    }
}
