internal import AirlockCore

/// Numbers, and texts that are numbers.
enum NumberText {
    /// - Returns: `nil` for a truth value, an odd text and whatever is not finite.
    static func number(_ value: JSONValue) -> Double? {
        let number: Double? =
            switch value {
            case .number(let number): number.double
            case .string(let text): isNumber(text) ? Double(text) : nil
            default: nil
            }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// `[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?`: what Swift would read is more, `0x1p3` and `nan` too.
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let found = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(found)
            return found
        }
        func skipSign() { if let sign = rest.first, sign == 0x2B || sign == 0x2D { rest = rest.dropFirst() } }
        skipSign()
        var count = digits()
        if rest.first == 0x2E {
            rest = rest.dropFirst()
            count += digits()
        }
        guard count > 0 else { return false }
        if let mark = rest.first, mark | 0x20 == 0x65 {
            rest = rest.dropFirst()
            skipSign()
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
