internal import AirlockCore

/// Aggregates that give arrays of the values themselves. NULLs are passed over.
enum ArrayAggregates {
    static let all: [String: AggregateBinding.Bind] = [
        "groupArray": collect, "array_agg": collect, "groupUniqArray": collect, "groupArrayLast": last,
        "groupArraySorted": sorted, "groupArrayInsertAt": insertAt, "groupArrayMovingSum": moving,
        "groupArrayMovingAvg": moving, "topK": frequent, "topKWeighted": frequent, "json_agg": json,
        "string_agg": text, "groupConcat": concat, "group_concat": concat,
    ]

    private static let collect: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let argument = try call.distinguished()[0]
        let limit = try call.countParameter()
        let unique = call.isDistinct || call.name.hasPrefix("groupUniq")
        return call.aggregate(
            [argument], .array(argument.type.inner), key: "groupArray \(unique) \(limit ?? 0)"
        ) { Collected(unique: unique, limit: limit) }
    }

    /// The last N values, in the order of ClickHouse's ring: the newest stands where the oldest was.
    private static let last: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        guard let limit = try call.countParameter() else { throw call.fail("needs a size: groupArrayLast(N)(x)") }
        return call.fold([argument], .array(argument.type.inner), key: "groupArrayLast \(limit)", Ring()) {
            ring, row in
            if ring.values.count < limit {
                ring.values.append(try row.value(0))
            } else {
                ring.values[ring.count % limit] = try row.value(0)
            }
            ring.count += 1
        } finish: {
            .array($0.values)
        }
    }

    private struct Ring: Sendable {
        var values: [Value] = []
        var count = 0
    }

    /// The least N values; NaN comes before all numbers here.
    private static let sorted: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        guard let limit = try call.countParameter() else { throw call.fail("needs a size: groupArraySorted(N)(x)") }
        let type = argument.type.inner
        return call.fold([argument], .array(type), key: "groupArraySorted \(limit)", [Value]()) { values, row in
            values.append(try row.value(0))
            if values.count > limit * 2 + 1000 { values = least(limit, of: values, type) }
        } finish: {
            .array(least(limit, of: $0, type))
        }
    }

    private static func least(_ limit: Int, of values: [Value], _ type: ClickHouseType) -> [Value] {
        let isNaN: (Value) -> Bool = { if case .double(let number) = $0 { number.isNaN } else { false } }
        let numbers = ArrayFunctions.sorted(values.filter { !isNaN($0) }, type, descending: false)
        return Array((values.filter(isNaN) + numbers).prefix(limit))
    }

    /// `groupArrayInsertAt(default, size)(x, place)`: of several values for one place the first.
    private static let insertAt: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.noDistinct()
        try call.integer(1)
        let arguments = try call.distinguished()
        let type = arguments[0].type.inner
        var fill = type.defaultValue
        if let given = call.parameters.first {
            let node = try call.resolver.cast(given, to: type, call.range)
            guard let value = node.constant else { throw call.fail("needs a constant as its parameter 1") }
            fill = value
        }
        let size = try call.countParameter(1)
        let rest = fill
        return call.fold(arguments, .array(type), key: "groupArrayInsertAt \(rest) \(size ?? 0)", [Value?]()) {
            values, row in
            let place = row.int(1)
            guard place >= 0 else { throw ExecutionFault("groupArrayInsertAt got a negative place") }
            guard place < size ?? .max else { return }
            guard place < Int64(AggregateLimit.elements) else {
                throw ExecutionFault("groupArrayInsertAt got a place beyond \(AggregateLimit.elements)")
            }
            let index = Int(place)
            while values.count <= index { values.append(nil) }
            if values[index] == nil { values[index] = try row.value(0) }
        } finish: { values in
            let missing = max(0, (size ?? 0) - values.count)
            return .array(values.map { $0 ?? rest } + Array(repeating: rest, count: missing))
        }
    }

    /// Sums and means of the last N values, or of all so far; means divide by N from the start.
    private static let moving: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        let window = try call.countParameter()
        let isMean = call.name.hasSuffix("Avg")
        let shape = argument.type.integerShape
        let type: ClickHouseType = isMean || shape == nil ? .float : shape?.signed ?? true ? .int64 : .uint64
        let isFloat = shape == nil
        return call.fold([argument], .array(type), key: "\(call.name) \(window ?? 0)", [Value]()) { values, row in
            values.append(try row.value(0))
            try AggregateLimit.check(values.count, "a moving sum")
        } finish: { values in
            let size = window ?? values.count
            var (sum, total) = (0.0, Int64(0))
            // Sums run from the start and are taken apart, as in ClickHouse, so that roundings agree.
            var (sums, totals): ([Double], [Int64]) = ([], [])
            var result: [Value] = []
            for (index, value) in values.enumerated() {
                if isFloat {
                    sum += value.doubleValue ?? 0
                    sums.append(sum)
                    let moved = sum - (index >= size ? sums[index - size] : 0)
                    result.append(.double(isMean ? moved / Double(size) : moved))
                } else {
                    let (next, overflow) = total.addingReportingOverflow(value.intValue ?? 0)
                    guard !overflow else { throw ExecutionFault("a sum is out of range") }
                    total = next
                    totals.append(total)
                    let moved = total &- (index >= size ? totals[index - size] : 0)
                    result.append(isMean ? .double(Double(moved) / Double(size)) : .int(moved))
                }
            }
            return .array(result)
        }
    }

    /// The most frequent values; of equally frequent ones the earlier. ClickHouse's counts are estimates where there
    /// are many values.
    private static let frequent: AggregateBinding.Bind = { call throws(AirlockError) in
        let isWeighted = call.name == "topKWeighted"
        try call.count(isWeighted ? 2 : 1)
        try call.noDistinct()
        if isWeighted { try call.integer(1) }
        let arguments = try call.distinguished()
        let limit = try call.countParameter(most: 65_536) ?? 10
        return call.aggregate(
            arguments, .array(arguments[0].type.inner), key: "topK \(limit) \(isWeighted)"
        ) { Frequent(limit, weighted: isWeighted) }
    }

    /// PostHog's: `toJSONString(groupArray(x))`.
    private static let json: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.resolver.bind("toJSONString", [try collect(call)], call.range)
    }

    /// PostHog's: `arrayStringConcat(groupArray(x), separator)`.
    private static let text: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        var inner = call
        let separator = inner.arguments.removeLast()
        return try call.resolver.bind("arrayStringConcat", [try collect(inner), separator], call.range)
    }

    private static let concat: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        var separator = ""
        var arguments = try call.distinguished()
        if case .string(let text)? = call.parameters.first?.constant { separator = text }
        if arguments.count == 2 {
            guard case .string(let text)? = arguments[1].constant else { throw call.fail("needs a constant separator") }
            separator = text
            arguments.removeLast()
        }
        let (between, type, calendar) = (separator, arguments[0].type, call.resolver.calendar)
        let unique = call.isDistinct
        return call.aggregate(
            arguments, .string.nullable(if: arguments[0].isNullable), key: "groupConcat \(unique) \(between)"
        ) {
            Joined(separator: between, type: type, calendar: calendar, unique: unique)
        }
    }
}
