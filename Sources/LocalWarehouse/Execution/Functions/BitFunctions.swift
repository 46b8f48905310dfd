internal import AirlockCore

/// Bits of integers. Results are as wide as the wider argument and signed when either is, as in ClickHouse.
enum BitFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "bitAnd": operation { $0 & $1 }, "bitOr": operation { $0 | $1 }, "bitXor": operation { $0 ^ $1 },
        "bitNot": { call throws(AirlockError) in
            try call.count(1)
            let type = try integerType(call, 0)
            let (bits, result) = (WideIntegers.bits(of: type), WideIntegers.widened(type))
            return call.call(result) { WideIntegers.value(~bits($0[0]), result) }
        },
        "bitShiftLeft": shift { value, count, _ in count < 64 ? value << count : 0 },
        "bitShiftRight": shift { value, count, signed in
            guard signed else { return count < 64 ? value >> count : 0 }
            return UInt64(bitPattern: Int64(bitPattern: value) >> Int64(min(count, 63)))
        },
        "bitRotateLeft": rotation(left: true), "bitRotateRight": rotation(left: false),
        "bitCount": { call throws(AirlockError) in
            try call.count(1)
            if call.arguments[0].type.isString {
                return call.call(.uint64, key: "bitCount text", readsBytes: true) {
                    .int($0[0].utf8.reduce(0) { $0 + Int64($1.nonzeroBitCount) })
                }
            }
            let type = try integerType(call, 0)
            let (bits, mask) = (WideIntegers.bits(of: type), mask(type))
            return call.call(.uint8) { .int(Int64((bits($0[0]) & mask).nonzeroBitCount)) }
        },
        "bitHammingDistance": { call throws(AirlockError) in
            try call.count(2)
            let (left, right) = (try integerType(call, 0), try integerType(call, 1))
            let (a, b) = (WideIntegers.bits(of: left), WideIntegers.bits(of: right))
            return call.call(.uint8) { .int(Int64((a($0[0]) ^ b($0[1])).nonzeroBitCount)) }
        },
        "bitTest": { call throws(AirlockError) in
            try call.count(2)
            return try test(call) { $0[0] }
        },
        "bitTestAll": { call throws(AirlockError) in
            try call.count(2, .max)
            return try test(call) { $0.allSatisfy { $0 } }
        },
        "bitTestAny": { call throws(AirlockError) in
            try call.count(2, .max)
            return try test(call) { $0.contains(true) }
        },
    ]

    private static func integerType(_ call: FunctionBinding, _ index: Int) throws(AirlockError) -> ClickHouseType {
        let type = call.arguments[index].type.inner
        guard WideIntegers.shape(type) != nil || type == .nothing else {
            throw call.fail("needs a whole number as argument \(index + 1), not \(call.type(index))")
        }
        return type == .bool ? .uint8 : type
    }

    private static func mask(_ type: ClickHouseType) -> UInt64 {
        guard let shape = WideIntegers.shape(type), shape.bits < 64 else { return .max }
        return 1 << UInt64(shape.bits) - 1
    }

    private static func operation(_ apply: @escaping @Sendable (UInt64, UInt64) -> UInt64) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            let (left, right) = (try integerType(call, 0), try integerType(call, 1))
            guard let a = WideIntegers.shape(left), let b = WideIntegers.shape(right) else { return .null }
            let plain = ClickHouseType.integer(bits: max(a.bits, b.bits), signed: a.signed || b.signed)
            let type = left.isWide || right.isWide ? WideIntegers.widened(plain) : plain
            let (first, second) = (WideIntegers.bits(of: left), WideIntegers.bits(of: right))
            return call.call(type) { WideIntegers.value(apply(first($0[0]), second($0[1])), type) }
        }
    }

    /// The type of both arguments together, in which a number is shifted.
    private static func shiftedType(_ call: FunctionBinding) throws(AirlockError) -> ClickHouseType? {
        try call.count(2)
        let (left, right) = (try integerType(call, 0), try integerType(call, 1))
        guard let a = WideIntegers.shape(left), let b = WideIntegers.shape(right) else { return nil }
        return WideIntegers.widened(.integer(bits: max(a.bits, b.bits), signed: a.signed || b.signed))
    }

    private static func shift(
        _ apply: @escaping @Sendable (UInt64, UInt64, _ signed: Bool) -> UInt64
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            guard let type = try shiftedType(call), let shape = WideIntegers.shape(type) else { return .null }
            try call.integer(1)
            let bits = WideIntegers.bits(of: call.arguments[0].type.inner)
            return call.call(type) { values in
                guard let count = UInt64(exactly: values[1].intValue ?? 0) else {
                    throw ExecutionFault("a shift must not be by a negative number of bits")
                }
                guard count < UInt64(shape.bits) else { return WideIntegers.value(0, type) }
                return WideIntegers.value(apply(bits(values[0]), count, shape.signed), type)
            }
        }
    }

    private static func rotation(left: Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            guard let type = try shiftedType(call), let shape = WideIntegers.shape(type) else { return .null }
            try call.integer(1)
            let (bits, mask) = (WideIntegers.bits(of: call.arguments[0].type.inner), mask(type))
            return call.call(type) { values in
                let width = UInt64(shape.bits)
                let count = UInt64(bitPattern: values[1].intValue ?? 0) & (width - 1)
                let value = bits(values[0]) & mask
                let back = (width - count) & (width - 1)
                let rotated = left ? value << count | value >> back : value >> count | value << back
                return WideIntegers.value(count == 0 ? value : rotated & mask, type)
            }
        }
    }

    private static func test(
        _ call: FunctionBinding, _ decide: @escaping @Sendable ([Bool]) -> Bool
    ) throws(AirlockError) -> Node {
        let type = try integerType(call, 0)
        for index in 1..<call.arguments.count { try call.integer(index) }
        guard let shape = WideIntegers.shape(type) else { return .null }
        let bits = WideIntegers.bits(of: type)
        return call.call(.uint8) { values in
            let number = bits(values[0])
            var found: [Bool] = []
            for value in values.dropFirst() {
                guard let place = UInt64(exactly: value.intValue ?? 0), place < UInt64(shape.bits) else {
                    throw ExecutionFault("a bit's place must be 0 to \(shape.bits - 1)")
                }
                found.append(number >> place & 1 == 1)
            }
            return .bool(decide(found))
        }
    }
}
