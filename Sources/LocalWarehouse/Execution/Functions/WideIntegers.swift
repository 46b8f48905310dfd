internal import AirlockCore
internal import HogQL

/// What can be done with a `UInt64` beyond `Int64`: it is compared, grouped and sorted as it is stored, and counted
/// with modulo 2^64, as ClickHouse does.
enum WideIntegers {
    /// `nil` when the representation is the same already or the types do not fit.
    static func cast(_ node: Node, to type: ClickHouseType) -> Node? {
        guard let convert = converter(node.type.inner, type.inner) else { return nil }
        return .call(ScalarCall("wide \(type.inner)") { convert($0[0]) }, type, [node])
    }

    static func converter(_ from: ClickHouseType, _ to: ClickHouseType) -> (@Sendable (Value) -> Value)? {
        switch (from, to) {
        case (.wideUnsigned, .float): return { .double(Double(WideUnsigned.number($0))) }
        case (.integer, .wideUnsigned), (.bool, .wideUnsigned):
            return { WideUnsigned.value(UInt64(bitPattern: $0.intValue ?? 0)) }
        default: return nil
        }
    }

    /// The bits of any integer in 64 of them.
    static func bits(of type: ClickHouseType) -> @Sendable (Value) -> UInt64 {
        if type.isWide { return { WideUnsigned.number($0) } }
        return { UInt64(bitPattern: $0.intValue ?? 0) }
    }

    /// A value of an integer type from its lowest bits.
    static func value(_ bits: UInt64, _ type: ClickHouseType) -> Value {
        if type.isWide { return WideUnsigned.value(bits) }
        guard let shape = type.integerShape, shape.bits < 64 else { return .int(Int64(bitPattern: bits)) }
        let cut = Int64(bitPattern: bits & (1 << UInt64(shape.bits) - 1))
        return .int(shape.signed && cut >= 1 << Int64(shape.bits - 1) ? cut - 1 << Int64(shape.bits) : cut)
    }

    /// Width and sign, a wide one counting as a `UInt64`.
    static func shape(_ type: ClickHouseType) -> (bits: Int, signed: Bool)? {
        type.isWide ? (64, false) : type.integerShape
    }

    /// The type, wide where it is a `UInt64`: for results that may need all of its bits.
    static func widened(_ type: ClickHouseType) -> ClickHouseType { type == .uint64 ? .wideUnsigned : type }

    static func arithmetic(
        _ symbol: ArithmeticOperator, _ left: Node, _ right: Node, _ resolver: Resolver, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        if left.isConstantNull || right.isConstantNull { return .null }
        let nullable = left.isNullable || right.isNullable
        if symbol == .divide || left.type.isFloat || right.type.isFloat {
            let (a, b) = (
                try resolver.cast(left, to: ClickHouseType.float.nullable(if: left.isNullable), range),
                try resolver.cast(right, to: ClickHouseType.float.nullable(if: right.isNullable), range)
            )
            return try resolver.arithmetic(symbol, a, b, range)
        }
        guard let (a, b) = Self.shapes(left, right) else {
            throw resolver.invalid("'\(symbol.rawValue)' needs numbers", range)
        }
        let character: Character = symbol == .modulo ? "%" : symbol == .subtract ? "-" : "+"
        let plain = ClickHouseType.arithmetic(
            character, .integer(bits: a.bits, signed: a.signed), .integer(bits: b.bits, signed: b.signed))
        // The rest of a division by a number of at most Int64 is one too.
        let type = symbol == .modulo && !right.type.isWide ? plain : widened(plain)
        let (first, second) = (bits(of: left.type), bits(of: right.type))
        let signedDivisor = b.signed
        let call = ScalarCall("wide \(symbol.rawValue)") { values in
            let (x, y) = (first(values[0]), second(values[1]))
            switch symbol {
            case .add: return value(x &+ y, type)
            case .subtract: return value(x &- y, type)
            case .multiply: return value(x &* y, type)
            default:
                guard y != 0 else { throw ExecutionFault("division by zero in %") }
                if signedDivisor, y > Int64.max { throw ExecutionFault("% of a UInt64 by a negative number") }
                return value(x % y, type)
            }
        }
        return .call(call, type.nullable(if: nullable), [left, right])
    }

    /// `intDiv` of unsigned integers.
    static func quotient(_ call: FunctionBinding) throws(AirlockError) -> Node {
        guard let (a, b) = shapes(call.arguments[0], call.arguments[1]), !a.signed, !b.signed else {
            throw call.fail("divides a UInt64 by whole numbers that cannot be negative only")
        }
        let type = widened(.integer(bits: a.bits, signed: false))
        let (first, second) = (bits(of: call.arguments[0].type), bits(of: call.arguments[1].type))
        let orZero = call.name == "intDivOrZero"
        return call.call(type, key: "wide \(call.name)") { values in
            let divisor = second(values[1])
            guard divisor != 0 else {
                if orZero { return value(0, type) }
                throw ExecutionFault("division by zero in intDiv")
            }
            return value(first(values[0]) / divisor, type)
        }
    }

    private static func shapes(_ left: Node, _ right: Node) -> ((bits: Int, signed: Bool), (bits: Int, signed: Bool))? {
        guard let a = shape(left.type), let b = shape(right.type) else { return nil }
        return (a, b)
    }
}
