internal import AirlockCore

/// Values as a reply carries them: what PostHog's JSON has for the same type.
struct ReplyCoding {
    let calendar: ProjectCalendar

    func json(_ value: Value, as type: ClickHouseType) -> JSONValue {
        switch value {
        case .null: return .null
        case .int(let number):
            switch type.inner {
            case .bool: return .bool(number != 0)
            case .date: return .string(CivilDate(days: number).text)
            case .dateTime, .dateTime64: return .string(type.calendar(calendar).isoText(number))
            case .wideUnsigned: return .number(JSONNumber(WideUnsigned.number(value)))
            case .float: return .double(Double(number))
            default: return .int(number)
            }
        case .double(let number): return .double(number)
        case .string, .bytes: return .string(value.text)
        case .array(let values):
            switch type {
            case .array(let element): return .array(values.map { json($0, as: element) })
            case .tuple(let elements): return .array(zip(values, elements).map { json($0, as: $1) })
            case .map(let key, let element):
                var object = JSONObject()
                for pair in values where pair.elements.count == 2 {
                    object[ValueText.text(pair.elements[0], key, calendar)] = json(pair.elements[1], as: element)
                }
                return .object(object)
            default: return .null
            }
        }
    }
}
