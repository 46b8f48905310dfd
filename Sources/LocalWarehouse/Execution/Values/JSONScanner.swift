/// Finds a value in JSON text without reading the rest of it, and writes it as ClickHouse's `JSONExtractRaw` does:
/// without spaces, strings with the fewest escapes, numbers in their shortest form.
///
/// Text that is not JSON ends the search, with nothing found.
struct JSONScanner {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    /// The value at a path of keys and positions (from 1; from the end when negative); all of the text when it is
    /// empty.
    mutating func raw(at path: [Value]) -> String? {
        guard let start = find(path) else { return nil }
        index = start
        guard skipValue() else { return nil }
        return normalized(bytes[start..<index])
    }

    /// The value at a path as it is written, without the rewriting of ``raw(at:)``: enough for numbers and truth values.
    mutating func token(at path: [Value]) -> String? {
        guard let start = find(path) else { return nil }
        index = start
        guard skipValue() else { return nil }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// The members of the object or the elements of the array at a path, each as its key and raw text.
    mutating func entries(at path: [Value]) -> [(key: String?, raw: String)]? {
        guard let start = find(path), start < bytes.count else { return nil }
        index = start
        var result: [(String?, String)] = []
        let isObject = bytes[start] == 0x7B
        guard isObject || bytes[start] == 0x5B else { return nil }
        index += 1
        skipSpace()
        while index < bytes.count, bytes[index] != 0x7D, bytes[index] != 0x5D {
            var key: String?
            if isObject {
                guard let name = string() else { return nil }
                key = name
                skipSpace()
                guard take(0x3A) else { return nil }
                skipSpace()
            }
            let from = index
            guard skipValue(), let raw = normalized(bytes[from..<index]) else { return nil }
            result.append((key, raw))
            skipSpace()
            if !take(0x2C) { break }
            skipSpace()
        }
        guard index < bytes.count, bytes[index] == (isObject ? 0x7D : 0x5D) else { return nil }
        return result
    }

    /// The offset of the value at a path.
    private mutating func find(_ path: [Value]) -> Int? {
        index = 0
        skipSpace()
        for step in path {
            switch step {
            case .string(let key): guard enter(key) else { return nil }
            case .int(let position): guard enter(position) else { return nil }
            default: return nil
            }
        }
        return index < bytes.count ? index : nil
    }

    private mutating func enter(_ key: String) -> Bool {
        guard take(0x7B) else { return false }
        let wanted = Array(key.utf8)
        skipSpace()
        while index < bytes.count, bytes[index] == 0x22 {
            let start = index
            guard skipString() else { return false }
            let matches: Bool
            let inner = bytes[(start + 1)..<(index - 1)]
            if inner.contains(0x5C) {
                matches = Self.decoded(inner).map { $0 == wanted } ?? false
            } else {
                matches = inner.elementsEqual(wanted)
            }
            skipSpace()
            guard take(0x3A) else { return false }
            skipSpace()
            if matches { return true }
            guard skipValue() else { return false }
            skipSpace()
            guard take(0x2C) else { return false }
            skipSpace()
        }
        return false
    }

    private mutating func enter(_ position: Int64) -> Bool {
        let start = index
        guard index < bytes.count, position != 0 else { return false }
        let isObject = bytes[index] == 0x7B
        guard isObject || bytes[index] == 0x5B else { return false }
        var starts: [Int] = []
        index += 1
        skipSpace()
        while index < bytes.count, bytes[index] != 0x5D, bytes[index] != 0x7D {
            if isObject {
                guard skipString() else { return false }
                skipSpace()
                guard take(0x3A) else { return false }
                skipSpace()
            }
            starts.append(index)
            if position > 0, starts.count == position { return true }
            guard skipValue() else { return false }
            skipSpace()
            if !take(0x2C) { break }
            skipSpace()
        }
        guard position < 0, position.magnitude <= UInt64(starts.count) else {
            index = start
            return false
        }
        index = starts[starts.count - Int(position.magnitude)]
        return true
    }

    // MARK: - Scanning

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] == 0x20 || (bytes[index] >= 9 && bytes[index] <= 13) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipString() -> Bool {
        guard take(0x22) else { return false }
        while index < bytes.count {
            if bytes[index] == 0x22 {
                index += 1
                return true
            }
            index += bytes[index] == 0x5C ? 2 : 1
        }
        return false
    }

    private mutating func skipValue() -> Bool {
        var depth = 0
        repeat {
            skipSpace()
            guard index < bytes.count else { return false }
            switch bytes[index] {
            case 0x22: guard skipString() else { return false }
            case 0x7B, 0x5B:
                depth += 1
                index += 1
            case 0x7D, 0x5D:
                guard depth > 0 else { return false }
                depth -= 1
                index += 1
            case 0x2C, 0x3A:
                guard depth > 0 else { return false }
                index += 1
            default:
                let start = index
                while index < bytes.count, !Self.isDelimiter(bytes[index]) { index += 1 }
                guard index > start else { return false }
            }
        } while depth > 0
        return true
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x2C || byte == 0x3A || byte == 0x5D || byte == 0x7D || byte == 0x22 || byte == 0x5B
            || byte == 0x7B
    }

    private mutating func string() -> String? {
        let start = index
        guard skipString() else { return nil }
        guard let decoded = Self.decoded(bytes[(start + 1)..<(index - 1)]) else { return nil }
        return String(decoding: decoded, as: UTF8.self)
    }

    // MARK: - Writing

    private func normalized(_ value: ArraySlice<UInt8>) -> String? {
        guard let first = value.first else { return nil }
        if first == 0x22, !value.contains(0x5C) { return String(decoding: value, as: UTF8.self) }
        var result: [UInt8] = []
        var position = value.startIndex
        while position < value.endIndex {
            let byte = value[position]
            if byte <= 0x20 {
                position += 1
            } else if byte == 0x22 {
                var end = position + 1
                while end < value.endIndex, value[end] != 0x22 { end += value[end] == 0x5C ? 2 : 1 }
                guard end < value.endIndex, let text = Self.decoded(value[(position + 1)..<end]) else { return nil }
                Self.appendEscaped(text, to: &result)
                position = end + 1
            } else if Self.isDelimiter(byte) {
                result.append(byte)
                position += 1
            } else {
                var end = position
                while end < value.endIndex, !Self.isDelimiter(value[end]) { end += 1 }
                guard let word = Self.word(String(decoding: value[position..<end], as: UTF8.self)) else { return nil }
                result.append(contentsOf: word.utf8)
                position = end
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func word(_ text: String) -> String? {
        if ["true", "false", "null"].contains(text) { return text }
        if let whole = Int64(text) { return String(whole) }
        if let whole = UInt64(text) { return String(whole) }
        return NumberText.double(text).map(NumberText.text)
    }

    private static func appendEscaped(_ text: [UInt8], to result: inout [UInt8]) {
        result.append(0x22)
        for byte in text {
            switch byte {
            case 0x22: result.append(contentsOf: [0x5C, 0x22])
            case 0x5C: result.append(contentsOf: [0x5C, 0x5C])
            case 0x08: result.append(contentsOf: [0x5C, 0x62])
            case 0x0C: result.append(contentsOf: [0x5C, 0x66])
            case 0x0A: result.append(contentsOf: [0x5C, 0x6E])
            case 0x0D: result.append(contentsOf: [0x5C, 0x72])
            case 0x09: result.append(contentsOf: [0x5C, 0x74])
            case 0..<0x20:
                let digits = String(byte, radix: 16, uppercase: true)
                result.append(contentsOf: "\\u00\(digits.utf8.count == 1 ? "0" : "")\(digits)".utf8)
            default: result.append(byte)
            }
        }
        result.append(0x22)
    }

    /// The bytes a JSON string's inside stands for.
    static func decoded(_ inner: ArraySlice<UInt8>) -> [UInt8]? {
        guard inner.contains(0x5C) else { return Array(inner) }
        var result: [UInt8] = []
        var position = inner.startIndex
        func unit(_ start: Int) -> UInt32? {
            guard start + 4 <= inner.endIndex else { return nil }
            return UInt32(String(decoding: inner[start..<(start + 4)], as: UTF8.self), radix: 16)
        }
        while position < inner.endIndex {
            guard inner[position] == 0x5C else {
                result.append(inner[position])
                position += 1
                continue
            }
            guard position + 1 < inner.endIndex else { return nil }
            switch inner[position + 1] {
            case 0x62: result.append(0x08)
            case 0x66: result.append(0x0C)
            case 0x6E: result.append(0x0A)
            case 0x72: result.append(0x0D)
            case 0x74: result.append(0x09)
            case 0x75:
                guard var code = unit(position + 2) else { return nil }
                position += 4
                if code >= 0xD800, code < 0xDC00, position + 3 < inner.endIndex, inner[position + 2] == 0x5C,
                    inner[position + 3] == 0x75, let low = unit(position + 4), low >= 0xDC00, low < 0xE000
                {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
                    position += 6
                }
                result.append(contentsOf: String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8)
            default: result.append(inner[position + 1])
            }
            position += 2
        }
        return result
    }

    /// The text of a raw JSON string; `nil` for any other value.
    static func text(ofRaw raw: String) -> String? {
        let bytes = Array(raw.utf8)
        guard bytes.count >= 2, bytes.first == 0x22, bytes.last == 0x22 else { return nil }
        return decoded(bytes[1..<(bytes.count - 1)]).map { String(decoding: $0, as: UTF8.self) }
    }
}
