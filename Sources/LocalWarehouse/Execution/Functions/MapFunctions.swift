internal import AirlockCore

/// `Map`s: pairs in the order they were given. A key that stands twice is found at its first place, as in ClickHouse.
enum MapFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "map": make, "mapFromArrays": fromArrays, "mapContains": contains, "mapContainsKey": contains,
        "mapKeys": { call throws(AirlockError) in
            let (key, _) = try types(call)
            return call.call(.array(key)) { .array($0[0].elements.compactMap(\.elements.first)) }
        },
        "mapValues": { call throws(AirlockError) in
            let (_, value) = try types(call)
            return call.call(.array(value)) { .array($0[0].elements.compactMap(\.elements.last)) }
        },
        "mapAdd": combine { $0 &+ $1 }, "mapSubtract": combine { $0 &- $1 }, "mapUpdate": update,
        "mapConcat": concat, "mapContainsKeyLike": keyLike, "mapExtractKeyLike": keyLike, "mapSort": sort,
        "mapReverseSort": sort,
    ]

    static func types(
        _ call: FunctionBinding, _ index: Int = 0
    ) throws(AirlockError) -> (ClickHouseType, ClickHouseType) {
        guard call.arguments.count > index, case .map(let key, let value) = call.arguments[index].type else {
            throw call.fail("needs a map as argument \(index + 1)")
        }
        return (key, value)
    }

    private static func checkKey(_ type: ClickHouseType, _ call: FunctionBinding) throws(AirlockError) {
        guard !type.isNullable, !type.isContainer, !type.isFloat else {
            throw call.fail("needs keys that cannot be NULL, fractional or lists, not \(call.resolver.typeName(type))")
        }
    }

    static func value(of key: Value, in map: [Value]) -> Value? {
        map.first { $0.elements.first == key }?.elements.last
    }

    private static let make: FunctionBinding.Bind = { call throws(AirlockError) in
        guard call.arguments.count % 2 == 0 else { throw call.fail("takes keys and values in pairs") }
        guard !call.arguments.isEmpty else { return .constant(.array([]), .map(.nothing, .nothing)) }
        let (keys, key) = try call.unified(stride(from: 0, to: call.arguments.count, by: 2).map { call.arguments[$0] })
        let (values, value) = try call.unified(
            stride(from: 1, to: call.arguments.count, by: 2).map { call.arguments[$0] })
        try checkKey(key, call)
        let count = keys.count
        return .call(
            ScalarCall("map", seesNull: true, readsBytes: true) { parts in
                .array((0..<count).map { .array([parts[$0], parts[count + $0]]) })
            }, .map(key, value), keys + values)
    }

    private static let fromArrays: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let (key, value) = (try call.element(0), try call.element(1))
        try checkKey(key, call)
        return call.call(.map(key, value)) { values in
            let (keys, items) = (values[0].elements, values[1].elements)
            guard keys.count == items.count else {
                throw ExecutionFault("mapFromArrays needs arrays of one length")
            }
            return .array(zip(keys, items).map { .array([$0, $1]) })
        }
    }

    private static let contains: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let (key, _) = try types(call)
        let wanted = try call.resolver.cast(call.arguments[1], to: key, call.range)
        return call.call([call.arguments[0], wanted], .uint8, key: "mapContains") {
            .bool(value(of: $0[1], in: $0[0].elements) != nil)
        }
    }

    /// Values of equal keys added up in 64 bits, in the order of the keys.
    private static func combine(_ join: @escaping @Sendable (Int64, Int64) -> Int64) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2, .max)
            var (keyType, valueType) = try types(call)
            for index in call.arguments.indices.dropFirst() {
                let (key, value) = try types(call, index)
                guard let bothKeys = ClickHouseType.common(keyType, key),
                    let bothValues = ClickHouseType.common(valueType, value)
                else { throw call.fail("needs maps of one type") }
                (keyType, valueType) = (bothKeys, bothValues)
            }
            guard valueType.isNumeric, !valueType.isNullable else { throw call.fail("needs maps of numbers") }
            let isSubtraction = call.name == "mapSubtract"
            let (isFloat, isSigned) = (valueType.isFloat, valueType.integerShape?.signed ?? true)
            let type: ClickHouseType = isFloat ? .float : isSigned ? .int64 : .uint64
            let key = keyType
            return call.call(.map(key, type), key: "\(call.name) \(key)") { maps in
                var order: [Value] = []
                var sums: [Value: Value] = [:]
                for (index, map) in maps.enumerated() {
                    for pair in map.elements {
                        guard let name = pair.elements.first, let value = pair.elements.last else { continue }
                        if let sum = sums[name] {
                            if isFloat {
                                let (a, b) = (sum.doubleValue ?? 0, value.doubleValue ?? 0)
                                sums[name] = .double(isSubtraction ? a - b : a + b)
                            } else {
                                sums[name] = .int(join(sum.intValue ?? 0, value.intValue ?? 0))
                            }
                        } else {
                            order.append(name)
                            let first = index > 0 && isSubtraction
                            sums[name] =
                                isFloat
                                ? .double((first ? -1 : 1) * (value.doubleValue ?? 0))
                                : .int(first ? join(0, value.intValue ?? 0) : value.intValue ?? 0)
                        }
                    }
                }
                if !isSigned, !isFloat, sums.values.contains(where: { ($0.intValue ?? 0) < 0 }) {
                    throw ExecutionFault("a map's number is out of range")
                }
                let sorted = ArrayFunctions.sorted(order, key, descending: false)
                return .array(sorted.map { .array([$0, sums[$0] ?? .null]) })
            }
        }
    }

    private static let update: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        _ = try types(call)
        let (nodes, type) = try call.unified(call.arguments)
        return call.call(nodes, type) { maps in
            var pairs = maps[0].elements
            for pair in maps[1].elements {
                if let index = pairs.firstIndex(where: { $0.elements.first == pair.elements.first }) {
                    pairs[index] = pair
                } else {
                    pairs.append(pair)
                }
            }
            return .array(pairs)
        }
    }

    private static let concat: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        _ = try types(call)
        let (nodes, type) = try call.unified(call.arguments)
        return call.call(nodes, type) { .array($0.flatMap(\.elements)) }
    }

    private static let keyLike: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        guard try types(call).0.isString else { throw call.fail("needs a map whose keys are texts") }
        let pattern = LikePattern(try call.constantText(1), folds: false)
        let keeps = call.name == "mapExtractKeyLike"
        let type = keeps ? call.arguments[0].type : .uint8
        return call.call([call.arguments[0]], type, key: "\(call.name) \(try call.constantText(1))") { values in
            let found = values[0].elements.filter { pattern.matches($0.elements.first?.text ?? "") }
            return keeps ? .array(found) : .bool(!found.isEmpty)
        }
    }

    private static let sort: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let (key, value) = try types(call)
        let descending = call.name == "mapReverseSort"
        return call.call(call.arguments[0].type) {
            .array(ArrayFunctions.sorted($0[0].elements, .tuple([key, value]), descending: descending))
        }
    }
}

extension ClickHouseType {
    /// The element of an array or the pair of a map.
    var elementOrPair: ClickHouseType? {
        switch self {
        case .array(let element): element
        case .map(let key, let value): .tuple([key, value])
        default: nil
        }
    }
}
