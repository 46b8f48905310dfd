internal import AirlockCore

/// Values as the text that PostHog's flags service compares.
enum PropertyText {
    /// A text as it is, anything else as JSON.
    static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return json(value)
    }

    static func lowercased(_ value: JSONValue) -> String { text(value).lowercased() }

    /// With A to Z folded, and nothing else.
    static func asciiLowercased(_ value: JSONValue) -> [UInt8] {
        text(value).utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func json(_ value: JSONValue) -> String {
        switch value {
        case .number(let number): return self.number(number.text)
        case .array(let elements): return "[" + elements.map(json).joined(separator: ",") + "]"
        case .object(let members):
            let sorted = members.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
            return "{" + sorted.map { JSONValue.string($0.key).json + ":" + json($0.value) }.joined(separator: ",")
                + "}"
        default: return value.json
        }
    }

    /// A number as serde_json writes it: `1e16` instead of `1e+16` only in what Swift and Rust spell differently.
    private static func number(_ text: String) -> String {
        guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else {
            return text
        }
        let mantissa = String(text[..<mark])
        if exponent > -6, exponent < 0 { return plain(mantissa, shift: -exponent) }
        return "\(mantissa)e\(exponent >= 0 ? "+" : "")\(exponent)"
    }

    /// `1.5e-5` written out.
    private static func plain(_ mantissa: String, shift: Int) -> String {
        let isNegative = mantissa.hasPrefix("-")
        var digits = mantissa.filter(\.isNumber)
        if mantissa.hasSuffix(".0") { digits.removeLast() }
        return (isNegative ? "-" : "") + "0." + String(repeating: "0", count: shift - 1) + digits
    }

    /// Equality by code points; Swift's own is by canonical equivalence.
    static func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}

extension [UInt8] {
    func contains(part: [UInt8]) -> Bool {
        guard !part.isEmpty else { return true }
        guard part.count <= count else { return false }
        return indices.dropLast(part.count - 1).contains { self[$0...].starts(with: part) }
    }

    func ends(with part: [UInt8]) -> Bool { count >= part.count && self[(count - part.count)...].elementsEqual(part) }
}
