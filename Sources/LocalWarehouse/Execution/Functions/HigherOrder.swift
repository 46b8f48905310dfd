internal import AirlockCore
internal import HogQL

/// A function that takes a lambda, with its arguments as they were written.
struct LambdaBinding {
    let name: String
    let arguments: [QueryExpression]
    let scope: SelectScope
    let resolver: Resolver
    let range: SourceRange
}

/// A lambda ready to run: what it needs from around it, and its body over that and its parameters.
struct BoundLambda {
    typealias Run = @Sendable (_ captures: ArraySlice<Value>, _ parameters: [Value]) throws -> Value

    let captures: [Node]
    let type: ClickHouseType
    let signature: String
    let run: Run
}

enum HigherOrder {
    typealias Bind = @Sendable (LambdaBinding) throws(AirlockError) -> Node

    static var names: [String] { Array(all.keys) }

    static let all: [String: Bind] = [
        "arrayMap": over { lambda, _ in (.array(lambda.type), { _, mapped in .array(mapped) }) },
        "arrayFilter": overTruth { element in
            (.array(element), { values, kept in .array(zip(values, kept).filter { $1.isTrue }.map(\.0)) })
        },
        "arrayExists": overTruth { _ in (.uint8, { _, found in .bool(found.contains(where: \.isTrue)) }) },
        "arrayAll": overTruth { _ in (.uint8, { _, found in .bool(found.allSatisfy(\.isTrue)) }) },
        "arrayCount": overTruth { _ in (.uint32, { _, found in .int(Int64(found.lazy.filter(\.isTrue).count)) }) },
        "arrayFirst": overTruth { element in
            (element, { values, found in zip(values, found).first { $1.isTrue }?.0 ?? element.defaultValue })
        },
        "arrayLast": overTruth { element in
            (element, { values, found in Array(zip(values, found)).last { $1.isTrue }?.0 ?? element.defaultValue })
        },
        "arrayFirstIndex": overTruth { _ in
            (.uint32, { _, found in .int(Int64((found.firstIndex(where: \.isTrue) ?? -1) + 1)) })
        },
        "arrayLastIndex": overTruth { _ in
            (.uint32, { _, found in .int(Int64((found.lastIndex(where: \.isTrue) ?? -1) + 1)) })
        },
        "arraySort": over { lambda, element in
            (.array(element), { values, keys in .array(sorted(values, by: keys, lambda.type, descending: false)) })
        },
        "arrayReverseSort": over { lambda, element in
            (.array(element), { values, keys in .array(sorted(values, by: keys, lambda.type, descending: true)) })
        },
        "arraySum": numeric("arraySum"), "arrayAvg": numeric("arrayAvg"), "arrayProduct": numeric("arrayProduct"),
        "arrayMin": extreme(descending: false), "arrayMax": extreme(descending: true),
        "arrayFill": overTruth { element in
            (
                .array(element),
                { values, kept in
                    var result: [Value] = []
                    for (value, keep) in zip(values, kept) {
                        result.append(keep.isTrue ? value : result.last ?? value)
                    }
                    return .array(result)
                }
            )
        },
        "arraySplit": overTruth { element in
            (
                .array(.array(element)),
                { values, starts in
                    var result: [[Value]] = []
                    for (index, value) in values.enumerated() {
                        if index == 0 || starts[index].isTrue { result.append([]) }
                        result[result.count - 1].append(value)
                    }
                    return .array(result.map(Value.array))
                }
            )
        },
        "arrayCumSum": over { lambda, _ in
            let type = ArrayNumberFunctions.foldedType("arraySum", lambda.type)
            return (
                .array(type),
                { _, mapped in
                    var sum = type.isFloat ? Value.double(0) : .int(0)
                    return .array(
                        try mapped.map { value in
                            sum = try ArrayNumberFunctions.folded("arraySum", [sum, value], isFloat: type.isFloat)
                            return sum
                        })
                }
            )
        },
        "arrayCumSumNonNegative": over { lambda, _ in
            let type = ArrayNumberFunctions.foldedType("arraySum", lambda.type)
            return (.array(type), { _, mapped in try ArrayNumberFunctions.cumulativeNonNegative(mapped, type) })
        },
        "arrayReverseFill": overTruth { element in
            (
                .array(element),
                { values, kept in
                    var result: [Value] = []
                    for (value, keep) in zip(values, kept).reversed() {
                        result.append(keep.isTrue ? value : result.last ?? value)
                    }
                    return .array(result.reversed())
                }
            )
        },
        "arrayReverseSplit": overTruth { element in
            (
                .array(.array(element)),
                { values, ends in
                    var result: [[Value]] = []
                    for (index, value) in values.enumerated() {
                        if index == 0 || ends[index - 1].isTrue { result.append([]) }
                        result[result.count - 1].append(value)
                    }
                    return .array(result.map(Value.array))
                }
            )
        },
        "arrayFold": fold, "mapFilter": overMap, "mapApply": overMap, "mapExists": overMap, "mapAll": overMap,
    ]

    private typealias Finish = @Sendable (_ values: [Value], _ mapped: [Value]) throws -> Value

    private static func sorted(
        _ values: [Value], by keys: [Value], _ type: ClickHouseType, descending: Bool
    ) -> [Value] {
        let order = ArrayFunctions.sorted(
            keys.enumerated().map { .array([$1, .int(Int64($0))]) }, .tuple([type, .nothing]), descending: false)
        guard descending else { return order.map { values[Int($0.elements[1].intValue ?? 0)] } }
        // Equal keys keep their order in either direction.
        let indices = keys.indices.sorted { a, b in
            let order = Value.order(keys[a], keys[b], as: type)
            if keys[a].isNull || keys[b].isNull { return order == .same ? a < b : order == .ascending }
            return order == .same ? a < b : order == .descending
        }
        return indices.map { values[$0] }
    }

    private static func numeric(_ name: String) -> Bind {
        over { lambda, _ in
            let isFloat = lambda.type.isFloat
            return (
                ArrayNumberFunctions.foldedType(name, lambda.type),
                { _, mapped in try ArrayNumberFunctions.folded(name, mapped, isFloat: isFloat) }
            )
        }
    }

    private static func extreme(descending: Bool) -> Bind {
        over { lambda, _ in
            let type = lambda.type
            return (
                type,
                { _, mapped in
                    ArrayFunctions.sorted(mapped, type, descending: descending).first ?? type.defaultValue
                }
            )
        }
    }

    private static func overTruth(
        _ finish: @escaping @Sendable (ClickHouseType) -> (ClickHouseType, Finish)
    ) -> Bind {
        over(condition: true) { _, element in finish(element) }
    }

    private static func over(
        condition: Bool = false,
        _ finish: @escaping @Sendable (_ lambda: BoundLambda, _ element: ClickHouseType) -> (ClickHouseType, Finish)
    ) -> Bind {
        { call throws(AirlockError) in
            let (parameters, body, arrays) = try parts(call, count: 1)
            var elements: [ClickHouseType] = []
            for (array, syntax) in zip(arrays, call.arguments.dropFirst()) {
                guard let element = array.type.element else {
                    throw call.resolver.invalid(
                        "\(call.name) needs arrays, not \(call.resolver.typeName(array.type))", syntax.range)
                }
                elements.append(element)
            }
            guard let first = elements.first else {
                throw call.resolver.invalid("\(call.name) needs an array behind its lambda", call.range)
            }
            var names = parameters
            // One parameter over an array of tuples may also be written as several.
            if case .tuple(let types) = first, elements.count == 1, parameters.count == types.count,
                parameters.count > 1
            {
                elements = types
            } else if parameters.count != elements.count {
                throw call.resolver.invalid(
                    "the lambda of \(call.name) has \(parameters.count) parameters for \(elements.count) arrays",
                    call.range)
            }
            let unpacks = arrays.count == 1 && elements.count > 1
            names = parameters
            let lambda = try bindLambda(names, elements, body, call)
            if condition, !lambda.type.isNumeric, !lambda.type.isNull {
                throw call.resolver.invalid("the lambda of \(call.name) must be a condition", call.range)
            }
            let (type, finish) = finish(lambda, first)
            let captured = lambda.captures.count
            let name = call.name
            let scalar = ScalarCall("\(name) \(lambda.signature)") { values in
                let columns = values[captured...].map(\.elements)
                let count = columns.first?.count ?? 0
                guard columns.allSatisfy({ $0.count == count }) else {
                    throw ExecutionFault("the arrays of \(name) must be equally long")
                }
                var mapped: [Value] = []
                mapped.reserveCapacity(count)
                for index in 0..<count {
                    let row = unpacks ? columns[0][index].elements : columns.map { $0[index] }
                    mapped.append(try lambda.run(values[..<captured], row))
                }
                return try finish(columns.first ?? [], mapped)
            }
            // A captured NULL must reach the lambda, so the arrays alone decide.
            return .call(
                ScalarCall(
                    scalar.key, seesNull: true, mayMakeNaN: type.isFloat, evaluate: scalar.evaluate), type,
                lambda.captures + arrays)
        }
    }

    private static let fold: Bind = { call throws(AirlockError) in
        let (parameters, body, nodes) = try parts(call, count: 2)
        guard nodes.count == 2, parameters.count == 2, let element = nodes[0].type.element else {
            throw call.resolver.invalid("arrayFold takes (sum, x) -> …, one array and a first sum", call.range)
        }
        let type = nodes[1].type
        let lambda = try bindLambda(parameters, [type, element], body, call)
        guard lambda.type == type || ClickHouseType.common(lambda.type, type) == type else {
            throw call.resolver.invalid(
                "the lambda of arrayFold gives \(call.resolver.typeName(lambda.type)), the first sum is "
                    + call.resolver.typeName(type), call.range, hint: "Convert the first sum, as toInt64(0).")
        }
        let captured = lambda.captures.count
        let isFloat = type.isFloat
        let scalar = ScalarCall("arrayFold \(lambda.signature)", seesNull: true) { values in
            var sum = values[captured + 1]
            for element in values[captured].elements {
                sum = try lambda.run(values[..<captured], [sum, element])
                if isFloat, case .int(let whole) = sum { sum = .double(Double(whole)) }
            }
            return sum
        }
        return .call(scalar, type, lambda.captures + nodes)
    }

    /// A lambda over a map's keys and values.
    private static let overMap: Bind = { call throws(AirlockError) in
        let (parameters, body, nodes) = try parts(call, count: 1)
        guard nodes.count == 1, parameters.count == 2, case .map(let key, let value) = nodes[0].type else {
            throw call.resolver.invalid("\(call.name) takes (key, value) -> … and one map", call.range)
        }
        let lambda = try bindLambda(parameters, [key, value], body, call)
        let name = call.name
        var type = nodes[0].type
        switch name {
        case "mapApply":
            guard case .tuple(let types) = lambda.type, types.count == 2 else {
                throw call.resolver.invalid("the lambda of mapApply must give a key and a value, as (k, v)", call.range)
            }
            type = .map(types[0], types[1])
        default:
            guard lambda.type.isNumeric else {
                throw call.resolver.invalid("the lambda of \(name) must be a condition", call.range)
            }
            if name != "mapFilter" { type = .uint8 }
        }
        let captured = lambda.captures.count
        let scalar = ScalarCall("\(name) \(lambda.signature)", seesNull: true) { values in
            let pairs = values[captured].elements
            let found = try pairs.map { try lambda.run(values[..<captured], $0.elements) }
            switch name {
            case "mapApply": return .array(found)
            case "mapFilter": return .array(zip(pairs, found).filter { $1.isTrue }.map(\.0))
            case "mapAll": return .bool(found.allSatisfy(\.isTrue))
            default: return .bool(found.contains(where: \.isTrue))
            }
        }
        return .call(scalar, type, lambda.captures + nodes)
    }

    private static func parts(
        _ call: LambdaBinding, count: Int
    ) throws(AirlockError) -> ([String], QueryExpression, [Node]) {
        guard call.arguments.count > count, case .lambda(let parameters, let body) = call.arguments[0].kind else {
            throw call.resolver.invalid("\(call.name) takes a lambda first, then arrays", call.range)
        }
        var arrays: [Node] = []
        for argument in call.arguments.dropFirst() { arrays.append(try call.resolver.expr(argument, call.scope)) }
        return (parameters.map(\.name), body, arrays)
    }

    private static func bindLambda(
        _ names: [String], _ types: [ClickHouseType], _ body: QueryExpression, _ call: LambdaBinding
    ) throws(AirlockError) -> BoundLambda {
        var bindings: [String: Node] = [:]
        var slots: [Int] = []
        for (name, type) in zip(names, types) {
            let slot = call.resolver.newSlot()
            slots.append(slot)
            bindings[name] = .parameter(slot, type)
        }
        call.scope.lambdas.append(bindings)
        defer { call.scope.lambdas.removeLast() }
        let node = try call.resolver.expr(body, call.scope)
        var captures: [Node] = []
        let run = try evaluator(node, slots, &captures, call)
        guard captures.count < 100 else {
            throw call.resolver.unsupported("a lambda that uses more than 100 outer values", body.range)
        }
        // Slots differ between two lambdas that are written alike; their places do not.
        var signature = node.signature
        for (index, slot) in slots.enumerated() {
            signature = signature.replacingSlot(slot, by: index)
        }
        return BoundLambda(captures: captures, type: node.type, signature: signature, run: run)
    }

    /// A body as a closure. What does not depend on the parameters is computed outside, by SQLite.
    private static func evaluator(
        _ node: Node, _ slots: [Int], _ captures: inout [Node], _ call: LambdaBinding
    ) throws(AirlockError) -> BoundLambda.Run {
        if let value = node.constant { return { _, _ in value } }
        if node.parameters.isDisjoint(with: slots) {
            let index = captures.count
            captures.append(node)
            return { captured, _ in captured[captured.startIndex + index] }
        }
        switch node.kind {
        case .parameter(let slot):
            let index = slots.firstIndex(of: slot) ?? 0
            return { _, parameters in parameters[index] }
        case .call(let scalar, let arguments):
            var parts: [BoundLambda.Run] = []
            for argument in arguments { parts.append(try evaluator(argument, slots, &captures, call)) }
            let all = parts
            return { captured, parameters in
                var values: [Value] = []
                values.reserveCapacity(all.count)
                for part in all { values.append(try part(captured, parameters)) }
                return try scalar.value(values)
            }
        default:
            throw call.resolver.unsupported(
                "an aggregate, window function or subquery on a lambda's parameter", call.range)
        }
    }
}

extension String {
    /// The text with the lambda parameter `$slot` named by its place.
    func replacingSlot(_ slot: Int, by index: Int) -> String {
        let wanted = Array("$\(slot)".utf8)
        let bytes = Array(utf8)
        var (result, start) = ([UInt8](), 0)
        while let found = StringSearchFunctions.find(wanted, in: bytes, from: start) {
            let end = found + wanted.count
            result += bytes[start..<found]
            let isWhole = end == bytes.count || bytes[end] < 0x30 || bytes[end] > 0x39
            result += isWhole ? Array("$p\(index)".utf8) : wanted
            start = end
        }
        return String(decoding: result + bytes[start...], as: UTF8.self)
    }
}
