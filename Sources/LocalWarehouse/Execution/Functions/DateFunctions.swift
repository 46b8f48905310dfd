internal import AirlockCore
internal import HogQL

enum DateFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "now": now, "now64": now, "today": today, "yesterday": today, "current_date": today, "NOW": now,
            "toStartOfInterval": startOfInterval, "date_trunc": truncate, "dateTrunc": truncate,
            "toStartOfWeek": startOfWeek, "toLastDayOfWeek": startOfWeek, "toWeek": week, "dateDiff": difference,
            "date_diff": difference,
            "timestampDiff": difference, "age": difference, "dateAdd": shift, "dateSub": shift, "date_add": shift,
            "date_sub": shift, "timestampAdd": shift, "timestampSub": shift, "formatDateTime": format,
            "toTimeZone": toTimeZone, "toLastDayOfMonth": lastDay, "date_part": part, "makeDate": makeDate,
        ]
        let starts: [(String, IntervalKind, Int64)] = [
            ("toStartOfSecond", .second, 1), ("toStartOfMinute", .minute, 1), ("toStartOfFiveMinutes", .minute, 5),
            ("toStartOfFiveMinute", .minute, 5), ("toStartOfTenMinutes", .minute, 10),
            ("toStartOfFifteenMinutes", .minute, 15), ("toStartOfHour", .hour, 1), ("toStartOfDay", .day, 1),
            ("toStartOfMonth", .month, 1), ("toStartOfQuarter", .quarter, 1), ("toStartOfYear", .year, 1),
            ("toMonday", .week, 1),
        ]
        for (name, kind, count) in starts {
            let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1)
                try call.dateOrTime(0)
                return start(kind, count, call.arguments[0], call)
            }
            all[name] = bind
        }
        for kind in IntervalKind.allCases {
            let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1)
                try call.integer(0)
                return call.call(.interval(kind), key: "interval", sql: { $0[0] }) { $0[0] }
            }
            all["toInterval\(kind.capitalized)"] = bind
            for (prefix, sign) in [("add", Int64(1)), ("subtract", -1)] {
                let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                    try call.count(2)
                    try call.dateOrTime(0)
                    try call.integer(1)
                    return adding(kind, call.arguments[0], call.arguments[1], sign: sign, call.calendar)
                }
                all["\(prefix)\(kind.capitalized)s"] = bind
            }
        }
        for (names, type, field) in fields {
            for name in names {
                let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                    try call.count(1)
                    try call.dateOrTime(0)
                    return fieldOf(call.arguments[0], name: names[0], type, field, call)
                }
                all[name] = bind
            }
        }
        return all
    }()

    /// What a function reads off a local time: its day, and microseconds into it.
    private typealias Field = @Sendable (_ days: Int64, _ clock: Int64) -> Int64

    private static let fields: [([String], ClickHouseType, Field)] = [
        (["toYear", "year", "YEAR"], .uint16, { days, _ in CivilDate(days: days).year }),
        (["toQuarter", "quarter"], .uint8, { days, _ in (CivilDate(days: days).month - 1) / 3 + 1 }),
        (["toMonth", "month"], .uint8, { days, _ in CivilDate(days: days).month }),
        (["toDayOfMonth", "day", "toDay"], .uint8, { days, _ in CivilDate(days: days).day }),
        (["toDayOfWeek", "dayOfWeek"], .uint8, { days, _ in CivilDate.weekday(days: days) }),
        (["toDayOfYear", "dayOfYear"], .uint16, { days, _ in CivilDate(days: days).dayOfYear }),
        (["toHour", "hour"], .uint8, { _, clock in clock / 3_600_000_000 }),
        (["toMinute", "minute"], .uint8, { _, clock in clock / 60_000_000 % 60 }),
        (["toSecond", "second"], .uint8, { _, clock in clock / 1_000_000 % 60 }),
        (["toISOWeek"], .uint8, { days, _ in CivilDate.isoWeek(days: days).week }),
        (["toISOYear"], .uint16, { days, _ in CivilDate.isoWeek(days: days).year }),
        (["toYYYYMM"], .uint32, { days, _ in CivilDate(days: days).year * 100 + CivilDate(days: days).month }),
        (
            ["toYYYYMMDD"], .uint32,
            { days, _ in
                let date = CivilDate(days: days)
                return date.year * 10_000 + date.month * 100 + date.day
            }
        ),
        (
            ["toYYYYMMDDhhmmss"], .uint64,
            { days, clock in
                let date = CivilDate(days: days)
                let time = clock / 3_600_000_000 * 10_000 + clock / 60_000_000 % 60 * 100 + clock / 1_000_000 % 60
                return (date.year * 10_000 + date.month * 100 + date.day) * 1_000_000 + time
            }
        ),
    ]

    /// The zone a value of the type is shown in.
    static func calendar(of type: ClickHouseType, _ project: ProjectCalendar) -> ProjectCalendar {
        switch type.inner {
        case .dateTime(false), .dateTime64(false): .utc
        default: project
        }
    }

    private static func fieldOf(
        _ node: Node, name: String, _ type: ClickHouseType, _ field: @escaping Field, _ call: FunctionBinding
    ) -> Node {
        let isDate = node.type.inner == .date
        let zone = calendar(of: node.type, call.calendar)
        return call.call([node], type, key: name) { values in
            let value = values[0].intValue ?? 0
            if isDate { return .int(field(value, 0)) }
            let local = zone.local(value)
            let days = floorDivide(local, ProjectCalendar.day)
            return .int(field(days, local - days * ProjectCalendar.day))
        }
    }

    private static let now: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(0, 2)
        return .constant(.int(call.resolver.now), .dateTime64(zoned: true))
    }

    private static let today: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(0)
        let days = call.calendar.days(call.resolver.now)
        return .constant(.int(call.name == "yesterday" ? days - 1 : days), .date)
    }

    // MARK: - Starts

    /// Weeks and longer give a Date, days and shorter a DateTime.
    static func start(_ kind: IntervalKind, _ count: Int64, _ node: Node, _ call: FunctionBinding) -> Node {
        let isDate = node.type.inner == .date
        let zone = calendar(of: node.type, call.calendar)
        let key = "start \(count) \(kind)"
        if kind == .week || kind.months != nil {
            return call.call([node], .date, key: key) { values in
                let value = values[0].intValue ?? 0
                return .int(zone.startDay(of: kind, count: count, isDate ? value : zone.days(value)))
            }
        }
        let zoned = node.type.inner != .dateTime(zoned: false) && node.type.inner != .dateTime64(zoned: false)
        let type = ClickHouseType.dateTime(zoned: zoned)
        if isDate {
            return call.call([node], type, key: key) { values in
                .int(zone.start(of: kind, count: count, zone.start(ofDay: values[0].intValue ?? 0)))
            }
        }
        var sql: (@Sendable ([String]) -> String)?
        if let size = kind.microseconds, zone.isUTC, count == 1 || kind == .minute || kind == .second {
            // Times before 1970 are negative, and SQLite's remainder has the sign of what is divided.
            let step = size * count
            sql = { parts in
                let time = parts[0]
                return
                    "iif(\(time) >= 0, \(time) - \(time) % \(step), \(time) - (\(time) % \(step) + \(step)) % \(step))"
            }
        }
        return call.call([node], type, key: key, sql: sql, repeats: sql == nil ? 1 : 5) {
            .int(zone.start(of: kind, count: count, $0[0].intValue ?? 0))
        }
    }

    private static let startOfInterval: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.dateOrTime(0)
        guard case .interval(let kind) = call.arguments[1].type.inner,
            case .int(let count)? = call.arguments[1].constant,
            count > 0
        else { throw call.fail("needs a constant interval above zero, as INTERVAL 1 DAY") }
        guard count <= 1_000_000 else { throw call.fail("got too long an interval") }
        return start(kind, count, call.arguments[0], call)
    }

    private static let truncate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.dateOrTime(1)
        guard let kind = IntervalKind(unit: try call.constantText(0)) else { throw call.fail("does not know the unit") }
        return start(kind, 1, call.arguments[1], call)
    }

    private static let startOfWeek: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        try call.dateOrTime(0)
        // In even modes a week starts on Sunday, in odd ones on Monday.
        let projectMode: Int64 = call.resolver.schema.weekStart == .monday ? 3 : 0
        let mode = call.arguments.count == 2 ? try call.constantInt(1) : projectMode
        let isDate = call.arguments[0].type.inner == .date
        let zone = calendar(of: call.arguments[0].type, call.calendar)
        let last: Int64 = call.name == "toLastDayOfWeek" ? 6 : 0
        return call.call([call.arguments[0]], .date, key: "\(call.name) \(mode & 1)") { values in
            let value = values[0].intValue ?? 0
            return .int(zone.startOfWeek(isDate ? value : zone.days(value), mondayFirst: mode & 1 == 1) + last)
        }
    }

    private static let week: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        try call.dateOrTime(0)
        let mode = call.arguments.count == 2 ? try call.constantInt(1) : 0
        guard mode == 0 || mode == 3 else { throw call.unsupported("toWeek in mode \(mode)") }
        let isDate = call.arguments[0].type.inner == .date
        let zone = calendar(of: call.arguments[0].type, call.calendar)
        return call.call([call.arguments[0]], .uint8, key: "toWeek \(mode)") { values in
            let value = values[0].intValue ?? 0
            let days = isDate ? value : zone.days(value)
            if mode == 3 { return .int(CivilDate.isoWeek(days: days).week) }
            // Week 1 starts on the year's first Sunday; the days before it are week 0.
            let weekday = CivilDate.weekday(days: days) % 7
            return .int((CivilDate(days: days).dayOfYear + 6 - weekday) / 7)
        }
    }

    private static let lastDay: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.dateOrTime(0)
        let isDate = call.arguments[0].type.inner == .date
        let zone = calendar(of: call.arguments[0].type, call.calendar)
        return call.call(.date) { values in
            let value = values[0].intValue ?? 0
            var date = CivilDate(days: isDate ? value : zone.days(value))
            date.day = CivilDate.length(ofMonth: date.month, year: date.year)
            return .int(date.days)
        }
    }

    private static let makeDate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        for index in 0..<3 { try call.integer(index) }
        return call.call(.date) { values in
            let parts = values.map { $0.intValue ?? 0 }
            return .int(CivilDate(validYear: parts[0], month: parts[1], day: parts[2])?.days ?? 0)
        }
    }

    private static let part: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let name = try call.constantText(0).lowercased()
        let functions = [
            "year": "toYear", "month": "toMonth", "day": "toDayOfMonth", "hour": "toHour", "minute": "toMinute",
            "second": "toSecond", "quarter": "toQuarter", "week": "toISOWeek", "doy": "toDayOfYear",
            "isodow": "toDayOfWeek", "isoyear": "toISOYear", "epoch": "toUnixTimestamp",
        ]
        guard let function = functions[name] else { throw call.unsupported("date_part('\(name)', …)") }
        return try call.resolver.bind(function, [call.arguments[1]], call.range)
    }

    // MARK: - Differences and shifts

    private static let difference: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        guard let kind = IntervalKind(unit: try call.constantText(0)) else {
            throw call.fail(
                "does not know the unit", hint: "Units are second, minute, hour, day, week, month, quarter, year.")
        }
        for index in 1...2 { try call.dateOrTime(index) }
        let nodes = Array(call.arguments[1...])
        let (zones, areDates) = (
            nodes.map { calendar(of: $0.type, call.calendar) }, nodes.map { $0.type.inner == .date }
        )
        let isAge = call.name == "age"
        return call.call(nodes, .int64, key: "\(call.name) \(kind)") { values in
            var times: [Int64] = []
            for index in 0..<2 {
                let value = values[index].intValue ?? 0
                times.append(areDates[index] ? zones[index].start(ofDay: value) : value)
            }
            return .int(
                isAge
                    ? zones[0].age(kind, from: times[0], to: times[1])
                    : zones[0].difference(kind, from: times[0], to: times[1]))
        }
    }

    private static let shift: FunctionBinding.Bind = { call throws(AirlockError) in
        let sign: Int64 = call.name.lowercased().hasSuffix("sub") ? -1 : 1
        if call.arguments.count == 2 {
            var (date, step) = (call.arguments[0], call.arguments[1])
            if case .interval = date.type.inner { swap(&date, &step) }
            guard case .interval(let kind) = step.type.inner, date.type.isDateOrTime else {
                throw call.fail("takes a time and an interval, or a unit, a number and a time")
            }
            return adding(kind, date, step, sign: sign, call.calendar)
        }
        try call.count(3)
        guard let kind = IntervalKind(unit: try call.constantText(0)) else { throw call.fail("does not know the unit") }
        try call.integer(1)
        try call.dateOrTime(2)
        return adding(kind, call.arguments[2], call.arguments[1], sign: sign, call.calendar)
    }

    static func adding(
        _ kind: IntervalKind, _ node: Node, _ count: Node, sign: Int64, _ project: ProjectCalendar
    ) -> Node {
        if node.isConstantNull || count.isConstantNull { return .null }
        let isDate = node.type.inner == .date
        let zone = calendar(of: node.type, project)
        let nullable = node.isNullable || count.isNullable
        let small = kind.microseconds.map { $0 < ProjectCalendar.day } ?? false
        let key = "add \(kind) \(sign)"
        if isDate, !small {
            let call = ScalarCall(key) {
                .int(zone.adding(sign &* ($0[1].intValue ?? 0), kind, toDay: $0[0].intValue ?? 0))
            }
            return .call(call, ClickHouseType.date.nullable(if: nullable), [node, count])
        }
        // A Date that hours are added to becomes a time.
        let type: ClickHouseType = isDate ? .dateTime(zoned: true) : node.type.inner
        let call = ScalarCall(key) { values in
            let value = values[0].intValue ?? 0
            return .int(
                zone.adding(sign &* (values[1].intValue ?? 0), kind, to: isDate ? zone.start(ofDay: value) : value))
        }
        return .call(call, type.nullable(if: nullable), [node, count])
    }

    private static let format: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.dateOrTime(0)
        let text = try call.constantText(1)
        guard let format = try? DateTimeFormat(text) else { throw call.fail("does not know a letter of its format") }
        var zone = calendar(of: call.arguments[0].type, call.calendar)
        if call.arguments.count == 3 { zone = try ConversionFunctions.zone(try call.constantText(2), call) }
        let isDate = call.arguments[0].type.inner == .date
        if isDate { zone = .utc }
        let chosen = zone
        let zoneKey = call.arguments.count == 3 ? try call.constantText(2) : ""
        return call.call([call.arguments[0]], .string, key: "formatDateTime \(zoneKey) \(text)") { values in
            let value = values[0].intValue ?? 0
            return .string(
                format.text(isDate ? value.multipliedClamped(by: ProjectCalendar.day) : value, calendar: chosen))
        }
    }

    private static let toTimeZone: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.dateOrTime(0)
        guard try call.constantText(1) == call.resolver.schema.timeZone else {
            throw call.unsupported("times in another zone than the project's (\(call.resolver.schema.timeZone))")
        }
        let type: ClickHouseType
        switch call.arguments[0].type.inner {
        case .dateTime: type = .dateTime(zoned: true)
        case .dateTime64: type = .dateTime64(zoned: true)
        default: throw call.fail("needs a time, not \(call.type(0))")
        }
        return call.call([call.arguments[0]], type, sql: { $0[0] }) { $0[0] }
    }
}
