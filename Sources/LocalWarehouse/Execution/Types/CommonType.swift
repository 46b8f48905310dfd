extension ClickHouseType {
    /// The least type that holds the values of both, as `if`, `[…]`, `coalesce` and UNION ask for.
    ///
    /// - Returns: `nil` when ClickHouse has none (a string and a number).
    static func common(_ left: ClickHouseType, _ right: ClickHouseType) -> ClickHouseType? {
        if left == right { return left }
        if left.isNullable || right.isNullable {
            if left.inner == .nothing { return right.isContainer ? nil : right.asNullable }
            if right.inner == .nothing { return left.isContainer ? nil : left.asNullable }
            guard let inner = common(left.inner, right.inner), !inner.isContainer else { return nil }
            return inner.asNullable
        }
        switch (left, right) {
        case (.nothing, let other), (let other, .nothing): return other
        case (.array(let a), .array(let b)): return common(a, b).map(ClickHouseType.array)
        case (.tuple(let a), .tuple(let b)):
            guard a.count == b.count else { return nil }
            var elements: [ClickHouseType] = []
            for (x, y) in zip(a, b) {
                guard let element = common(x, y) else { return nil }
                elements.append(element)
            }
            return .tuple(elements)
        case (.map(let a, let b), .map(let c, let d)):
            guard let key = common(a, c), let value = common(b, d) else { return nil }
            return .map(key, value)
        case (.string, .fixedString), (.fixedString, .string), (.fixedString, .fixedString): return .string
        case (.dateTime(let a), .dateTime(let b)): return .dateTime(zoned: .common(a, b))
        case (.dateTime64(let a, let x), .dateTime64(let b, let y)):
            return .dateTime64(zoned: .common(a, b), scale: max(x, y))
        case (.dateTime64(let a, let scale), .dateTime(let b)), (.dateTime(let b), .dateTime64(let a, let scale)):
            return .dateTime64(zoned: .common(a, b), scale: scale)
        case (.wideUnsigned, .float), (.float, .wideUnsigned): return .float
        case (.wideUnsigned, let other), (let other, .wideUnsigned):
            guard let shape = other.integerShape, !shape.signed else { return nil }
            return .wideUnsigned
        case (.date, .dateTime), (.date, .dateTime64): return right
        case (.dateTime, .date), (.dateTime64, .date): return left
        default: break
        }
        guard left.isNumeric, right.isNumeric else { return nil }
        if left.isFloat || right.isFloat { return .float }
        guard let a = left.integerShape, let b = right.integerShape else { return nil }
        if a.signed == b.signed { return .integer(bits: max(a.bits, b.bits), signed: a.signed) }
        let (unsigned, signed) = a.signed ? (b.bits, a.bits) : (a.bits, b.bits)
        if unsigned < signed { return .integer(bits: signed, signed: true) }
        // ClickHouse has no type for Int64 and UInt64 together; values beyond Int64 do not occur here.
        return .integer(bits: min(unsigned * 2, 64), signed: true)
    }

    /// The type of `left op right` on integers and floats.
    static func arithmetic(_ symbol: Character, _ left: ClickHouseType, _ right: ClickHouseType) -> ClickHouseType {
        let nullable = left.isNullable || right.isNullable
        guard symbol != "/", let a = left.integerShape, let b = right.integerShape else {
            return ClickHouseType.float.nullable(if: nullable)
        }
        let widest = max(a.bits, b.bits)
        let type: ClickHouseType =
            switch symbol {
            case "-": .integer(bits: min(widest * 2, 64), signed: true)
            case "%": .integer(bits: min(b.bits * (a.signed ? 2 : 1), 64), signed: a.signed)
            // Integer division.
            case "i": .integer(bits: a.bits, signed: a.signed || b.signed)
            default: .integer(bits: min(widest * 2, 64), signed: a.signed || b.signed)
            }
        return type.nullable(if: nullable)
    }

    /// The narrowest integer type of a literal.
    static func literal(_ value: Int64) -> ClickHouseType {
        let magnitude = value.magnitude
        if value < 0 {
            let bits = magnitude <= 128 ? 8 : magnitude <= 32_768 ? 16 : magnitude <= 2_147_483_648 ? 32 : 64
            return .integer(bits: bits, signed: true)
        }
        let bits = magnitude < 256 ? 8 : magnitude < 65_536 ? 16 : magnitude < 4_294_967_296 ? 32 : 64
        return .integer(bits: bits, signed: false)
    }
}
