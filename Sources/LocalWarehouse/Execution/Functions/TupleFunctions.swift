internal import AirlockCore
internal import HogQL

/// Arithmetic on tuples, and norms and distances of tuples and arrays.
enum TupleFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "tuplePlus": pairwise(.add), "tupleMinus": pairwise(.subtract), "tupleMultiply": pairwise(.multiply),
        "tupleDivide": pairwise(.divide), "tupleMultiplyByNumber": byNumber(.multiply),
        "tupleDivideByNumber": byNumber(.divide),
        "tupleNegate": { call throws(AirlockError) in
            try call.count(1)
            var nodes: [Node] = []
            for node in try elements(call, 0) { nodes.append(try call.resolver.bind("negate", [node], call.range)) }
            return Containers.tuple(nodes)
        },
        "tupleHammingDistance": { call throws(AirlockError) in
            let (left, right) = try pairs(call)
            var nodes: [Node] = []
            for (a, b) in zip(left, right) { nodes.append(try call.resolver.compare(.notEqual, a, b, call.range)) }
            return call.call(nodes, .uint16) { .int(Int64($0.filter(\.isTrue).count)) }
        },
        "tupleConcat": { call throws(AirlockError) in
            try call.count(1, .max)
            var nodes: [Node] = []
            for index in call.arguments.indices { nodes += try elements(call, index) }
            return Containers.tuple(nodes)
        },
        "tupleToNameValuePairs": { call throws(AirlockError) in
            try call.count(1)
            let (nodes, type) = try call.unified(try elements(call, 0))
            return .call(
                ScalarCall(call.name, seesNull: true) { values in
                    .array(values.enumerated().map { .array([.string(String($0.offset + 1)), $0.element]) })
                }, .array(.tuple([.string, type])), nodes)
        },
        "dotProduct": dotProduct, "scalarProduct": dotProduct,
        "cosineDistance": vectors(count: 2) { x, y, _ in
            var (product, left, right) = (0.0, 0.0, 0.0)
            for (a, b) in zip(x, y) { (product, left, right) = (product + a * b, left + a * a, right + b * b) }
            return 1 - product / (left * right).squareRoot()
        },
        "L2Norm": vectors(count: 1) { x, _, _ in x.reduce(0) { $0 + $1 * $1 }.squareRoot() },
        "L2SquaredNorm": vectors(count: 1) { x, _, _ in x.reduce(0) { $0 + $1 * $1 } },
        "LinfNorm": vectors(count: 1) { x, _, _ in x.reduce(0) { max($0, abs($1)) } },
        "L2Distance": vectors(count: 2) { x, y, _ in
            zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        },
        "L2SquaredDistance": vectors(count: 2) { x, y, _ in
            zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        },
        "LinfDistance": vectors(count: 2) { x, y, _ in zip(x, y).reduce(0) { max($0, abs($1.0 - $1.1)) } },
        "LpNorm": vectors(count: 1, power: true) { x, _, p in
            power(x.reduce(0) { $0 + power(abs($1), p) }, 1 / p)
        },
        "LpDistance": vectors(count: 2, power: true) { x, y, p in
            power(zip(x, y).reduce(0) { $0 + power(abs($1.0 - $1.1), p) }, 1 / p)
        },
        "L1Norm": manhattan, "L1Distance": manhattan,
        "L2Normalize": normalize("L2Norm"), "LinfNormalize": normalize("LinfNorm"), "L1Normalize": normalize("L1Norm"),
    ]

    private static func power(_ base: Double, _ exponent: Double) -> Double {
        ArithmeticFunctions.power(base, exponent)
    }

    static func elements(_ call: FunctionBinding, _ index: Int) throws(AirlockError) -> [Node] {
        guard call.arguments.count > index, case .tuple(let types) = call.arguments[index].type else {
            throw call.fail("needs a tuple as argument \(index + 1)")
        }
        return types.indices.map { Containers.element(of: call.arguments[index], at: $0, types[$0]) }
    }

    private static func pairs(_ call: FunctionBinding) throws(AirlockError) -> ([Node], [Node]) {
        try call.count(2)
        let (left, right) = (try elements(call, 0), try elements(call, 1))
        guard left.count == right.count else { throw call.fail("needs tuples of one length") }
        return (left, right)
    }

    private static func pairwise(_ symbol: ArithmeticOperator) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            let (left, right) = try pairs(call)
            var nodes: [Node] = []
            for (a, b) in zip(left, right) { nodes.append(try call.resolver.arithmetic(symbol, a, b, call.range)) }
            return Containers.tuple(nodes)
        }
    }

    private static func byNumber(_ symbol: ArithmeticOperator) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            var nodes: [Node] = []
            for node in try elements(call, 0) {
                nodes.append(try call.resolver.arithmetic(symbol, node, call.arguments[1], call.range))
            }
            return Containers.tuple(nodes)
        }
    }

    private static let dotProduct: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        if case .tuple = call.arguments[0].type {
            let (left, right) = try pairs(call)
            var sum: Node?
            for (a, b) in zip(left, right) {
                let product = try call.resolver.arithmetic(.multiply, a, b, call.range)
                sum =
                    try sum.map { first throws(AirlockError) in
                        try call.resolver.arithmetic(.add, first, product, call.range)
                    } ?? product
            }
            return sum ?? .constant(.int(0), .uint8)
        }
        let (a, b) = (try call.element(0), try call.element(1))
        guard a.isNumeric, b.isNumeric, !a.isNullable, !b.isNullable else { throw call.fail("needs arrays of numbers") }
        let type = ClickHouseType.arithmetic("*", a, b)
        let isFloat = type.isFloat
        guard isFloat || (type.integerShape?.bits ?? 0) <= 32 else {
            throw call.unsupported("dotProduct of integers wider than 16 bits", hint: "Convert with toFloat.")
        }
        return call.call(type) { values in
            let (x, y) = (values[0].elements, values[1].elements)
            guard x.count == y.count else { throw ExecutionFault("dotProduct needs arrays of one length") }
            if isFloat {
                return .double(zip(x, y).reduce(0) { $0 + ($1.0.doubleValue ?? 0) * ($1.1.doubleValue ?? 0) })
            }
            let sum = zip(x, y).reduce(Int64(0)) { $0 &+ ($1.0.intValue ?? 0) &* ($1.1.intValue ?? 0) }
            return WideIntegers.value(UInt64(bitPattern: sum), type)
        }
    }

    /// The numbers of each argument, as floats, and the constant power behind them.
    private static func vectors(
        count: Int, power: Bool = false, _ measure: @escaping @Sendable ([Double], [Double], Double) -> Double
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(count + (power ? 1 : 0))
            var nodes: [Node] = []
            for index in 0..<count {
                let node = call.arguments[index]
                switch node.type {
                case .array(let element) where element.isNumeric && !element.isNullable: nodes.append(node)
                case .tuple(let types) where types.allSatisfy { $0.isNumeric && !$0.isNullable }: nodes.append(node)
                default: throw call.fail("needs arrays or tuples of numbers, not \(call.type(index))")
                }
            }
            let exponent = power ? call.arguments[count].constant?.doubleValue : 1
            guard let exponent, exponent >= 1, exponent.isFinite else {
                throw call.fail("needs a constant power from 1")
            }
            return call.call(nodes, .float, key: "\(call.name) \(exponent)", mayMakeNaN: true) { values in
                let x = values[0].elements.map { $0.doubleValue ?? 0 }
                let y = values.count > 1 ? values[1].elements.map { $0.doubleValue ?? 0 } : x
                guard x.count == y.count else { throw ExecutionFault("vectors must be of one length") }
                return .double(measure(x, y, exponent))
            }
        }
    }

    /// Over tuples the type is that of the sum of the absolute values; over arrays a float.
    private static let manhattan: FunctionBinding.Bind = { call throws(AirlockError) in
        let isDistance = call.name == "L1Distance"
        try call.count(isDistance ? 2 : 1)
        guard case .tuple = call.arguments[0].type else {
            let bind = vectors(count: isDistance ? 2 : 1) { x, y, _ in
                isDistance ? zip(x, y).reduce(0) { $0 + abs($1.0 - $1.1) } : x.reduce(0) { $0 + abs($1) }
            }
            return try bind(call)
        }
        var parts = try elements(call, 0)
        if isDistance {
            let (left, right) = try pairs(call)
            parts = []
            for (a, b) in zip(left, right) { parts.append(try call.resolver.arithmetic(.subtract, a, b, call.range)) }
        }
        var sum: Node?
        for part in parts {
            let size = try call.resolver.bind("abs", [part], call.range)
            sum =
                try sum.map { first throws(AirlockError) in
                    try call.resolver.arithmetic(.add, first, size, call.range)
                } ?? size
        }
        return sum ?? .constant(.int(0), .uint8)
    }

    private static func normalize(_ norm: String) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            let length = try call.resolver.bind(norm, call.arguments, call.range)
            var nodes: [Node] = []
            for node in try elements(call, 0) {
                nodes.append(try call.resolver.arithmetic(.divide, node, length, call.range))
            }
            return Containers.tuple(nodes)
        }
    }
}
