internal import AirlockCore
internal import HogQL

enum ConditionalFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "if": choose, "multiIf": choose, "coalesce": coalesce, "ifNull": coalesce, "nullIf": nullIf,
        "isNull": isNull, "isNotNull": isNotNull, "assumeNotNull": assumeNotNull, "toNullable": toNullable,
        "and": and, "or": or, "not": not, "xor": xor, "tuple": tuple, "tupleElement": tupleElement, "array": array,
        "isZeroOrNull": isZeroOrNull, "identity": identity, "materialize": materialize,
    ]

    private static let choose: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3, call.name == "if" ? 3 : .max)
        guard call.arguments.count % 2 == 1 else {
            throw call.fail("takes conditions and values in pairs, and a last value")
        }
        var conditions: [Node] = []
        var values: [Node] = []
        for (index, argument) in call.arguments.enumerated() {
            if index % 2 == 0, index < call.arguments.count - 1 {
                guard argument.type.isNumeric || argument.type.isNull else {
                    throw call.fail("needs a condition as argument \(index + 1), not \(call.type(index))")
                }
                conditions.append(Logic.and([argument]))
            } else {
                values.append(argument)
            }
        }
        let (unified, type) = try call.unified(values)
        var nodes: [Node] = []
        for (condition, value) in zip(conditions, unified) { nodes += [condition, value] }
        if let last = unified.last { nodes.append(last) }
        let scalar = ScalarCall(
            "multiIf",
            sql: { parts in
                var text = "(CASE"
                for index in stride(from: 0, to: parts.count - 1, by: 2) {
                    text += " WHEN \(parts[index]) THEN \(parts[index + 1])"
                }
                return text + " ELSE \(parts[parts.count - 1]) END)"
            }, seesNull: true
        ) { values in
            for index in stride(from: 0, to: values.count - 1, by: 2) where values[index].isTrue {
                return values[index + 1]
            }
            return values.last ?? .null
        }
        return .call(scalar, type, nodes)
    }

    private static let coalesce: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(call.name == "ifNull" ? 2 : 1, call.name == "ifNull" ? 2 : .max)
        var kept: [Node] = []
        for node in try call.distinguished() where !node.isConstantNull {
            kept.append(node)
            // Nothing after a value that cannot be NULL is ever looked at.
            if !node.isNullable { break }
        }
        guard !kept.isEmpty else { return .null }
        let allTypes = call.arguments.filter { !$0.isConstantNull }
        let (_, whole) = try call.unified(allTypes)
        let type = kept.contains { !$0.isNullable } ? whole.inner : whole
        var nodes: [Node] = []
        for node in kept {
            nodes.append(try call.resolver.cast(node, to: type.nullable(if: node.isNullable), call.range))
        }
        guard nodes.count > 1 else { return nodes[0] }
        let scalar = ScalarCall("coalesce", sql: { "coalesce(\($0.joined(separator: ", ")))" }, seesNull: true) {
            $0.first { !$0.isNull } ?? .null
        }
        return .call(scalar, type, nodes)
    }

    private static let nullIf: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let equal = try call.resolver.compare(.equal, call.arguments[0], call.arguments[1], call.range)
        let value = call.arguments[0]
        let scalar = ScalarCall(
            "nullIf", sql: { "(CASE WHEN \($0[0]) THEN NULL ELSE \($0[1]) END)" }, seesNull: true
        ) { $0[0].isTrue ? .null : $0[1] }
        guard !value.type.isContainer else { throw call.fail("cannot make an array or a tuple NULL") }
        return .call(scalar, value.type.asNullable, [equal, value])
    }

    private static func nullTest(_ wanted: Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            let node = try call.distinguished()[0]
            guard node.isNullable else { return .constant(.bool(!wanted), .uint8) }
            let scalar = ScalarCall(
                call.name, sql: { "(\($0[0]) IS \(wanted ? "" : "NOT ")NULL)" }, seesNull: true
            ) { .bool($0[0].isNull == wanted) }
            return .call(scalar, .uint8, [node])
        }
    }

    private static let isNull = nullTest(true)
    private static let isNotNull = nullTest(false)

    private static let isZeroOrNull: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        return .call(ScalarCall(call.name, seesNull: true) { .bool(!$0[0].isTrue) }, .uint8, call.arguments)
    }

    private static let assumeNotNull: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let node = call.arguments[0]
        guard node.isNullable else { return node }
        let type = node.type.inner
        let fallback = type.defaultValue
        // What ClickHouse gives for a NULL here is the default that stands beneath it.
        let scalar = ScalarCall(
            "assumeNotNull", sql: { "coalesce(\($0[0]), \($0[1]))" }, seesNull: true
        ) { $0[0].isNull ? fallback : $0[0] }
        return .call(scalar, type, [node, .constant(fallback, type)])
    }

    private static let toNullable: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        return try call.resolver.cast(call.arguments[0], to: call.arguments[0].type.asNullable, call.range)
    }

    private static func logical(_ join: @escaping @Sendable ([Node]) -> Node) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1, .max)
            for index in call.arguments.indices { try call.number(index) }
            return join(call.arguments)
        }
    }

    private static let and = logical { Logic.and($0) }
    private static let or = logical { Logic.or($0) }
    private static let not = logical { Logic.not($0[0]) }

    private static let xor: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, .max)
        for index in call.arguments.indices { try call.number(index) }
        return call.call(.uint8) { .bool($0.filter(\.isTrue).count % 2 == 1) }
    }

    private static let tuple: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        return Containers.tuple(call.arguments)
    }

    private static let tupleElement: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        guard case .tuple(let types) = call.arguments[0].type else {
            throw call.fail("needs a tuple, not \(call.type(0))")
        }
        let index = try call.constantInt(1)
        guard index >= 1, index <= Int64(types.count) else {
            if call.arguments.count == 3 { return call.arguments[2] }
            throw call.fail("asks for element \(index) of a tuple of \(types.count)")
        }
        return Containers.element(of: call.arguments[0], at: Int(index) - 1, types[Int(index) - 1])
    }

    private static let array: FunctionBinding.Bind = { call throws(AirlockError) in
        let (nodes, type) = try call.unified(call.arguments)
        return .call(ScalarCall("array", seesNull: true) { .array($0) }, .array(type), nodes)
    }

    /// The value, no longer known as a constant.
    private static let materialize: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let scalar = ScalarCall("materialize", sql: { $0[0] }, seesNull: true, isDeterministic: false) { $0[0] }
        return .call(scalar, call.arguments[0].type, call.arguments)
    }

    private static let identity: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        return call.arguments[0]
    }
}
