internal import AirlockCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Whole numbers, steps and buckets.
enum NumberFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "gcd": divisors { (a: UInt64, b: UInt64) -> UInt64? in gcd(a, b) },
        "lcm": divisors { (a: UInt64, b: UInt64) -> UInt64? in
            let divisor = gcd(a, b)
            guard divisor != 0 else { return 0 }
            let (product, overflow) = (a / divisor).multipliedReportingOverflow(by: b)
            return overflow ? nil : product
        },
        "intExp2": exponent(base: 2, maximum: 63), "intExp10": exponent(base: 10, maximum: 19),
        "factorial": factorial, "atan2": pair { atan2($0, $1) }, "hypot": pair { hypot($0, $1) },
        "width_bucket": widthBucket, "widthBucket": widthBucket, "roundToExp2": roundToExp2,
        "roundDuration": steps(.uint16, durations, names: durations),
        "roundAge": steps(.uint8, [1, 18, 25, 35, 45, 55], names: [17, 18, 25, 35, 45, 55]),
        "roundDown": roundDown,
    ]

    private static let durations: [Int64] = [
        1, 10, 30, 60, 120, 180, 240, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000,
    ]

    private static func gcd(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }

    private static func divisors(_ join: @escaping @Sendable (UInt64, UInt64) -> UInt64?) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.integer(0)
            try call.integer(1)
            guard let a = call.arguments[0].type.integerShape, let b = call.arguments[1].type.integerShape else {
                return .null
            }
            let bits = min(max(a.bits, b.bits) * 2, 64)
            let type = ClickHouseType.integer(bits: bits, signed: a.signed || b.signed)
            let name = call.name
            return call.call(type) { values in
                let (x, y) = ((values[0].intValue ?? 0).magnitude, (values[1].intValue ?? 0).magnitude)
                guard x != 0, y != 0 else { throw ExecutionFault("\(name) needs numbers other than zero") }
                guard let result = join(x, y), let whole = Int64(exactly: result),
                    Conversions.fits(whole, bits: bits, signed: a.signed || b.signed)
                else { throw ExecutionFault("\(name) gives a number that is out of its type's range") }
                return .int(whole)
            }
        }
    }

    /// A power that a `UInt64` holds; what is too large is the largest, as in ClickHouse.
    private static func exponent(base: UInt64, maximum: Int64) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.number(0)
            return call.call(.wideUnsigned) { values in
                let power = (values[0].doubleValue ?? 0).rounded(.towardZero)
                guard abs(power) <= 1_000_000 else { throw ExecutionFault("intExp2 and intExp10 take small numbers") }
                guard power >= 0 else { return WideUnsigned.value(0) }
                guard power <= Double(maximum) else { return WideUnsigned.value(.max) }
                return WideUnsigned.value((0..<Int(power)).reduce(1) { result, _ in result &* base })
            }
        }
    }

    private static let factorial: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.integer(0)
        return call.call(.uint64) { values in
            let number = values[0].intValue ?? 0
            guard number <= 20 else { throw ExecutionFault("factorial takes numbers up to 20") }
            return .int(number < 2 ? 1 : (2...number).reduce(1, *))
        }
    }

    private static func pair(_ function: @escaping @Sendable (Double, Double) -> Double) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.number(0)
            try call.number(1)
            return call.call(.float, mayMakeNaN: true) {
                .double(function($0[0].doubleValue ?? .nan, $0[1].doubleValue ?? .nan))
            }
        }
    }

    private static let widthBucket: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(4)
        for index in 0..<3 { try call.number(index) }
        guard case .integer(let bits, signed: false) = call.arguments[3].type.inner, bits <= 32 else {
            throw call.fail("needs a count of buckets that cannot be negative, not \(call.type(3))")
        }
        // One bucket more than the count's type may hold.
        let type = ClickHouseType.integer(bits: bits * 2, signed: false)
        return call.call(type, key: "width_bucket") { values in
            let (value, low, high) = (
                values[0].doubleValue ?? .nan, values[1].doubleValue ?? .nan, values[2].doubleValue ?? .nan
            )
            let count = values[3].intValue ?? 0
            guard !value.isNaN, low.isFinite, high.isFinite else {
                throw ExecutionFault("width_bucket needs numbers, and a finite range")
            }
            guard count > 0 else { throw ExecutionFault("width_bucket needs at least one bucket") }
            if low >= high || value < low { return .int(0) }
            if value >= high { return .int(count + 1) }
            let place = ((value - low) * Double(count) / (high - low)).rounded(.towardZero)
            guard let bucket = Int64(exactly: place) else { throw ExecutionFault("width_bucket got too wide a range") }
            return .int(bucket + 1)
        }
    }

    private static let roundToExp2: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        let type = call.arguments[0].type.inner
        return call.call(type == .bool ? .uint8 : type) { values in
            switch values[0] {
            case .int(let number):
                guard number > 0 else { return .int(0) }
                return .int(1 << Int64(63 - number.leadingZeroBitCount))
            default:
                let number = values[0].doubleValue ?? .nan
                guard number.isFinite, number != 0 else { return .double(number) }
                return .double(Double(sign: number.sign, exponent: number.exponent, significand: 1))
            }
        }
    }

    /// The name of the last step that the number reaches; 0 below the first.
    private static func steps(_ type: ClickHouseType, _ steps: [Int64], names: [Int64]) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.number(0)
            return call.call(type) { values in
                let number = values[0].doubleValue ?? .nan
                // NaN is below nothing.
                if number.isNaN { return .int(names.last ?? 0) }
                return .int(steps.lastIndex { number >= Double($0) }.map { names[$0] } ?? 0)
            }
        }
    }

    private static let roundDown: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        let element = try call.element(1)
        guard case .array(let steps)? = call.arguments[1].constant, !steps.isEmpty, element.isNumeric,
            let type = ClickHouseType.common(call.arguments[0].type.inner, element), !type.isNullable
        else { throw call.fail("needs a constant array of numbers as argument 2") }
        let sorted = ArrayFunctions.sorted(steps, element, descending: false)
        let isFloat = type.isFloat
        return call.call([call.arguments[0]], type, key: "roundDown \(steps)") { values in
            let number = values[0].doubleValue ?? .nan
            let found = sorted.last { ($0.doubleValue ?? .nan) <= number } ?? sorted[0]
            return isFloat ? .double(found.doubleValue ?? .nan) : found
        }
    }
}
