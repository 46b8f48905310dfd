internal import AirlockCore

/// Differences along the rows, and intervals that lie over each other.
enum DifferenceAggregates {
    static let all: [String: AggregateBinding.Bind] = [
        "deltaSum": deltaSum, "deltaSumTimestamp": deltaSumTimestamp, "boundingRatio": boundingRatio,
        "maxIntersections": intersections, "maxIntersectionsPosition": intersections,
    ]

    private struct Delta: Sendable {
        var last: Value?
        var sum: Value
    }

    private static func plus(_ a: Value, _ b: Value, minus c: Value) -> Value {
        if case .int(let x) = a, case .int(let y) = b, case .int(let z) = c { return .int(x &+ y &- z) }
        return .double((a.doubleValue ?? 0) + (b.doubleValue ?? 0) - (c.doubleValue ?? 0))
    }

    /// What the value rises in all, from row to row.
    private static let deltaSum: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        let type = argument.type.inner == .bool ? .uint8 : argument.type.inner
        let zero: Value = type.isFloat ? .double(0) : .int(0)
        // Never NULL, whatever the argument.
        let step: @Sendable (inout Delta, ArgumentRow) throws -> Void = { state, row in
            let value = try row.value(0)
            if let last = state.last, Value.order(last, value, as: type) == .ascending,
                !(value.doubleValue ?? .nan).isNaN
            {
                state.sum = plus(state.sum, value, minus: last)
            }
            state.last = value
        }
        return call.aggregate([argument], type, mayMakeNaN: type.isFloat) {
            Folding(Delta(last: nil, sum: zero), nullable: false, step: step) {
                type.isFloat ? $0.sum : WideIntegers.value(UInt64(bitPattern: $0.sum.intValue ?? 0), type)
            }
        }
    }

    /// The same: the times only put the parts of a distributed query in order, of which there is one here.
    private static let deltaSumTimestamp: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        guard call.arguments[1].type.isNumeric || call.arguments[1].type.isDateOrTime else {
            throw call.fail("needs a time as its second argument")
        }
        var inner = call
        inner.arguments.removeLast()
        return try deltaSum(inner)
    }

    /// The slope between the points with the least and the greatest x.
    private static let boundingRatio: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        try call.noDistinct()
        return call.fold(try call.distinguished(), .float, [Double]()) { ends, row in
            let (x, y) = (row.double(0), row.double(1))
            if ends.isEmpty {
                ends = [x, y, x, y]
            } else if x < ends[0] {
                (ends[0], ends[1]) = (x, y)
            } else if x > ends[2] {
                (ends[2], ends[3]) = (x, y)
            }
        } finish: { ends in
            guard ends.count == 4 else { return .double(.nan) }
            return .double((ends[3] - ends[1]) / (ends[2] - ends[0]))
        }
    }

    /// How many intervals lie over each other at most, or where that begins.
    private static let intersections: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.noDistinct()
        let arguments = try call.distinguished()
        let type = arguments[0].type
        guard type == arguments[1].type, type.isNumeric, !type.isNullable else {
            throw call.fail("needs two numbers of one type that cannot be NULL")
        }
        let wantsPlace = call.name == "maxIntersectionsPosition"
        return call.fold(arguments, wantsPlace ? type : .uint64, [[Value]]()) { borders, row in
            let (start, end) = (try row.value(0), try row.value(1))
            borders += [[start, .int(1)], [end, .int(-1)]]
            try AggregateLimit.check(borders.count, "maxIntersections")
        } finish: { borders in
            // An end comes before a start at the same place.
            let sorted = borders.sorted { a, b in
                let order = Value.order(a[0], b[0], as: type)
                return order == .same ? (a[1].intValue ?? 0) < (b[1].intValue ?? 0) : order == .ascending
            }
            var (depth, most, place) = (Int64(0), Int64(0), type.defaultValue)
            for border in sorted {
                depth += border[1].intValue ?? 0
                if depth > most { (most, place) = (depth, border[0]) }
            }
            return wantsPlace ? place : .int(most)
        }
    }
}
