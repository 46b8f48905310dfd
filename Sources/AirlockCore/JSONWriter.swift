extension JSONValue {
    /// Compact JSON text in UTF-8.
    public var jsonBytes: [UInt8] {
        var bytes: [UInt8] = []
        appendJSON(to: &bytes)
        return bytes
    }

    /// Compact JSON text.
    public var json: String { String(decoding: jsonBytes, as: UTF8.self) }

    /// JSON text over several lines, two spaces a level; arrays of plain values stay on one line.
    public var prettyJSON: String {
        var bytes: [UInt8] = []
        appendPretty(to: &bytes, indent: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends compact JSON text.
    public func appendJSON(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let value): value.appendText(to: &bytes)
        case .string(let value): JSONValue.append(value, to: &bytes)
        case .array(let elements):
            bytes.append(0x5B)
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                element.appendJSON(to: &bytes)
            }
            bytes.append(0x5D)
        case .object(let members):
            bytes.append(0x7B)
            var first = true
            for (key, value) in members {
                if !first { bytes.append(0x2C) }
                first = false
                JSONValue.append(key, to: &bytes)
                bytes.append(0x3A)
                value.appendJSON(to: &bytes)
            }
            bytes.append(0x7D)
        }
    }

    private var isContainer: Bool {
        switch self {
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }

    private func appendPretty(to bytes: inout [UInt8], indent: Int) {
        func newLine(_ level: Int) {
            bytes.append(0x0A)
            bytes.append(contentsOf: repeatElement(0x20, count: level * 2))
        }
        switch self {
        case .array(let elements) where elements.contains(where: \.isContainer):
            bytes.append(0x5B)
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                newLine(indent + 1)
                element.appendPretty(to: &bytes, indent: indent + 1)
            }
            newLine(indent)
            bytes.append(0x5D)
        case .object(let members) where !members.isEmpty:
            bytes.append(0x7B)
            var first = true
            for (key, value) in members {
                if !first { bytes.append(0x2C) }
                first = false
                newLine(indent + 1)
                JSONValue.append(key, to: &bytes)
                bytes.append(contentsOf: ": ".utf8)
                value.appendPretty(to: &bytes, indent: indent + 1)
            }
            newLine(indent)
            bytes.append(0x7D)
        default: appendJSON(to: &bytes)
        }
    }

    static func append(_ string: String, to bytes: inout [UInt8]) {
        bytes.append(0x22)
        var string = string
        string.withUTF8 { utf8 in
            var start = 0
            for (index, byte) in utf8.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F {
                bytes.append(contentsOf: utf8[start..<index])
                start = index + 1
                appendEscape(byte, to: &bytes)
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(0x22)
    }

    private static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0x22: bytes.append(contentsOf: "\\\"".utf8)
        case 0x5C: bytes.append(contentsOf: "\\\\".utf8)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        default:
            let hex = String(byte, radix: 16)
            bytes.append(contentsOf: (hex.utf8.count == 1 ? "\\u000" : "\\u00").utf8)
            bytes.append(contentsOf: hex.utf8)
        }
    }
}

extension JSONNumber {
    /// Appends ``text``.
    func appendText(to bytes: inout [UInt8]) {
        guard case .int(let value) = storage else { return bytes.append(contentsOf: text.utf8) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var (rest, start) = (value.magnitude, digits.count)
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if value < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            bytes.append(contentsOf: digits[start...])
        }
    }
}
