internal import AirlockCore

extension TOMLParser {
    /// A number, a boolean, a date or a time.
    mutating func plainValue() throws(TOMLFault) -> JSONValue {
        let start = index
        var text = word()
        guard !text.isEmpty else { throw fault("a value was expected") }
        // The only blank within a value: between a date and its time.
        if TOMLMoment.isDate(text), current == 0x20, byte(after: 1).map(isDigit) == true, byte(after: 3) == 0x3A {
            index += 1
            text += " " + word()
        }
        switch text {
        case "true": return true
        case "false": return false
        case "inf", "+inf", "-inf", "nan", "+nan", "-nan":
            throw fault("inf and nan have no place in JSON, and so none here", at: start)
        default: break
        }
        if let number = Self.number(text) { return .number(number) }
        if let moment = TOMLMoment.normalised(text) { return .string(moment) }
        let isLikeNumber = text.utf8.first.map { isDigit($0) || $0 == 0x2B || $0 == 0x2D } == true
        throw fault(
            isLikeNumber
                ? "neither a number nor a date" : "a value was expected; a text stands in quotes", at: start)
    }

    private mutating func word() -> String {
        let start = index
        while let byte = current, isNameByte(byte) && byte < 0x80 || "+-.:".utf8.contains(byte) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    static func number(_ text: String) -> JSONNumber? {
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(2)
            guard hasSoundUnderscores(digits.utf8, isHex: true), digits.utf8.first != 0x2B, digits.utf8.first != 0x2D
            else {
                return nil
            }
            return UInt64(String(digits.filter { $0 != "_" }), radix: radix).map { JSONNumber($0) }
        }
        guard hasSoundUnderscores(text.utf8, isHex: false) else { return nil }
        var plain = text.utf8.filter { $0 != 0x5F }[...]
        if plain.first == 0x2B {
            plain = plain.dropFirst()
            // Else a second sign would pass.
            guard plain.first.map(isDigit) == true else { return nil }
        }
        // What is left is JSON's grammar of numbers exactly.
        return JSONNumber(text: String(decoding: plain, as: UTF8.self))
    }

    /// Underscores stand between digits only.
    private static func hasSoundUnderscores(_ text: some BidirectionalCollection<UInt8>, isHex: Bool) -> Bool {
        func isPlace(_ byte: UInt8) -> Bool {
            isDigit(byte) || isHex && (0x41...0x46).contains(byte & 0xDF)
        }
        var previous: UInt8 = 0
        for byte in text {
            if byte == 0x5F, !isPlace(previous) { return false }
            if previous == 0x5F, !isPlace(byte) { return false }
            previous = byte
        }
        return previous != 0x5F
    }
}

/// Dates and times of TOML, which are those of RFC 3339.
enum TOMLMoment {
    static func isDate(_ text: String) -> Bool { date(text.utf8[...]) }

    /// The text with a `T` between date and time; `nil` when it is none of the four kinds.
    static func normalised(_ text: String) -> String? {
        let bytes = text.utf8
        if date(bytes[...]) { return text }
        if time(bytes[...]) == "" { return text }
        guard bytes.count > 11, let separator = bytes.dropFirst(10).first,
            separator | 0x20 == 0x74 || separator == 0x20,
            date(bytes.prefix(10)), let offset = time(bytes.dropFirst(11)), isOffset(offset)
        else { return nil }
        let clock = bytes.dropFirst(11).dropLast(offset.utf8.count)
        let zone = offset == "z" ? "Z" : offset
        return "\(text.prefix(10))T\(String(decoding: clock, as: UTF8.self))\(zone)"
    }

    private static func date(_ text: Substring.UTF8View) -> Bool {
        let parts = text.split(separator: 0x2D, omittingEmptySubsequences: false)
        guard parts.count == 3, let year = number(parts[0], 4), let month = number(parts[1], 2),
            let day = number(parts[2], 2), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        return (1...days).contains(day)
    }

    /// - Returns: what follows the time; `nil` when there is none.
    private static func time(_ text: Substring.UTF8View) -> String? {
        let clock = text.prefix(8)
        let parts = clock.split(separator: 0x3A, omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = number(parts[0], 2), let minute = number(parts[1], 2),
            let second = number(parts[2], 2), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = text.dropFirst(8)
        if rest.first == 0x2E {
            let digits = rest.dropFirst().prefix(while: isDigit)
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(digits.count + 1)
        }
        return String(decoding: rest, as: UTF8.self)
    }

    private static func isOffset(_ text: String) -> Bool {
        if text.isEmpty || text == "Z" || text == "z" { return true }
        let parts = text.utf8.dropFirst().split(separator: 0x3A, omittingEmptySubsequences: false)
        guard text.hasPrefix("+") || text.hasPrefix("-"), parts.count == 2, let hours = number(parts[0], 2),
            let minutes = number(parts[1], 2)
        else { return false }
        return hours < 24 && minutes < 60
    }

    private static func number(_ digits: Substring.UTF8View, _ count: Int) -> Int? {
        guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
