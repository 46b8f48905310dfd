internal import AirlockCore

/// Values as ClickHouse's `toString` writes them.
enum ValueText {
    static func text(_ value: Value, _ type: ClickHouseType, _ calendar: ProjectCalendar) -> String {
        switch value {
        case .null: return "NULL"
        case .double(let number): return NumberText.text(number)
        case .string, .bytes: return value.text
        case .int(let number):
            switch type.inner {
            case .bool: return number == 0 ? "false" : "true"
            case .date: return CivilDate(days: number).text
            case .dateTime: return type.calendar(calendar).text(number, digits: 0)
            case .dateTime64(_, let scale): return type.calendar(calendar).text(number, digits: scale)
            case .wideUnsigned: return String(WideUnsigned.number(value))
            case .float: return NumberText.text(Double(number))
            default: return String(number)
            }
        case .array(let values):
            switch type {
            case .array(let element):
                return "[" + values.map { quoted($0, element, calendar) }.joined(separator: ",") + "]"
            case .tuple(let elements):
                return "(" + zip(values, elements).map { quoted($0, $1, calendar) }.joined(separator: ",") + ")"
            case .map(let key, let element):
                let pairs = values.filter { $0.elements.count == 2 }.map {
                    quoted($0.elements[0], key, calendar) + ":" + quoted($0.elements[1], element, calendar)
                }
                return "{" + pairs.joined(separator: ",") + "}"
            default: return ""
            }
        }
    }

    private static func quoted(_ value: Value, _ type: ClickHouseType, _ calendar: ProjectCalendar) -> String {
        let text = text(value, type, calendar)
        guard !value.isNull else { return text }
        switch type.inner {
        case .string, .fixedString:
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
