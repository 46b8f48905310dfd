/// Numbers as ClickHouse writes them.
enum NumberText {
    /// The shortest text that reads back as the same number: `2`, `0.3333333333333333`, `1e21`, `1e-7`, `nan`, `inf`.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if value == 0 { return value.sign == .minus ? "-0" : "0" }
        let (negative, digits, point) = shortest(value)
        var text = negative ? "-" : ""
        // `point` is where the decimal point stands, counted from the first digit. Notation changes at 1e21 and 1e-7.
        switch point {
        case -5...0: text += "0." + String(repeating: "0", count: -point) + digits
        case 1...21 where point >= digits.utf8.count:
            text += digits + String(repeating: "0", count: point - digits.utf8.count)
        case 1...21: text += digits.prefix(point) + "." + digits.dropFirst(point)
        default:
            text += digits.prefix(1)
            if digits.utf8.count > 1 { text += "." + digits.dropFirst() }
            text += "e\(point - 1)"
        }
        return text
    }

    private static func shortest(_ value: Double) -> (negative: Bool, digits: String, point: Int) {
        var (digits, point, seenPoint, exponent) = ([UInt8](), 0, false, 0)
        var iterator = value.magnitude.description.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case 0x2E: seenPoint = true
            case 0x30...0x39:
                if !seenPoint { point += 1 }
                digits.append(byte)
            default:
                var rest: [UInt8] = []
                while let next = iterator.next() { rest.append(next) }
                exponent = Int(String(decoding: rest, as: UTF8.self)) ?? 0
            }
        }
        let leading = digits.prefix { $0 == 0x30 }.count
        digits.removeFirst(leading)
        while digits.last == 0x30 { digits.removeLast() }
        return (value < 0, String(decoding: digits, as: UTF8.self), point - leading + exponent)
    }

    /// Reads all of `text` as a number the way ClickHouse's casts do: digits, a point, an exponent, no space, no hex.
    ///
    /// - Returns: `nil` for anything else, including the infinities, which no accurate cast lets through.
    static func double(_ text: some StringProtocol) -> Double? {
        var (digits, seenPoint, seenExponent, bare, previous) = (0, false, false, false, UInt8(0))
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x2B, 0x2D: guard previous == 0 || previous | 0x20 == 0x65 else { return nil }
            case 0x2E:
                guard !seenPoint, !seenExponent else { return nil }
                seenPoint = true
                bare = bare || previous < 0x30
            case 0x45, 0x65:
                guard digits > 0, !seenExponent else { return nil }
                seenExponent = true
                bare = bare || previous == 0x2E
            default: return nil
            }
            previous = byte
        }
        guard digits > 0, previous != 0x2B, previous != 0x2D, previous | 0x20 != 0x65,
            let value = Double(bare || previous == 0x2E ? normalized(text) : String(text)), value.isFinite
        else { return nil }
        return value
    }

    /// Swift's reader wants a digit on either side of the point.
    private static func normalized(_ text: some StringProtocol) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte == 0x2E, result.last.map({ $0 < 0x30 }) ?? true { result.append(0x30) }
            if result.last == 0x2E, byte < 0x30 || byte > 0x39 { result.append(0x30) }
            result.append(byte)
        }
        if result.last == 0x2E { result.append(0x30) }
        return String(decoding: result, as: UTF8.self)
    }

    /// Reads all of `text` as a whole number, with an optional sign.
    static func integer(_ text: some StringProtocol) -> Int64? {
        guard let first = text.utf8.first, first != 0x2B || text.utf8.count > 1 else { return nil }
        return Int64(text)
    }
}
