internal import AirlockCore
internal import HogQL

/// The beginnings and ends of units of time.
enum DateStartFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "toStartOfInterval": startOfInterval, "date_bin": startOfInterval, "date_trunc": truncate,
            "dateTrunc": truncate, "toStartOfWeek": startOfWeek, "toLastDayOfWeek": startOfWeek,
            "toLastDayOfMonth": lastDay, "toStartOfISOYear": startOfISOYear, "timeSlot": timeSlot,
            "timeSlots": timeSlots,
        ]
        let starts: [(String, IntervalKind, Int64)] = [
            ("toStartOfMinute", .minute, 1), ("toStartOfFiveMinutes", .minute, 5),
            ("toStartOfFiveMinute", .minute, 5), ("toStartOfTenMinutes", .minute, 10),
            ("toStartOfFifteenMinutes", .minute, 15), ("toStartOfHour", .hour, 1), ("toStartOfDay", .day, 1),
            ("toStartOfMonth", .month, 1), ("toStartOfQuarter", .quarter, 1), ("toStartOfYear", .year, 1),
            ("toMonday", .week, 1),
        ]
        for (name, kind, count) in starts {
            let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1, 2)
                try call.dateOrTime(0)
                return start(kind, count, try call.inZone(0, 1), call)
            }
            all[name] = bind
        }
        for (name, kind) in [
            ("toStartOfSecond", IntervalKind.second), ("toStartOfMillisecond", .millisecond),
            ("toStartOfMicrosecond", .microsecond),
        ] {
            let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1, 2)
                let node = try call.inZone(0, 1)
                guard case .dateTime64(_, let scale) = node.type.inner, scale > 0 || kind == .second else {
                    throw call.fail("needs a DateTime64, not \(call.type(0))")
                }
                return cut(node, kind, node.type.inner, call)
            }
            all[name] = bind
        }
        return all
    }()

    private static func cut(_ node: Node, _ kind: IntervalKind, _ type: ClickHouseType, _ call: FunctionBinding) -> Node
    {
        let size = kind.microseconds ?? 1
        return call.call([node], type, key: "cut \(kind)") {
            let value = $0[0].intValue ?? 0
            return .int(value - floorModulo(value, size))
        }
    }

    /// Weeks and longer give a Date, days and shorter a DateTime.
    ///
    /// - Parameter clamped: whether what lies outside the result's range becomes its nearest end.
    static func start(
        _ kind: IntervalKind, _ count: Int64, _ node: Node, _ call: FunctionBinding, clamped: Bool = true
    ) -> Node {
        let isDate = node.type.inner == .date
        let zone = DateFunctions.calendar(of: node.type, call.calendar)
        let key = "start \(count) \(kind) \(node.type.zoneKey) \(clamped)"
        if kind == .week || kind.months != nil {
            return call.call([node], .date, key: key) { values in
                let value = values[0].intValue ?? 0
                let first = zone.startDay(of: kind, count: count, isDate ? value : zone.days(value))
                return clamped ? TimeRange.day(first) : .int(first)
            }
        }
        let type = ClickHouseType.dateTime(zoned: node.type.zone)
        if isDate {
            return call.call([node], type, key: key) { values in
                TimeRange.second(zone.start(of: kind, count: count, zone.start(ofDay: values[0].intValue ?? 0)))
            }
        }
        var sql: (@Sendable ([String]) -> String)?
        if let size = kind.microseconds, zone.isUTC, clamped, count == 1 || kind == .minute || kind == .second {
            // Of what lies before 1970 ClickHouse gives the first moment that a DateTime holds.
            let step = size * count
            sql = { "iif(\($0[0]) >= 0, \($0[0]) - \($0[0]) % \(step), 0)" }
        }
        return call.call([node], type, key: key, sql: sql, repeats: sql == nil ? 1 : 3) {
            let first = zone.start(of: kind, count: count, $0[0].intValue ?? 0)
            return clamped ? TimeRange.second(first) : .int(first)
        }
    }

    /// `toStartOfInterval(t, interval[, origin | zone])`, and PostHog's `date_bin(interval, t, origin)`.
    private static let startOfInterval: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        var arguments = call.arguments
        if call.name == "date_bin" { arguments.swapAt(0, 1) }
        let call = FunctionBinding(name: call.name, arguments: arguments, resolver: call.resolver, range: call.range)
        try call.dateOrTime(0)
        guard case .interval(let kind) = arguments[1].type.inner, case .int(let count)? = arguments[1].constant,
            count > 0
        else { throw call.fail("needs a constant interval above zero, as INTERVAL 1 DAY") }
        guard count <= 1_000_000 else { throw call.fail("got too long an interval") }
        if arguments.count == 3, arguments[2].type.isDateOrTime { return try fromOrigin(call, kind, count) }
        let node = try call.inZone(0, 2)
        if kind == .millisecond || kind == .microsecond {
            throw call.unsupported("toStartOfInterval of \(kind.rawValue)s", hint: "Use toStartOfMillisecond(t).")
        }
        return start(kind, count, node, call)
    }

    private static func fromOrigin(
        _ call: FunctionBinding, _ kind: IntervalKind, _ count: Int64
    ) throws(AirlockError) -> Node {
        guard let unit = kind.microseconds else {
            throw call.unsupported("an origin with an interval of \(kind.rawValue)s")
        }
        let (time, origin) = (call.arguments[0], call.arguments[2])
        guard time.type.isTime, origin.type.inner == time.type.inner, kind != .millisecond, kind != .microsecond else {
            throw call.fail("needs a time and an origin of one type, not \(call.type(0)) and \(call.type(2))")
        }
        let size = unit.multipliedClamped(by: count)
        return call.call([time, origin], time.type.inner, key: "start from origin \(size)") { values in
            let (time, origin) = (values[0].intValue ?? 0, values[1].intValue ?? 0)
            guard time >= origin else { throw ExecutionFault("toStartOfInterval got a time before its origin") }
            let passed = time &- origin
            return .int(origin + passed - floorModulo(passed, size))
        }
    }

    /// Weeks and longer give a Date; of shorter units a DateTime64 keeps its type, without a fraction.
    private static let truncate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.dateOrTime(1)
        guard let kind = IntervalKind(rawValue: try call.constantText(0).lowercased()) else {
            throw call.fail(
                "does not know the unit", hint: "Units are second, minute, hour, day, week, month, quarter and year.")
        }
        guard kind != .millisecond, kind != .microsecond else {
            throw call.unsupported("\(call.name) to \(kind.rawValue)s", hint: "Use toStartOfMillisecond(t).")
        }
        let node = try call.inZone(1, 2)
        var isExact = false
        if case .dateTime64 = node.type.inner { isExact = true }
        let result = start(kind, 1, node, call, clamped: !isExact)
        guard case .dateTime64(let zone, _) = node.type.inner, kind != .week, kind.months == nil else { return result }
        return .call(
            ScalarCall("as", sql: { $0[0] }, seesNull: true) { $0[0] },
            ClickHouseType.dateTime64(zoned: zone, scale: 0).nullable(if: node.isNullable), [result])
    }

    private static let startOfWeek: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 3)
        try call.dateOrTime(0)
        // In even modes a week starts on Sunday, in odd ones on Monday.
        let projectMode: Int64 = call.resolver.schema.weekStart == .monday ? 3 : 0
        let mode = call.arguments.count > 1 ? try call.constantInt(1) : projectMode
        let node = try call.inZone(0, 2)
        let isDate = node.type.inner == .date
        let zone = DateFunctions.calendar(of: node.type, call.calendar)
        let last: Int64 = call.name == "toLastDayOfWeek" ? 6 : 0
        return call.call([node], .date, key: "\(call.name) \(mode & 1) \(node.type.zoneKey)") { values in
            let value = values[0].intValue ?? 0
            let first = zone.startOfWeek(isDate ? value : zone.days(value), mondayFirst: mode & 1 == 1)
            return TimeRange.day(first + last)
        }
    }

    private static let lastDay: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        try call.dateOrTime(0)
        return DateFunctions.read(
            try call.inZone(0, 1), name: "toLastDayOfMonth", .date,
            { days, _ in
                var date = CivilDate(days: days)
                date.day = CivilDate.length(ofMonth: date.month, year: date.year)
                return date.days
            }, call)
    }

    private static let startOfISOYear: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        try call.dateOrTime(0)
        return DateFunctions.read(
            try call.inZone(0, 1), name: "toStartOfISOYear", .date,
            { days, _ in
                // The fourth of January always lies in the first week.
                let fourth = CivilDate(year: CivilDate.isoWeek(days: days).year, month: 1, day: 4).days
                return fourth - CivilDate.weekday(days: fourth) + 1
            }, call)
    }

    /// The half hour that a time lies in.
    private static let timeSlot: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        guard call.arguments[0].type.isTime else { throw call.fail("needs a time, not \(call.type(0))") }
        let size: Int64 = 1_800_000_000
        return call.call(call.arguments[0].type.inner) {
            let value = $0[0].intValue ?? 0
            return .int(value - floorModulo(value, size))
        }
    }

    /// The slots that a stretch of time touches.
    private static let timeSlots: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        guard case .dateTime = call.arguments[0].type else {
            throw call.fail("needs a DateTime that cannot be NULL, not \(call.type(0))")
        }
        try call.integer(1)
        let size = call.arguments.count == 3 ? try call.constantInt(2) : 1800
        guard size > 0, size <= 1 << 31 else { throw call.fail("needs a size above zero") }
        let step = size * ProjectCalendar.second
        return call.call(Array(call.arguments[..<2]), .array(call.arguments[0].type), key: "timeSlots \(size)") {
            values in
            let start = values[0].intValue ?? 0
            let end = start.addingClamped((values[1].intValue ?? 0).multipliedClamped(by: ProjectCalendar.second))
            let (first, last) = (floorDivide(start, step), floorDivide(end, step))
            guard last.subtractingClamped(first) <= ArrayFunctions.maxLength else {
                throw ExecutionFault("timeSlots would give more than a million elements")
            }
            return .array(first > last ? [] : (first...last).map { .int($0 * step) })
        }
    }
}
