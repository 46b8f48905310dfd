internal import AirlockCore

/// `sumMap` and its kin: values gathered by key, from two arrays, a tuple of them, or a map.
enum MapAggregates {
    static let all: [String: AggregateBinding.Bind] = [
        "sumMap": gather, "minMap": gather, "maxMap": gather, "sumMappedArrays": gather, "minMappedArrays": gather,
        "maxMappedArrays": gather,
    ]

    private static let gather: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.noDistinct()
        try call.count(1, 2)
        let name = String(call.name.prefix(3))
        let first = call.arguments[0].type
        if call.arguments.count == 1, case .map = first {
            guard let bind = AggregateCatalog.all[name] else { throw call.fail("is not known") }
            return try Combinator.apply([.map], name, bind, call)
        }
        var arguments = call.arguments
        if case .tuple(let types) = first, arguments.count == 1 {
            arguments = types.indices.map { Containers.element(of: call.arguments[0], at: $0, types[$0]) }
        }
        guard arguments.count == 2, let key = arguments[0].type.element, let value = arguments[1].type.element else {
            throw call.fail("takes an array of keys and one of values, or a map")
        }
        guard value.isNumeric, !value.isNullable, !key.isNullable else {
            throw call.fail("needs values that are numbers, and nothing that may be NULL")
        }
        let type: ClickHouseType =
            name != "sum" ? value : value.isFloat ? .float : value.integerShape?.signed ?? true ? .int64 : .uint64
        return call.fold(arguments, .tuple([.array(key), .array(type)]), key: "\(name)Map", [Value: Value]()) {
            sums, row in
            let (keys, values) = (try row.value(0).elements, try row.value(1).elements)
            guard keys.count == values.count else {
                throw ExecutionFault("\(name)Map needs arrays of one length")
            }
            for (key, value) in zip(keys, values) {
                if let before = sums[key] {
                    sums[key] = try joined(name, before, value)
                } else {
                    sums[key] = value
                }
            }
            try AggregateLimit.check(sums.count, "\(name)Map")
        } finish: { sums in
            // Sums of zero are left out.
            let kept = sums.filter { name != "sum" || $0.value.doubleValue != 0 }
            let keys = ArrayFunctions.sorted(Array(kept.keys), key, descending: false)
            return .array([.array(keys), .array(keys.map { kept[$0] ?? .null })])
        }
    }

    private static func joined(_ name: String, _ a: Value, _ b: Value) throws -> Value {
        switch name {
        case "min": return Value.order(b, a, as: .float) == .ascending ? b : a
        case "max": return Value.order(b, a, as: .float) == .descending ? b : a
        default:
            if case .int(let x) = a, case .int(let y) = b {
                let (sum, overflow) = x.addingReportingOverflow(y)
                guard !overflow else { throw ExecutionFault("a sum is out of range") }
                return .int(sum)
            }
            return .double((a.doubleValue ?? 0) + (b.doubleValue ?? 0))
        }
    }
}
