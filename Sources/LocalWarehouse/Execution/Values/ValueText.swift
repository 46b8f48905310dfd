/// Values as ClickHouse's `toString` writes them.
enum ValueText {
    static func text(_ value: Value, _ type: ClickHouseType, _ calendar: ProjectCalendar) -> String {
        switch value {
        case .null: return "NULL"
        case .double(let number): return NumberText.text(number)
        case .string(let text): return text
        case .int(let number):
            switch type.inner {
            case .bool: return number == 0 ? "false" : "true"
            case .date: return CivilDate(days: number).text
            case .dateTime(let zoned): return (zoned ? calendar : .utc).text(number, fraction: false)
            case .dateTime64(let zoned): return (zoned ? calendar : .utc).text(number, fraction: true)
            case .float: return NumberText.text(Double(number))
            default: return String(number)
            }
        case .array(let values):
            switch type {
            case .array(let element):
                return "[" + values.map { quoted($0, element, calendar) }.joined(separator: ",") + "]"
            case .tuple(let elements):
                return "(" + zip(values, elements).map { quoted($0, $1, calendar) }.joined(separator: ",") + ")"
            default: return ""
            }
        }
    }

    private static func quoted(_ value: Value, _ type: ClickHouseType, _ calendar: ProjectCalendar) -> String {
        let text = text(value, type, calendar)
        guard !value.isNull else { return text }
        switch type.inner {
        case .string:
            var result = "'"
            for scalar in text.unicodeScalars {
                switch scalar {
                case "'": result += "\\'"
                case "\\": result += "\\\\"
                case "\n": result += "\\n"
                case "\t": result += "\\t"
                case "\r": result += "\\r"
                case "\0": result += "\\0"
                case "\u{8}": result += "\\b"
                case "\u{C}": result += "\\f"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result + "'"
        case .date, .dateTime, .dateTime64, .uuid: return "'\(text)'"
        default: return text
        }
    }
}
