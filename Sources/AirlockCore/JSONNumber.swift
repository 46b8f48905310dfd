internal import BigInt

/// A JSON number (RFC 8259 §6) that keeps its exact mathematical value.
///
/// Integers of any size and decimals of any precision are kept; nothing is squeezed through a `Double` on the way
/// in. Two numbers are equal when they denote the same value: `1`, `1.0` and `10e-1` are one number (JSON Schema
/// 2020-12 core §4.2.2).
public struct JSONNumber: Sendable {
    enum Storage: Sendable {
        case int(Int64)
        /// Always finite. Its value is that of the shortest decimal text that reads back as the same `Double`.
        case double(Double)
        /// Valid JSON number text that neither of the others holds exactly.
        case text(String)
    }

    let storage: Storage

    public init(_ value: some BinaryInteger) {
        if let small = Int64(exactly: value) {
            storage = .int(small)
        } else {
            storage = .text(String(value))
        }
    }

    /// - Returns: `nil` for NaN and the infinities, which JSON cannot express.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        storage = .double(value)
    }

    /// Reads the text of a JSON number.
    ///
    /// - Returns: `nil` when `text` is not a number by RFC 8259 §6 (leading zeros, `+1`, `.5`, `NaN` …).
    public init?(text: String) {
        guard let number = JSONNumber.scan(text) else { return nil }
        self = number
    }

    /// The value as an `Int64`, when it is a whole number in range: `1.0` gives 1.
    public var int64: Int64? {
        switch storage {
        case .int(let value): return value
        // Beyond 2^53 the Double itself is another whole number than the shortest text of it.
        case .double(let value) where value.magnitude < 0x1p53: return Int64(exactly: value)
        case .double, .text:
            let decimal = self.decimal
            guard decimal.exponent >= 0, decimal.exponent <= 19 else { return nil }
            return Int64(exactly: decimal.integerValue)
        }
    }

    public var int: Int? { int64.flatMap { Int(exactly: $0) } }

    /// The nearest `Double`; `nil` when the value lies outside its range (`1e400`).
    public var double: Double? {
        switch storage {
        case .int(let value): return Double(value)
        case .double(let value): return value
        case .text(let text):
            guard let value = Double(text), value.isFinite else { return nil }
            return value
        }
    }

    /// Whether the value is a whole number, however it is written.
    public var isInteger: Bool {
        switch storage {
        case .int: return true
        case .double(let value): return value.rounded(.towardZero) == value
        case .text: return decimal.exponent >= 0
        }
    }

    /// Whether the number was written, or made, as an integer: `1` is, `1.0` and `1e2` are not.
    public var isWrittenAsInteger: Bool {
        switch storage {
        case .int: return true
        case .double: return false
        case .text(let text): return !text.utf8.contains { $0 == 0x2E || $0 == 0x65 || $0 == 0x45 }
        }
    }

    /// JSON text that reads back as the same number.
    public var text: String {
        switch storage {
        case .int(let value): return String(value)
        case .double(let value): return value.description
        case .text(let text): return text
        }
    }

    /// Whether `self` is a whole multiple of `divisor`, exactly: 0.0075 is one of 0.0001.
    ///
    /// - Parameter divisor: any number; nothing is a multiple of zero.
    public func isMultiple(of divisor: JSONNumber) -> Bool {
        let (value, step) = (decimal, divisor.decimal)
        if step.coefficient.isZero { return false }
        if value.coefficient.isZero { return true }
        let shift = value.exponent - step.exponent
        if shift >= 0 {
            // value.coefficient × 10^shift mod step.coefficient, without ever writing 10^shift out.
            let power = BigUInt(10).power(BigUInt(shift), modulus: step.coefficient)
            return (value.coefficient * power) % step.coefficient == 0
        }
        // Coefficients end in no zero, so one that is a multiple of 10^n has to come from the step's own digits.
        guard -shift <= value.digits + step.digits else { return false }
        return value.coefficient % (step.coefficient * BigUInt(10).power(-shift)) == 0
    }
}

extension JSONNumber: Comparable, Hashable {
    public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
        if case .int(let a) = left.storage, case .int(let b) = right.storage { return a == b }
        if case .double(let a) = left.storage, case .double(let b) = right.storage { return a == b }
        return left.decimal == right.decimal
    }

    public static func < (left: JSONNumber, right: JSONNumber) -> Bool {
        if case .int(let a) = left.storage, case .int(let b) = right.storage { return a < b }
        if case .double(let a) = left.storage, case .double(let b) = right.storage { return a < b }
        return left.decimal < right.decimal
    }

    public func hash(into hasher: inout Hasher) {
        decimal.hash(into: &hasher)
    }
}

/// `±coefficient × 10^exponent`, the coefficient not ending in a zero digit: one form for each value.
struct ExactDecimal: Hashable, Comparable {
    let negative: Bool
    let coefficient: BigUInt
    let exponent: Int
    let digits: Int

    /// Only for small non-negative exponents: the caller bounds them.
    var integerValue: BigInt {
        BigInt(sign: negative ? .minus : .plus, magnitude: coefficient * BigUInt(10).power(exponent))
    }

    static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let (leftSign, rightSign) = (left.sign, right.sign)
        if leftSign != rightSign { return leftSign < rightSign }
        if leftSign == 0 { return false }
        return leftSign > 0 ? left.isSmallerInMagnitude(than: right) : right.isSmallerInMagnitude(than: left)
    }

    private var sign: Int { coefficient.isZero ? 0 : (negative ? -1 : 1) }

    private func isSmallerInMagnitude(than other: ExactDecimal) -> Bool {
        let (own, others) = (digits + exponent, other.digits + other.exponent)
        if own != others { return own < others }
        // Same order of magnitude, so the exponents differ by no more than the digits written.
        let shift = exponent - other.exponent
        return shift >= 0
            ? coefficient * BigUInt(10).power(shift) < other.coefficient
            : coefficient < other.coefficient * BigUInt(10).power(-shift)
    }
}

extension JSONNumber {
    var decimal: ExactDecimal {
        switch storage {
        case .int(let value): return ExactDecimal(reading: String(value))
        case .double(let value): return ExactDecimal(reading: value.description)
        case .text(let text): return ExactDecimal(reading: text)
        }
    }

    /// Numbers of more characters are refused: exact arithmetic on them costs quadratic time.
    public static let maxCharacters = 4096

    private static func scan(_ text: String) -> JSONNumber? {
        var text = text
        return text.withUTF8 { scan($0) }
    }

    /// The number that all of `bytes` spells, or `nil`.
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONNumber? {
        var index = 0
        func digits() -> Int {
            let start = index
            while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 { index += 1 }
            return index - start
        }
        guard bytes.count <= maxCharacters else { return nil }
        let negative = !bytes.isEmpty && bytes[0] == 0x2D
        if negative { index = 1 }
        let firstDigit = index
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[firstDigit] != 0x30 else { return nil }
        if index == bytes.count, whole <= 18 {
            var value: Int64 = 0
            for byte in bytes[firstDigit...] { value = value * 10 + Int64(byte - 0x30) }
            return JSONNumber(storage: .int(negative ? -value : value))
        }
        if index < bytes.count, bytes[index] == 0x2E {
            index += 1
            guard digits() > 0 else { return nil }
        }
        if index < bytes.count, bytes[index] | 0x20 == 0x65 {
            index += 1
            if index < bytes.count, bytes[index] == 0x2B || bytes[index] == 0x2D { index += 1 }
            let exponentDigits = digits()
            // An exponent beyond ten digits could overflow the arithmetic on it.
            guard exponentDigits > 0, exponentDigits <= 10 else { return nil }
        }
        guard index == bytes.count else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        if let value = Int64(text) { return JSONNumber(storage: .int(value)) }
        // Only a text that the Double gives back exactly may become one.
        if let value = Double(text), value.isFinite, value.magnitude < 1e300, value == 0 || value.magnitude > 1e-290 {
            // Most programs write the shortest such text themselves.
            let shortest = value.description
            let exact = shortest == text || ExactDecimal(reading: text) == ExactDecimal(reading: shortest)
            if exact, text.utf8.contains(where: { $0 == 0x2E || $0 | 0x20 == 0x65 }) {
                return JSONNumber(storage: .double(value))
            }
        }
        return JSONNumber(storage: .text(text))
    }

    private init(storage: Storage) { self.storage = storage }
}

extension ExactDecimal {
    /// - Parameter text: the text of a number, as `JSONNumber` admits it or `Double.description` writes it.
    init(reading text: String) {
        var (digits, exponent, fraction) = ([UInt8](), 0, false)
        var negative = false
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case 0x2D: negative = true
            case 0x2E: fraction = true
            case 0x30...0x39:
                digits.append(byte)
                if fraction { exponent -= 1 }
            default:
                var rest = [UInt8]()
                while let next = iterator.next() { rest.append(next) }
                exponent += Int(String(decoding: rest, as: UTF8.self)) ?? 0
            }
        }
        let kept = digits.drop { $0 == 0x30 }
        let trailing = kept.reversed().prefix { $0 == 0x30 }.count
        let significant = kept.dropLast(trailing)
        self.digits = significant.count
        coefficient =
            significant.count <= 18
            ? BigUInt(significant.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) })
            : BigUInt(String(decoding: significant, as: UTF8.self)) ?? 0
        self.negative = negative && !significant.isEmpty
        self.exponent = significant.isEmpty ? 0 : exponent + trailing
    }
}
