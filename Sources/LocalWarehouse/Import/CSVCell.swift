internal import AirlockCore

/// What the text of a CSV field means as a property.
enum CSVCell {
    /// A number only where its text comes back unchanged: `1.50`, `007` and `1e5` stay text.
    static func value(_ text: String) -> JSONValue {
        if text == "true" { return true }
        if text == "false" { return false }
        guard isPlainNumber(text), let number = JSONNumber(text: text), number.text == text else {
            return .string(text)
        }
        return .number(number)
    }

    /// Digits with at most one point and a sign, without leading zeros: what a spreadsheet takes for a number.
    static func isPlainNumber(_ text: String) -> Bool {
        let bytes = Array(text.utf8.prefix(64))
        var index = bytes.first == UInt8(ascii: "-") ? 1 : 0
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        guard index > start, index == start + 1 || bytes[start] != 0x30 else { return false }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index += 1
            let fraction = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
            guard index > fraction else { return false }
        }
        return index == bytes.count && index < 64
    }
}

/// What all fields of a column have in common. A first value alone would make a column of postal codes numeric.
struct ColumnKind {
    private var areNumbers = true
    private var areBooleans = true
    private var areDates = true
    private var isEmpty = true

    mutating func observe(_ text: String) {
        isEmpty = false
        if areNumbers { areNumbers = CSVCell.isPlainNumber(text) }
        if areBooleans { areBooleans = text == "true" || text == "false" }
        if areDates { areDates = PropertyType.looksLikeDate(text) }
    }

    /// `nil` for a column without a value.
    func type(of name: String) -> PropertyType? {
        if isEmpty { return nil }
        if PropertyType.isAlwaysString(name) { return .string }
        return areNumbers ? .numeric : areBooleans ? .boolean : areDates ? .dateTime : .string
    }
}
