internal import AirlockCore
internal import HogQL

/// What a date or time is made of, and the present.
enum DateFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "now": now, "now64": now, "current_timestamp": now, "NOW": now, "today": today, "yesterday": today,
            "current_date": today, "toDayOfWeek": dayOfWeek, "dayOfWeek": dayOfWeek, "toWeek": week,
            "toYearWeek": week, "date_part": part,
        ]
        for (names, type, field) in fields {
            for name in names {
                let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                    try call.count(1, 2)
                    try call.dateOrTime(0)
                    return read(try call.inZone(0, 1), name: names[0], type, field, call)
                }
                all[name] = bind
            }
        }
        return all
    }()

    /// What a function reads off a local time: its day, and microseconds into it.
    typealias Field = @Sendable (_ days: Int64, _ clock: Int64) -> Int64

    private static let fields: [([String], ClickHouseType, Field)] = [
        (["toYear", "year", "YEAR"], .uint16, { days, _ in CivilDate(days: days).year }),
        (["toQuarter", "quarter"], .uint8, { days, _ in (CivilDate(days: days).month - 1) / 3 + 1 }),
        (["toMonth", "month"], .uint8, { days, _ in CivilDate(days: days).month }),
        (["toDayOfMonth", "day", "toDay"], .uint8, { days, _ in CivilDate(days: days).day }),
        (["toDayOfYear", "dayOfYear"], .uint16, { days, _ in CivilDate(days: days).dayOfYear }),
        (["toHour", "hour"], .uint8, { _, clock in clock / 3_600_000_000 }),
        (["toMinute", "minute"], .uint8, { _, clock in clock / 60_000_000 % 60 }),
        (["toSecond", "second"], .uint8, { _, clock in clock / 1_000_000 % 60 }),
        (["toMillisecond"], .uint16, { _, clock in clock / 1000 % 1000 }),
        (["toISOWeek"], .uint8, { days, _ in CivilDate.isoWeek(days: days).week }),
        (["toISOYear"], .uint16, { days, _ in CivilDate.isoWeek(days: days).year }),
        (["toYYYYMM"], .uint32, { days, _ in CivilDate(days: days).year * 100 + CivilDate(days: days).month }),
        (["toYYYYMMDD"], .uint32, { days, _ in digits(days) }),
        (
            ["toYYYYMMDDhhmmss"], .uint64,
            { days, clock in
                digits(days) * 1_000_000 + clock / 3_600_000_000 * 10_000 + clock / 60_000_000 % 60 * 100
                    + clock / 1_000_000 % 60
            }
        ),
        (["toDaysSinceYearZero"], .uint32, { days, _ in days + 719_528 }),
        (["toRelativeYearNum"], .uint16, { days, _ in CivilDate(days: days).year }),
        (
            ["toRelativeQuarterNum"], .uint32,
            { days, _ in CivilDate(days: days).year * 4 + (CivilDate(days: days).month - 1) / 3 }
        ),
        (["toRelativeMonthNum"], .uint32, { days, _ in CivilDate(days: days).year * 12 + CivilDate(days: days).month }),
        (["toRelativeDayNum"], .uint32, { days, _ in days }),
    ]

    private static func digits(_ days: Int64) -> Int64 {
        let date = CivilDate(days: days)
        return date.year * 10_000 + date.month * 100 + date.day
    }

    /// The zone a value of the type is shown in.
    static func calendar(of type: ClickHouseType, _ project: ProjectCalendar) -> ProjectCalendar {
        type.calendar(project)
    }

    static func read(
        _ node: Node, name: String, _ type: ClickHouseType, _ field: @escaping Field, _ call: FunctionBinding
    ) -> Node {
        let isDate = node.type.inner == .date
        let zone = calendar(of: node.type, call.calendar)
        return call.call([node], type, key: "\(name) \(node.type.zoneKey)") { values in
            let value = values[0].intValue ?? 0
            func made(_ value: Int64) -> Value { type == .date ? TimeRange.day(value) : .int(value) }
            if isDate { return made(field(value, 0)) }
            let local = zone.local(value)
            let days = floorDivide(local, ProjectCalendar.day)
            return made(field(days, local - days * ProjectCalendar.day))
        }
    }

    private static let now: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(0, 2)
        // HogQL's now() is now64(6) in the project's zone.
        return .constant(.int(call.resolver.now), .dateTime64(zoned: true))
    }

    private static let today: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(0)
        let days = call.calendar.days(call.resolver.now)
        return .constant(.int(call.name == "yesterday" ? days - 1 : days), .date)
    }

    /// Modes: 0 is Monday 1 to Sunday 7, 1 Monday 0 to 6, 2 Sunday 0 to 6, 3 Sunday 1 to 7.
    private static let dayOfWeek: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 3)
        try call.dateOrTime(0)
        let mode = call.arguments.count > 1 ? try call.constantInt(1) & 3 : 0
        return read(
            try call.inZone(0, 2), name: "toDayOfWeek \(mode)", .uint8,
            { days, _ in
                let weekday = CivilDate.weekday(days: days)
                switch mode {
                case 1: return weekday - 1
                case 2: return weekday % 7
                case 3: return weekday % 7 + 1
                default: return weekday
                }
            }, call)
    }

    private static let week: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 3)
        try call.dateOrTime(0)
        let mode = call.arguments.count > 1 ? try call.constantInt(1) : 0
        guard mode >= 0, mode <= 9 else { throw call.fail("knows the modes 0 to 9 only") }
        let withYear = call.name == "toYearWeek"
        let type: ClickHouseType = withYear ? .uint32 : .uint8
        return read(
            try call.inZone(0, 2), name: "\(call.name) \(mode)", type,
            { days, _ in
                let (year, week) = CivilDate.week(days: days, mode: withYear ? mode | 2 : mode)
                return withYear ? year * 100 + week : week
            }, call)
    }

    /// PostHog's `date_part`, and NULL for the parts it does not have.
    private static let part: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let name = try call.constantText(0)
        let functions = [
            "year": "toYear", "month": "toMonth", "day": "toDayOfMonth", "hour": "toHour", "minute": "toMinute",
            "second": "toSecond", "dow": "toDayOfWeek", "doy": "toDayOfYear", "quarter": "toQuarter",
        ]
        guard let function = functions[name] else {
            throw call.fail(
                "does not know the part '\(name)'",
                hint: "Parts are year, quarter, month, day, hour, minute, second, dow and doy.")
        }
        let node = try call.resolver.bind(function, [call.arguments[1]], call.range)
        return try call.resolver.cast(node, to: .nullable(.uint16), call.range)
    }
}

extension CivilDate {
    /// The week of the year by MySQL's modes, which ClickHouse's `toWeek` has too: bit 0 starts weeks on Monday, bit 1
    /// counts from 1, bit 2 changes what the first week is, bit 3 makes it the one with the first of January.
    static func week(days: Int64, mode: Int64) -> (year: Int64, week: Int64) {
        let days = ProjectCalendar.bounded(days: days)
        let isMondayFirst = mode & 1 == 1
        if mode & 8 != 0 {
            let year = CivilDate(days: days + 7 - weekday(days: days + (isMondayFirst ? 0 : 1))).year
            let first = CivilDate(year: year, month: 1, day: 1).days
            func start(_ day: Int64) -> Int64 {
                day - (isMondayFirst ? weekday(days: day) - 1 : weekday(days: day) % 7)
            }
            return (year, (start(days) - start(first)) / 7 + 1)
        }
        let date = CivilDate(days: days)
        // Without Monday the meaning of bit 2 is turned around.
        let needsWholeWeek = (mode & 4 != 0) == isMondayFirst
        var countsFromOne = mode & 2 != 0
        var first = CivilDate(year: date.year, month: 1, day: 1).days
        var offset = isMondayFirst ? weekday(days: first) - 1 : weekday(days: first) % 7
        var year = date.year
        func startsLater(_ offset: Int64) -> Bool { needsWholeWeek ? offset != 0 : offset >= 4 }
        if date.month == 1, date.day <= 7 - offset {
            if !countsFromOne, startsLater(offset) { return (year, 0) }
            if startsLater(offset) {
                countsFromOne = true
                year -= 1
                let before = CivilDate(year: year, month: 1, day: 1).days
                offset = floorModulo(offset - (first - before), 7)
                first = before
            }
        }
        let passed = startsLater(offset) ? days - (first + 7 - offset) : days - (first - offset)
        if countsFromOne, passed >= 52 * 7 {
            let length = CivilDate(year: year + 1, month: 1, day: 1).days - first
            if !startsLater(floorModulo(offset + length, 7)) { return (year + 1, 1) }
        }
        return (year, passed / 7 + 1)
    }
}

extension FunctionBinding {
    /// Argument `index`, shown in the zone that argument `zoneIndex` names, where there is one.
    func inZone(_ index: Int, _ zoneIndex: Int) throws(AirlockError) -> Node {
        let node = arguments[index]
        guard arguments.count > zoneIndex else { return node }
        let name = try constantText(zoneIndex)
        let mark = TimeZoneMark.named(NamedZone(name: name, calendar: try ConversionFunctions.zone(name, self)))
        let type: ClickHouseType
        switch node.type.inner {
        case .dateTime: type = .dateTime(zoned: mark)
        case .dateTime64(_, let scale): type = .dateTime64(zoned: mark, scale: scale)
        default: return node
        }
        return .call(
            ScalarCall("in zone", sql: { $0[0] }, seesNull: true) { $0[0] }, type.nullable(if: node.isNullable), [node])
    }
}

extension ClickHouseType {
    /// Tells functions apart that read times of different zones.
    var zoneKey: String {
        switch inner {
        case .date: "date"
        default: zone.name("project") ?? "UTC"
        }
    }
}
