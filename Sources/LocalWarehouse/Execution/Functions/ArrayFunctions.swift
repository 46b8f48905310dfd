internal import AirlockCore

/// Functions on arrays that take no lambda. Positions count from 1, from the end when negative.
enum ArrayFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "arrayElement": element, "has": has, "indexOf": indexOf, "countEqual": countEqual, "range": range,
            "arrayConcat": concat, "arraySlice": slice, "arrayZip": zip, "hasAny": overlap, "hasAll": overlap,
            "arrayIntersect": intersect, "arrayPushBack": push, "arrayPushFront": push,
            "arrayStringConcat": stringConcat, "arrayFlatten": flatten, "arrayResize": resize,
            "arrayWithConstant": withConstant, "arrayUniq": uniq, "arrayEnumerate": enumerate,
            "arrayEnumerateUniq": enumerateUniq, "arrayEnumerateDense": enumerateDense, "hasSubstr": hasSubstr,
            "arrayShiftLeft": shift, "arrayShiftRight": shift,
            "arrayJaccardIndex": jaccard,
            "emptyArrayString": { call throws(AirlockError) in .constant(.array([]), .array(.string)) },
            "emptyArrayInt64": { call throws(AirlockError) in .constant(.array([]), .array(.int64)) },
            "arrayRotateLeft": rotate, "arrayRotateRight": rotate, "arrayCount": countTrue, "arrayExists": anyTrue,
            "arrayAll": anyTrue,
        ]
        all["arrayReverse"] = same { values, _ in values.reversed() }
        all["arrayDistinct"] = same { values, _ in distinct(values.filter { !$0.isNull }) }
        all["arrayCompact"] = same { values, _ in
            values.enumerated().filter { $0.offset == 0 || values[$0.offset - 1] != $0.element }.map(\.element)
        }
        all["arraySort"] = same { values, type in sorted(values, type, descending: false) }
        all["arrayReverseSort"] = same { values, type in sorted(values, type, descending: true) }
        all["arrayPopBack"] = same { values, _ in Array(values.dropLast()) }
        all["arrayPopFront"] = same { values, _ in Array(values.dropFirst()) }
        return all
    }()

    static let maxLength: Int64 = 1_000_000

    private static func same(
        _ map: @escaping @Sendable ([Value], ClickHouseType) -> [Value]
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            let element = try call.element(0)
            return call.call(.array(element)) { .array(map($0[0].elements, element)) }
        }
    }

    static func distinct(_ values: [Value]) -> [Value] {
        var seen: Set<Value> = []
        return values.filter { seen.insert($0).inserted }
    }

    /// Stable, NULLs last in either direction.
    static func sorted(_ values: [Value], _ type: ClickHouseType, descending: Bool) -> [Value] {
        values.enumerated().sorted { a, b in
            if a.element.isNull || b.element.isNull {
                return a.element.isNull == b.element.isNull ? a.offset < b.offset : b.element.isNull
            }
            let order = Value.order(a.element, b.element, as: type)
            if order == .same { return a.offset < b.offset }
            return (order == .ascending) != descending
        }.map(\.element)
    }

    /// The element's offset that a position of ClickHouse's names.
    private static func offset(_ position: Int64, _ count: Int) -> Int? {
        let index = position > 0 ? position - 1 : position < 0 ? Int64(count).addingClamped(position) : -1
        return index >= 0 && index < Int64(count) ? Int(index) : nil
    }

    private static let element: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        if case .map(let key, let value) = call.arguments[0].type {
            let wanted = try call.resolver.cast(call.arguments[1], to: key, call.range)
            return call.call([call.arguments[0], wanted], value, key: "map element") {
                MapFunctions.value(of: $0[1], in: $0[0].elements) ?? value.defaultValue
            }
        }
        let type = try call.element(0)
        try call.integer(1)
        let result = call.arguments[1].isNullable ? type.asNullable : type
        return .call(
            ScalarCall("arrayElement") { values in
                let elements = values[0].elements
                return offset(values[1].intValue ?? 0, elements.count).map { elements[$0] } ?? type.defaultValue
            }, result, call.arguments)
    }

    /// The array and a value in its elements' type.
    private static func member(_ call: FunctionBinding) throws(AirlockError) -> [Node] {
        try call.count(2)
        let element = try call.element(0)
        let value = call.arguments[1]
        if case .string(let text)? = value.constant, !element.isString, element != .nothing {
            return [call.arguments[0], try call.resolver.constant(text, as: element, call.range)]
        }
        guard value.type.isNull || ClickHouseType.common(element, value.type) != nil else {
            throw call.fail("looks for \(call.type(1)) in \(call.type(0))")
        }
        return call.arguments
    }

    private static let has: FunctionBinding.Bind = { call throws(AirlockError) in
        let nodes = try member(call)
        return .call(
            ScalarCall("has", seesNull: true) { .bool($0[0].elements.contains($0[1])) }, .uint8, nodes)
    }

    private static let indexOf: FunctionBinding.Bind = { call throws(AirlockError) in
        let nodes = try member(call)
        return .call(
            ScalarCall("indexOf", seesNull: true) { values in
                .int(Int64((values[0].elements.firstIndex(of: values[1]) ?? -1) + 1))
            }, .uint64, nodes)
    }

    private static let countEqual: FunctionBinding.Bind = { call throws(AirlockError) in
        let nodes = try member(call)
        return .call(
            ScalarCall("countEqual", seesNull: true) { values in
                .int(Int64(values[0].elements.lazy.filter { $0 == values[1] }.count))
            }, .uint64, nodes)
    }

    private static let range: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 3)
        var type = ClickHouseType.uint8
        for index in call.arguments.indices {
            try call.integer(index)
            type = ClickHouseType.common(type, call.arguments[index].type.inner) ?? .int64
        }
        if case .bool = type { type = .uint8 }
        guard !call.anyNullable else { throw call.fail("cannot take a value that may be NULL") }
        return call.call(.array(type)) { values in
            let start = values.count > 1 ? values[0].intValue ?? 0 : 0
            let end = values[min(1, values.count - 1)].intValue ?? 0
            let step = values.count > 2 ? values[2].intValue ?? 1 : 1
            guard step != 0 else { throw ExecutionFault("range needs a step that is not zero") }
            let (span, overflow) = end.subtractingReportingOverflow(start)
            guard !overflow, span.magnitude / step.magnitude <= UInt64(maxLength) else {
                throw ExecutionFault("range would give more than a million elements")
            }
            guard span != 0, (span < 0) == (step < 0) else { return .array([]) }
            let count = Int64((span.magnitude - 1) / step.magnitude) + 1
            return .array((0..<count).map { .int(start &+ $0 &* step) })
        }
    }

    private static let concat: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        let (nodes, type) = try call.unified(call.arguments)
        guard type.element != nil else { throw call.fail("needs arrays") }
        return call.call(nodes, type) { .array($0.flatMap(\.elements)) }
    }

    private static let slice: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        let element = try call.element(0)
        for index in 1..<call.arguments.count { try call.integer(index) }
        return call.call(.array(element)) { values in
            let count = values.count > 2 ? values[2].intValue : nil
            return .array(Array(StringFunctions.piece(values[0].elements, from: values[1].intValue ?? 0, count: count)))
        }
    }

    private static let zip: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        return try Containers.zip(call.arguments, call.resolver, call.range)
    }

    private static let overlap: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let (nodes, type) = try call.unified(call.arguments)
        guard type.element != nil else { throw call.fail("needs arrays") }
        let all = call.name == "hasAll"
        return call.call(nodes, .uint8) { values in
            let set = Set(values[0].elements)
            let wanted = values[1].elements
            return .bool(all ? wanted.allSatisfy(set.contains) : wanted.contains(where: set.contains))
        }
    }

    /// What is in all arrays, in the narrowest of their types.
    private static let intersect: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        let (nodes, type) = try call.unified(call.arguments)
        guard let common = type.element else { throw call.fail("needs arrays") }
        let elements = call.arguments.compactMap(\.type.element)
        let narrow = narrowest(elements.map(\.inner)) ?? common.inner
        let result = narrow.nullable(if: elements.allSatisfy(\.isNullable))
        let isNarrowed = common.isFloat && !narrow.isFloat
        return call.call(nodes, .array(result), key: "arrayIntersect \(result)") { values in
            let rest = values.dropFirst().map { Set($0.elements) }
            let found = distinct(values[0].elements).filter { value in rest.allSatisfy { $0.contains(value) } }
            guard isNarrowed else { return .array(found) }
            return .array(found.compactMap { $0.doubleValue.flatMap { Int64(exactly: $0) }.map(Value.int) })
        }
    }

    private static func narrowest(_ types: [ClickHouseType]) -> ClickHouseType? {
        let shapes = types.compactMap(\.integerShape)
        guard !shapes.isEmpty, types.allSatisfy(\.isNumeric), !types.contains(.bool) else { return nil }
        let unsigned = shapes.filter { !$0.signed }.map(\.bits).min()
        if let unsigned { return .integer(bits: unsigned, signed: false) }
        return shapes.map(\.bits).min().map { .integer(bits: $0, signed: true) }
    }

    private static let push: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let element = try call.element(0)
        guard let type = ClickHouseType.common(element, call.arguments[1].type) else {
            throw call.fail("adds \(call.type(1)) to \(call.type(0))")
        }
        let nodes = [
            try call.resolver.cast(call.arguments[0], to: .array(type), call.range),
            try call.resolver.cast(call.arguments[1], to: type, call.range),
        ]
        let atBack = call.name == "arrayPushBack"
        return .call(
            ScalarCall(call.name, seesNull: true) { values in
                .array(atBack ? values[0].elements + [values[1]] : [values[1]] + values[0].elements)
            }, .array(type), nodes)
    }

    private static let stringConcat: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        let element = try call.element(0)
        let calendar = call.calendar
        return call.call(.string) { values in
            let parts = values[0].elements.filter { !$0.isNull }.map { ValueText.text($0, element, calendar) }
            return .string(parts.joined(separator: values.count > 1 ? values[1].text : ""))
        }
    }

    private static let flatten: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        var (type, levels) = (try call.element(0), 0)
        while case .array(let inner) = type { (type, levels) = (inner, levels + 1) }
        let depth = levels
        return call.call(.array(type)) { values in
            var elements = values[0].elements
            for _ in 0..<depth { elements = elements.flatMap(\.elements) }
            return .array(elements)
        }
    }

    private static let resize: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        let element = try call.element(0)
        try call.integer(1)
        var nodes = call.arguments
        if nodes.count == 3 { nodes[2] = try call.resolver.cast(nodes[2], to: element, call.range) }
        return call.call(nodes, .array(element)) { values in
            let size = values[1].intValue ?? 0
            guard size.magnitude <= UInt64(maxLength) else { throw ExecutionFault("an array would be too long") }
            let fill = values.count > 2 ? values[2] : element.defaultValue
            let (elements, length) = (values[0].elements, Int(size.magnitude))
            let filling = Array(repeating: fill, count: max(0, length - elements.count))
            return .array(size < 0 ? filling + elements.suffix(length) : elements.prefix(length) + filling)
        }
    }

    private static let withConstant: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.integer(0)
        return .call(
            ScalarCall(call.name, seesNull: true) { values in
                let count = values[0].intValue ?? 0
                guard count >= 0, count <= maxLength else { throw ExecutionFault("an array would be too long") }
                return .array(Array(repeating: values[1], count: Int(count)))
            }, .array(call.arguments[1].type), call.arguments)
    }

    /// One value for each place of arrays of one length: the element, or all elements there.
    private static func rows(_ call: FunctionBinding) throws(AirlockError) -> @Sendable ([Value]) throws -> [Value] {
        try call.count(1, .max)
        for index in call.arguments.indices { _ = try call.element(index) }
        let name = call.name
        return { values in
            guard values.count > 1 else { return values[0].elements }
            let count = values[0].elements.count
            guard values.allSatisfy({ $0.elements.count == count }) else {
                throw ExecutionFault("the arrays of \(name) must be equally long")
            }
            return (0..<count).map { index in .array(values.map { $0.elements[index] }) }
        }
    }

    /// NULL is a value of its own here, but only one, and only where there are others.
    private static let uniq: FunctionBinding.Bind = { call throws(AirlockError) in
        let rows = try rows(call)
        return call.call(.uint32) { .int(Int64(Set(try rows($0)).count)) }
    }

    private static let enumerateDense: FunctionBinding.Bind = { call throws(AirlockError) in
        let rows = try rows(call)
        return call.call(.array(.uint32)) { values in
            var numbers: [Value: Int64] = [:]
            return .array(
                try rows(values).map { value in
                    let number = numbers[value] ?? Int64(numbers.count) + 1
                    numbers[value] = number
                    return .int(number)
                })
        }
    }

    private static let hasSubstr: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let (nodes, type) = try call.unified(call.arguments)
        guard type.element != nil else { throw call.fail("needs arrays") }
        return call.call(nodes, .uint8) {
            .bool(StringSearchFunctions.find($0[1].elements, in: $0[0].elements) != nil)
        }
    }

    private static let shift: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        let element = try call.element(0)
        try call.integer(1)
        var nodes = call.arguments
        if nodes.count == 3 { nodes[2] = try call.resolver.cast(nodes[2], to: element, call.range) }
        let sign: Int64 = call.name == "arrayShiftLeft" ? 1 : -1
        return .call(
            ScalarCall(call.name, seesNull: true) { values in
                let (elements, count) = (values[0].elements, sign &* (values[1].intValue ?? 0))
                let fill = values.count > 2 ? values[2] : element.defaultValue
                let length = Int(min(count.magnitude, UInt64(elements.count)))
                let filling = Array(repeating: fill, count: length)
                return .array(
                    count >= 0 ? elements.dropFirst(length) + filling : filling + elements.dropLast(length))
            }, .array(element), nodes)
    }

    private static let jaccard: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let (nodes, type) = try call.unified(call.arguments)
        guard type.element != nil else { throw call.fail("needs arrays") }
        return call.call(nodes, .float, mayMakeNaN: true) { values in
            let (a, b) = (Set(values[0].elements), Set(values[1].elements))
            return .double(Double(a.intersection(b).count) / Double(a.union(b).count))
        }
    }

    private static let enumerate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        _ = try call.element(0)
        return call.call(.array(.uint32)) { .array($0[0].elements.indices.map { .int(Int64($0 + 1)) }) }
    }

    private static let enumerateUniq: FunctionBinding.Bind = { call throws(AirlockError) in
        let rows = try rows(call)
        return call.call(.array(.uint32)) { values in
            var counts: [Value: Int64] = [:]
            return .array(
                try rows(values).map { value in
                    counts[value, default: 0] += 1
                    return .int(counts[value] ?? 0)
                })
        }
    }

    private static let rotate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let element = try call.element(0)
        try call.integer(1)
        let sign: Int64 = call.name == "arrayRotateLeft" ? 1 : -1
        return call.call(.array(element)) { values in
            let elements = values[0].elements
            guard !elements.isEmpty else { return values[0] }
            let shift = Int(floorModulo(sign &* (values[1].intValue ?? 0), Int64(elements.count)))
            return .array(Array(elements[shift...] + elements[..<shift]))
        }
    }

    private static let countTrue: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        _ = try call.element(0)
        return call.call(.uint32) { .int(Int64($0[0].elements.lazy.filter(\.isTrue).count)) }
    }

    private static let anyTrue: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        _ = try call.element(0)
        let all = call.name == "arrayAll"
        return call.call(.uint8) { values in
            .bool(all ? values[0].elements.allSatisfy(\.isTrue) : values[0].elements.contains(where: \.isTrue))
        }
    }
}
