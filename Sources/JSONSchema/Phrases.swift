internal import AirlockCore

/// `1 item`, `3 items`, `2 properties`
func counted(_ count: Int, _ noun: String) -> String {
    if count == 1 { return "1 \(noun)" }
    return noun.hasSuffix("y") ? "\(count) \(noun.dropLast())ies" : "\(count) \(noun)s"
}

/// `a, b or c`
func joined(_ words: [String], by conjunction: String) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}

/// The values as JSON text; what is long is cut, since `allowed` holds it whole.
func listed(_ values: [JSONValue], limit: Int = 10) -> String {
    var words = values.prefix(limit).map { value in
        let text = value.json
        return text.unicodeScalars.count <= 60 ? text : String(text.unicodeScalars.prefix(57)) + "…"
    }
    if values.count > limit { words.append("\(values.count - limit) more") }
    return joined(words, by: values.count > limit ? "and" : "or")
}

/// A name in quotes, its control characters escaped.
func quoted(_ name: String) -> String {
    let text = JSONValue.string(name).json
    return text.utf8.contains(0x5C) ? text : "'\(name)'"
}

extension JSONValue {
    /// The values within, itself included; long texts and numbers count for more.
    var weight: Int {
        switch self {
        case .null, .bool: 1
        case .number(let number): 1 + number.text.utf8.count / 16
        case .string(let text): 1 + text.utf8.count / 16
        case .array(let elements): elements.reduce(1) { $0 + $1.weight }
        case .object(let members): members.reduce(1) { $0 + 1 + $1.key.utf8.count / 16 + $1.value.weight }
        }
    }
}

extension String {
    /// The name as a reference token of a JSON pointer (RFC 6901 §3).
    var pointerToken: String {
        guard utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return self }
        var escaped = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar {
            case "~": escaped.append(contentsOf: "~0".unicodeScalars)
            case "/": escaped.append(contentsOf: "~1".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }

    /// The name that a reference token stands for; `nil` for a `~` that is neither `~0` nor `~1`.
    var fromPointerToken: String? {
        guard utf8.contains(0x7E) else { return self }
        var name = String.UnicodeScalarView()
        var scalars = unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "~" else {
                name.append(scalar)
                continue
            }
            switch scalars.next() {
            case "0": name.append("~")
            case "1": name.append("/")
            default: return nil
            }
        }
        return String(name)
    }

    /// - Returns: `nil` for a `%` without two hexadecimal digits, and for what is not UTF-8 when decoded.
    var percentDecoded: String? {
        guard utf8.contains(0x25) else { return self }
        var decoded: [UInt8] = []
        var bytes = utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == 0x25 else {
                decoded.append(byte)
                continue
            }
            guard let high = bytes.next().flatMap(hexDigit), let low = bytes.next().flatMap(hexDigit) else {
                return nil
            }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }

    /// Without white space at either end.
    var trimmed: String {
        let isSpace = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
        let scalars = unicodeScalars.drop(while: isSpace)
        guard let last = scalars.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(scalars[...last])
    }
}

func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
}
