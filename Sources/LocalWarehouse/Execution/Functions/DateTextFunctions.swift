internal import AirlockCore

/// Times as text and back, by a format.
enum DateTextFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "formatDateTime": format, "to_char": format, "parseDateTime": parse, "parseDateTimeOrNull": parse,
        "dateName": name, "monthName": name,
    ]

    private static let format: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.dateOrTime(0)
        let text = try call.constantText(1)
        guard let format = try? DateTimeFormat(text) else {
            throw call.fail(
                "does not know a letter of its format", hint: "Letters are those of MySQL: %Y-%m-%d %H:%i:%S.")
        }
        let node = try call.inZone(0, 2)
        let isDate = node.type.inner == .date
        let zone = isDate ? ProjectCalendar.utc : node.type.calendar(call.calendar)
        return call.call([node], .string, key: "formatDateTime \(node.type.zoneKey) \(text)") { values in
            let value = values[0].intValue ?? 0
            return .string(
                format.text(isDate ? value.multipliedClamped(by: ProjectCalendar.day) : value, calendar: zone))
        }
    }

    /// HogQL's `parseDateTime` is `parseDateTimeOrNull`.
    private static let parse: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.string(0)
        let text = try call.constantText(1)
        guard let format = try? DateTimeFormat(text), format.canParse else {
            throw call.fail("does not know a letter of its format")
        }
        let mark = call.arguments.count == 3 ? try ConversionFunctions.mark(try call.constantText(2), call) : .project
        let zone = mark.calendar(call.calendar)
        let key = "parseDateTime \(mark.name("project") ?? "") \(text)"
        return .call(
            ScalarCall(key) { values in
                guard let time = format.time(values[0].text, calendar: zone), time >= 0,
                    time <= 4_294_967_295 * ProjectCalendar.second
                else { return .null }
                return .int(time)
            }, .nullable(.dateTime(zoned: mark)), [call.arguments[0]])
    }

    /// `dateName('weekday', t)`: a part of a time in words or digits.
    private static let name: FunctionBinding.Bind = { call throws(AirlockError) in
        let isMonth = call.name == "monthName"
        try call.count(isMonth ? 1 : 2, isMonth ? 1 : 3)
        let part = isMonth ? "month" : try call.constantText(0).lowercased()
        let index = isMonth ? 0 : 1
        try call.dateOrTime(index)
        let fields: [String: DateFunctions.Field] = [
            "year": { days, _ in CivilDate(days: days).year },
            "quarter": { days, _ in (CivilDate(days: days).month - 1) / 3 + 1 },
            "month": { days, _ in CivilDate(days: days).month }, "day": { days, _ in CivilDate(days: days).day },
            "dayofyear": { days, _ in CivilDate(days: days).dayOfYear },
            "week": { days, _ in CivilDate.isoWeek(days: days).week },
            "weekday": { days, _ in CivilDate.weekday(days: days) }, "hour": { _, clock in clock / 3_600_000_000 },
            "minute": { _, clock in clock / 60_000_000 % 60 }, "second": { _, clock in clock / 1_000_000 % 60 },
        ]
        guard let field = fields[part] else {
            throw call.fail(
                "does not know the part '\(part)'",
                hint: "Parts are \(fields.keys.sorted().joined(separator: ", ")).")
        }
        let node = try call.inZone(index, 2)
        let number = DateFunctions.read(node, name: "dateName \(part)", .int64, field, call)
        return call.call([number], .string, key: "name of \(part)") { values in
            let value = values[0].intValue ?? 0
            switch part {
            case "month": return .string(DateTimeFormat.monthNames[Int(min(max(value, 1), 12)) - 1])
            case "weekday": return .string(DateTimeFormat.dayNames[Int(min(max(value, 1), 7)) - 1])
            default: return .string(String(value))
            }
        }
    }
}
