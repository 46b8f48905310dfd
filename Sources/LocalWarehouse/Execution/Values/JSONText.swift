/// Values as ClickHouse's `toJSONString` writes them.
enum JSONText {
    static func text(_ value: Value, _ type: ClickHouseType, _ calendar: ProjectCalendar) -> String {
        switch (value, type.inner) {
        case (.null, _): return "null"
        case (.double(let number), _): return number.isFinite ? NumberText.text(number) : "null"
        case (.int, .bool), (.int, .integer), (.int, .float), (.int, .interval), (.int, .wideUnsigned):
            return ValueText.text(value, type, calendar)
        case (.array(let items), .array(let element)):
            return "[" + items.map { text($0, element, calendar) }.joined(separator: ",") + "]"
        case (.array(let items), .tuple(let elements)):
            return "[" + zip(items, elements).map { text($0, $1, calendar) }.joined(separator: ",") + "]"
        case (.array(let items), .map(let key, let element)):
            let pairs = items.filter { $0.elements.count == 2 }.map { pair in
                quoted(ValueText.text(pair.elements[0], key, calendar)) + ":"
                    + text(pair.elements[1], element, calendar)
            }
            return "{" + pairs.joined(separator: ",") + "}"
        default: return quoted(ValueText.text(value, type, calendar))
        }
    }

    /// A slash is escaped too, as ClickHouse does.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "/": result += "\\/"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\u00" + (digits.utf8.count == 1 ? "0" : "") + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
