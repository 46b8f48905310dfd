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
            case .dateTime(let zoned), .dateTime64(let zoned):
                return .string((zoned ? calendar : .utc).isoText(number))
            case .float: return .double(Double(number))
            default: return .int(number)
            }
        case .double(let number): return .double(number)
        case .string(let text): return .string(text)
        case .array(let values):
            switch type {
            case .array(let element): return .array(values.map { json($0, as: element) })
            case .tuple(let elements): return .array(zip(values, elements).map { json($0, as: $1) })
            default: return .null
            }
        }
    }
}
