internal import AirlockCore

/// Time zones, Unix times, and times made of numbers.
enum TimeZoneFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "toTimeZone": toTimeZone, "timezone": toTimeZone, "timeZone": toTimeZone, "timeZoneOf": timeZoneOf,
            "timezoneOf": timeZoneOf, "timeZoneOffset": timeZoneOffset, "timezoneOffset": timeZoneOffset,
            "toUnixTimestamp": unix, "fromUnixTimestamp": fromUnix, "FROM_UNIXTIME": fromUnix,
            "to_timestamp": fromUnix, "makeDate": makeDate, "make_date": makeDate, "makeDateTime": makeDateTime,
            "make_timestamp": makeDateTime, "make_timestamptz": makeDateTime, "UUIDv7ToDateTime": uuidTime,
            "toModifiedJulianDay": toJulian, "toModifiedJulianDayOrNull": toJulian,
            "fromModifiedJulianDay": fromJulian, "fromModifiedJulianDayOrNull": fromJulian,
            "fromDaysSinceYearZero": { call throws(AirlockError) in
                try call.count(1)
                try call.integer(0)
                return call.call(.date) { values in
                    let days = (values[0].intValue ?? 0).subtractingClamped(719_528)
                    guard days >= 0, days <= 65_535 else { throw ExecutionFault("a day is out of Date's range") }
                    return .int(days)
                }
            },
        ]
        for (suffix, unit, scale) in [("Second", Int64(1_000_000), 0), ("Milli", 1000, 3), ("Micro", 1, 6)] {
            let to: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1)
                guard case .dateTime64 = call.arguments[0].type.inner else {
                    throw call.fail("needs a DateTime64, not \(call.type(0))", hint: "Convert it: toDateTime64(t, 6).")
                }
                return call.call(.int64) { .int(floorDivide($0[0].intValue ?? 0, unit)) }
            }
            let from: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1, 2)
                try call.integer(0)
                var zone = TimeZoneMark.none
                if call.arguments.count == 2 { zone = try ConversionFunctions.mark(try call.constantText(1), call) }
                let type = ClickHouseType.dateTime64(zoned: zone, scale: scale)
                return call.call([call.arguments[0]], type) {
                    .int(($0[0].intValue ?? 0).multipliedClamped(by: unit))
                }
            }
            all["toUnixTimestamp64\(suffix)"] = to
            all["fromUnixTimestamp64\(suffix)"] = from
        }
        return all
    }()

    /// `toTimeZone(t, 'zone')`; PostHog's `timezone('zone', t)` has them the other way round.
    private static let toTimeZone: FunctionBinding.Bind = { call throws(AirlockError) in
        if call.name != "toTimeZone", call.arguments.isEmpty { return .string(call.resolver.schema.timeZone) }
        try call.count(call.name == "toTimeZone" ? 1 : 2, 2)
        var arguments = call.arguments
        if call.name != "toTimeZone" { arguments.swapAt(0, 1) }
        if arguments.count == 1 { arguments.append(.string(call.resolver.schema.timeZone)) }
        let call = FunctionBinding(name: call.name, arguments: arguments, resolver: call.resolver, range: call.range)
        guard arguments[0].type.isTime || arguments[0].type.isNull else {
            throw call.fail("needs a time, not \(call.type(0))")
        }
        let node = try call.inZone(0, 1)
        // The project's own zone has one mark only, so that such times stay of one type.
        guard try call.constantText(1) == call.resolver.schema.timeZone else { return node }
        let type: ClickHouseType
        switch node.type.inner {
        case .dateTime: type = .dateTime(zoned: true)
        case .dateTime64(_, let scale): type = .dateTime64(zoned: true, scale: scale)
        default: return node
        }
        return call.call([arguments[0]], type, key: "toTimeZone", sql: { $0[0] }) { $0[0] }
    }

    private static let timeZoneOf: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        guard call.arguments[0].type.isTime else { throw call.fail("needs a time, not \(call.type(0))") }
        let name = call.arguments[0].type.zone.name(call.resolver.schema.timeZone) ?? "UTC"
        return call.call(.string, key: "timeZoneOf \(name)") { _ in .string(name) }
    }

    private static let timeZoneOffset: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        guard call.arguments[0].type.isTime else { throw call.fail("needs a time, not \(call.type(0))") }
        let zone = call.arguments[0].type.calendar(call.calendar)
        return call.call(.int32, key: "timeZoneOffset \(call.arguments[0].type.zoneKey)") {
            .int(zone.offset(at: $0[0].intValue ?? 0))
        }
    }

    private static let unix: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        let zone =
            call.arguments.count == 2 ? try ConversionFunctions.zone(try call.constantText(1), call) : call.calendar
        let node = call.arguments[0]
        if node.type.isString {
            return call.call([node], .uint32, key: "unix text \(call.arguments.count)") { values in
                guard let time = DateTimeReader.bestEffort(values[0].text, calendar: zone) else {
                    throw ExecutionFault("toUnixTimestamp got text that is no time")
                }
                return try seconds(floorDivide(time, ProjectCalendar.second))
            }
        }
        try call.dateOrTime(0)
        let isDate = node.type.inner == .date
        return call.call([node], .uint32, key: "unix \(isDate)") { values in
            let value = values[0].intValue ?? 0
            return try seconds(floorDivide(isDate ? zone.start(ofDay: value) : value, ProjectCalendar.second))
        }
    }

    private static func seconds(_ value: Int64) throws -> Value {
        guard value >= 0, value <= 4_294_967_295 else {
            throw ExecutionFault("toUnixTimestamp got a time outside 1970 to 2106")
        }
        return .int(value)
    }

    private static let fromUnix: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        if call.name == "to_timestamp", call.arguments[0].type.isString {
            throw call.fail("needs seconds since 1970, not text", hint: "Use toDateTime(text).")
        }
        try call.integer(0)
        let time = call.call([call.arguments[0]], .dateTime(zoned: true), key: "fromUnixTimestamp") { values in
            let value = values[0].intValue ?? 0
            guard value >= 0, value <= 4_294_967_295 else {
                throw ExecutionFault("fromUnixTimestamp got seconds outside 1970 to 2106")
            }
            return .int(value * ProjectCalendar.second)
        }
        guard call.arguments.count == 2, call.name != "to_timestamp" else { return time }
        return try call.resolver.bind("formatDateTime", [time, call.arguments[1]], call.range)
    }

    /// A part of a date; what is no number of a part becomes one that no date has.
    private static func whole(_ value: Value) -> Int64 {
        Int64(exactly: (value.doubleValue ?? 0).rounded(.towardZero)) ?? -1
    }

    /// A day that a month does not have counts on into the next one, up to the 31st.
    private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64? {
        guard year >= 1970, year <= 2149, month >= 1, month <= 12, day >= 1, day <= 31 else { return nil }
        let days = CivilDate(year: year, month: month, day: 1).days + day - 1
        return days <= 65_535 ? days : nil
    }

    private static let makeDate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        for index in call.arguments.indices { try call.number(index) }
        return call.call(.date, key: "makeDate") { values in
            let parts = values.map(whole)
            if parts.count == 2 {
                guard parts[0] >= 1970, parts[0] <= 2149, parts[1] >= 1, parts[1] <= 365 + 1 else { return .int(0) }
                let days = CivilDate(year: parts[0], month: 1, day: 1).days + parts[1] - 1
                return .int(days <= 65_535 ? days : 0)
            }
            return .int(day(parts[0], parts[1], parts[2]) ?? 0)
        }
    }

    private static let makeDateTime: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(6, 7)
        for index in 0..<6 { try call.number(index) }
        // PostHog's make_timestamptz makes the time in the project's zone and shows it in the one named.
        let isShown = call.name == "make_timestamptz"
        var (mark, calendar) = (TimeZoneMark.project, call.calendar)
        if call.arguments.count == 7, !isShown {
            mark = try ConversionFunctions.mark(try call.constantText(6), call)
            calendar = mark.calendar(call.calendar)
        }
        let zone = calendar
        let key = "makeDateTime \(mark.name("project") ?? "")"
        let time = call.call(Array(call.arguments[..<6]), .dateTime(zoned: mark), key: key) { values in
            let parts = values.map(whole)
            guard let day = day(parts[0], parts[1], parts[2]), parts[3...].allSatisfy({ $0 >= 0 && $0 < 100 }) else {
                throw ExecutionFault("makeDateTime got numbers that make no time from 1970 to 2106")
            }
            let clock = (parts[3] * 60 + parts[4]) * 60 + parts[5]
            return .int(zone.moment(local: day * ProjectCalendar.day + clock * ProjectCalendar.second))
        }
        guard isShown, call.arguments.count == 7 else { return time }
        return try call.resolver.bind("toTimeZone", [time, call.arguments[6]], call.range)
    }

    private static let uuidTime: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        guard call.arguments[0].type.inner == .uuid else { throw call.fail("needs a UUID, not \(call.type(0))") }
        let mark = call.arguments.count == 2 ? try ConversionFunctions.mark(try call.constantText(1), call) : .project
        return call.call([call.arguments[0]], .dateTime64(zoned: mark, scale: 3), key: "UUIDv7ToDateTime") { values in
            let bytes = Conversions.uuidHex(values[0].text)
            guard bytes[6] >> 4 == 7 else { return .int(0) }
            return .int(bytes[..<6].reduce(Int64(0)) { $0 << 8 | Int64($1) } * 1000)
        }
    }

    /// HogQL's two are the `OrNull` forms.
    private static let toJulian: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.string(0)
        return .call(
            ScalarCall("toModifiedJulianDay") { values in
                let parts = values[0].text.split(separator: "-", omittingEmptySubsequences: false)
                guard values[0].text.utf8.count == 10, parts.count == 3, parts[0].utf8.count == 4,
                    let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2]),
                    let date = CivilDate(validYear: year, month: month, day: day)
                else { return .null }
                return .int(date.days + 40_587)
            }, .nullable(.int32), call.arguments)
    }

    private static let fromJulian: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.integer(0)
        return .call(
            ScalarCall("fromModifiedJulianDay") { values in
                let days = (values[0].intValue ?? 0).subtractingClamped(40_587)
                let date = CivilDate(days: days)
                guard days >= -719_528, days <= 2_932_896 else { return .null }
                return .string(date.text)
            }, .nullable(.string), call.arguments)
    }
}
