internal import AirlockCore
internal import HogQL

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

enum ArithmeticFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "plus": operation(.add), "minus": operation(.subtract), "multiply": operation(.multiply),
            "divide": divide, "modulo": modulo, "mod": modulo, "intDiv": integerDivide, "intDivOrZero": integerDivide,
            "negate": negate, "abs": absolute, "sign": sign, "pow": powerFunction, "power": powerFunction,
            "greatest": extreme,
            "least": extreme, "max2": pair, "min2": pair, "isNaN": isNaN, "isFinite": isFinite,
            "isInfinite": isInfinite, "ifNotFinite": ifNotFinite, "pi": pi, "e": euler,
            "equals": comparison(.equal), "notEquals": comparison(.notEqual), "less": comparison(.less),
            "greater": comparison(.greater), "lessOrEquals": comparison(.lessOrEqual),
            "greaterOrEquals": comparison(.greaterOrEqual), "moduloOrZero": modulo, "positiveModulo": modulo,
            "pmod": modulo, "positive_modulo": modulo,
        ]
        for (name, function) in unary { all[name] = float(function) }
        for (name, mode) in roundings { all[name] = rounding(mode) }
        return all
    }()

    private static let unary: [String: @Sendable (Double) -> Double] = [
        "sqrt": { $0.squareRoot() }, "exp": { exp($0) }, "log": { log($0) }, "ln": { log($0) }, "log2": { log2($0) },
        "log10": { log10($0) }, "exp2": { exp2($0) }, "exp10": { pow(10, $0) }, "cbrt": { cbrt($0) },
        "log1p": { log1p($0) }, "sin": { sin($0) }, "cos": { cos($0) }, "tan": { tan($0) }, "asin": { asin($0) },
        "acos": { acos($0) }, "atan": { atan($0) }, "erf": { erf($0) },
        "erfc": { erfc($0) }, "lgamma": { lgamma($0) }, "tgamma": { tgamma($0) }, "cosh": { cosh($0) },
        "acosh": { acosh($0) }, "sinh": { sinh($0) }, "asinh": { asinh($0) }, "tanh": { tanh($0) },
        "atanh": { atanh($0) }, "sigmoid": { 1 / (1 + exp(-$0)) }, "degrees": { $0 * 180 / .pi },
        "radians": { $0 * .pi / 180 },
    ]

    private static let roundings: [String: Rounding.Mode] = [
        "round": .nearest, "roundBankers": .bankers, "floor": .down, "ceil": .up, "ceiling": .up, "trunc": .towardZero,
        "truncate": .towardZero,
    ]

    private static func operation(_ symbol: ArithmeticOperator) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            return try call.resolver.arithmetic(symbol, call.arguments[0], call.arguments[1], call.range)
        }
    }

    private static func comparison(_ symbol: ComparisonOperator) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            return try call.resolver.compare(symbol, call.arguments[0], call.arguments[1], call.range)
        }
    }

    private static let divide: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        let evaluate: ScalarCall.Evaluate = { values in
            .double((values[0].doubleValue ?? .nan) / (values[1].doubleValue ?? .nan))
        }
        if let divisor = call.arguments[1].constant?.doubleValue, divisor != 0, divisor.isFinite {
            return call.call(.float, key: "/ constant", sql: { "(CAST(\($0[0]) AS REAL) / \($0[1]))" }, evaluate)
        }
        return call.call(.float, mayMakeNaN: true, evaluate)
    }

    /// `%` has the sign of what is divided; `positiveModulo` never is negative.
    private static let modulo: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        if call.arguments.contains(where: \.type.isWide) {
            guard call.name == "modulo" || call.name == "mod" else { throw call.unsupported("\(call.name) of a hash") }
            return try call.resolver.arithmetic(.modulo, call.arguments[0], call.arguments[1], call.range)
        }
        try call.number(0)
        try call.number(1)
        let (isPositive, orZero) = (call.name.hasPrefix("p"), call.name == "moduloOrZero")
        let type = ClickHouseType.arithmetic("%", call.arguments[0].type, call.arguments[1].type)
        if type.isFloat {
            return call.call(.float, mayMakeNaN: true) { values in
                let (number, divisor) = (values[0].doubleValue ?? .nan, values[1].doubleValue ?? .nan)
                // ClickHouse's own formula, which rounds otherwise than C's fmod.
                let rest = number - (number / divisor).rounded(.towardZero) * divisor
                return .double(isPositive && rest < 0 ? rest + abs(divisor) : rest)
            }
        }
        var result = type.inner
        if isPositive, let shape = result.integerShape {
            result = .integer(bits: call.arguments[1].type.integerShape?.bits ?? shape.bits, signed: false)
        }
        return call.call(result) { values in
            let (a, b) = (values[0].intValue ?? 0, values[1].intValue ?? 0)
            guard b != 0 else {
                if orZero { return .int(0) }
                throw ExecutionFault("division by zero in %")
            }
            let rest = b == -1 ? 0 : a % b
            return .int(isPositive && rest < 0 ? rest &+ Int64(clamping: b.magnitude) : rest)
        }
    }

    private static let integerDivide: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        if call.arguments.contains(where: \.type.isWide) { return try WideIntegers.quotient(call) }
        try call.number(0)
        try call.number(1)
        let orZero = call.name == "intDivOrZero"
        let (a, b) = (call.arguments[0].type, call.arguments[1].type)
        let type: ClickHouseType = a.isFloat || b.isFloat ? .int64 : ClickHouseType.arithmetic("i", a, b).inner
        // Of a signed and an unsigned number ClickHouse reads both as signed ones of the greater width.
        let isMixed = a.integerShape.map { left in b.integerShape.map { left.signed != $0.signed } ?? false } ?? false
        let width = max(a.integerShape?.bits ?? 64, b.integerShape?.bits ?? 64)
        let signed: @Sendable (Int64) -> Int64 = { value in
            guard isMixed else { return value }
            return WideIntegers.value(UInt64(bitPattern: value), .integer(bits: width, signed: true)).intValue ?? value
        }
        return call.call(type) { values in
            let quotient: Int64?
            if case .int(let first) = values[0], case .int(let second) = values[1] {
                let (a, b) = (signed(first), signed(second))
                quotient = b == 0 ? nil : a.dividedReportingOverflow(by: b).partialValue
            } else {
                let ratio = ((values[0].doubleValue ?? 0) / (values[1].doubleValue ?? 0)).rounded(.towardZero)
                quotient = Int64(exactly: ratio)
            }
            guard let quotient else {
                if orZero { return .int(0) }
                throw ExecutionFault("division by zero in intDiv")
            }
            return .int(quotient)
        }
    }

    private static let negate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        if call.arguments[0].type.isWide {
            return try call.resolver.arithmetic(.subtract, .int(0), call.arguments[0], call.range)
        }
        try call.number(0)
        let type = call.arguments[0].type
        if type.isNull { return .null }
        guard let shape = type.integerShape, shape.signed else {
            return Resolver.number("-", .int(0), call.arguments[0])
        }
        return call.call(type.inner) { values in
            let (result, overflow) = Int64(0).subtractingReportingOverflow(values[0].intValue ?? 0)
            guard !overflow else { throw ExecutionFault("an integer is out of range") }
            return WideIntegers.value(UInt64(bitPattern: result), type.inner)
        }
    }

    private static let absolute: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        if call.arguments[0].type.isWide { return call.arguments[0] }
        try call.number(0)
        let type = call.arguments[0].type.inner
        let result: ClickHouseType =
            type.integerShape.map { .integer(bits: $0.bits, signed: false) } ?? (type.isFloat ? .float : type)
        return call.call(result, sql: { "abs(\($0[0]))" }) { values in
            switch values[0] {
            case .int(let value):
                guard value != .min else { throw ExecutionFault("an integer is out of range") }
                return .int(abs(value))
            default: return .double(abs(values[0].doubleValue ?? .nan))
            }
        }
    }

    private static let sign: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        return call.call(.int8) { values in
            let value = values[0].doubleValue ?? 0
            return .int(value > 0 ? 1 : value < 0 ? -1 : 0)
        }
    }

    private static let powerFunction: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        return call.call(.float, mayMakeNaN: true) {
            .double(pow($0[0].doubleValue ?? .nan, $0[1].doubleValue ?? .nan))
        }
    }

    private static func float(_ function: @escaping @Sendable (Double) -> Double) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.number(0)
            return call.call(.float, mayMakeNaN: true) { .double(function($0[0].doubleValue ?? .nan)) }
        }
    }

    private static func rounding(_ mode: Rounding.Mode) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1, 2)
            try call.number(0)
            if call.arguments.count == 2 { try call.integer(1) }
            let isFloat = call.arguments[0].type.isFloat
            return call.call(isFloat ? .float : call.arguments[0].type.inner) { values in
                let places = values.count > 1 ? values[1].intValue ?? 0 : 0
                if case .int(let value) = values[0], !isFloat {
                    return .int(Rounding.round(value, places: places, mode))
                }
                return .double(Rounding.round(values[0].doubleValue ?? .nan, places: places, mode))
            }
        }
    }

    /// `greatest` and `least` pass over NULL, as ClickHouse does since 26.
    private static let extreme: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        let (nodes, type) = try call.unified(call.arguments)
        let wanted: Ordering = call.name == "greatest" ? .descending : .ascending
        let result = type.nullable(if: nodes.contains { $0.isNullable })
        let scalar = ScalarCall(call.name, seesNull: true) { values in
            var best = Value.null
            for value in values where !value.isNull {
                if best.isNull || Value.order(value, best, as: type) == wanted { best = value }
            }
            return best
        }
        return .call(scalar, result, nodes)
    }

    private static let pair: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        let isMax = call.name == "max2"
        return call.call(.float) { values in
            let (a, b) = (values[0].doubleValue ?? .nan, values[1].doubleValue ?? .nan)
            return .double(isMax ? max(a, b) : min(a, b))
        }
    }

    private static func test(_ test: @escaping @Sendable (Double) -> Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.number(0)
            let arguments = try call.distinguished()
            return call.call(arguments, .uint8) { .bool(test($0[0].doubleValue ?? .nan)) }
        }
    }

    private static let isNaN = test { $0.isNaN }
    private static let isFinite = test { $0.isFinite }
    private static let isInfinite = test { $0.isInfinite }

    private static let ifNotFinite: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        let (arguments, type) = try call.unified(try call.distinguished())
        return call.call(arguments, type.inner) { values in
            values[0].doubleValue?.isFinite ?? false ? values[0] : values[1]
        }
    }

    static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

    private static let pi: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(0)
        return .constant(.double(.pi), .float)
    }

    private static let euler: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(0)
        return .constant(.double(exp(1)), .float)
    }
}
