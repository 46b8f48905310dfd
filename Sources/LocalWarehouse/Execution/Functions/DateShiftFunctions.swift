internal import AirlockCore
internal import HogQL

/// Differences between times, and times moved by intervals.
enum DateShiftFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "dateDiff": difference, "date_diff": difference, "timestampDiff": difference, "age": difference,
        ]
        for name in [
            "dateAdd", "dateSub", "date_add", "date_sub", "date_subtract", "timestampAdd", "timestampSub",
            "timeStampAdd", "timeStampSub", "timestamp_add", "timestamp_sub",
        ] { all[name] = shift }
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
                    return adding(kind, call.arguments[0], try whole(call, 1), sign: sign, call.calendar)
                }
                all["\(prefix)\(kind.capitalized)s"] = bind
            }
        }
        return all
    }()

    /// A count; the fraction of a float is cut off.
    private static func whole(_ call: FunctionBinding, _ index: Int) throws(AirlockError) -> Node {
        try call.number(index)
        guard call.arguments[index].type.isFloat else { return call.arguments[index] }
        return call.call([call.arguments[index]], .int64, key: "whole") { values in
            guard let count = Int64(exactly: (values[0].doubleValue ?? .nan).rounded(.towardZero)) else {
                throw ExecutionFault("a count of units is out of range")
            }
            return .int(count)
        }
    }

    private static let difference: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3, 4)
        guard let kind = IntervalKind(unit: try call.constantText(0)) else {
            throw call.fail(
                "does not know the unit", hint: "Units are second, minute, hour, day, week, month, quarter, year.")
        }
        for index in 1...2 { try call.dateOrTime(index) }
        let nodes = [try call.inZone(1, 3), try call.inZone(2, 3)]
        let (zones, areDates) = (
            nodes.map { DateFunctions.calendar(of: $0.type, call.calendar) }, nodes.map { $0.type.inner == .date }
        )
        let isAge = call.name == "age"
        let key = "\(isAge ? "age" : "dateDiff") \(kind) \(nodes[0].type.zoneKey) \(nodes[1].type.zoneKey)"
        return call.call(nodes, .int64, key: key) { values in
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
        let lowered = call.name.lowercased()
        let sign: Int64 = lowered.hasSuffix("sub") || lowered.hasSuffix("subtract") ? -1 : 1
        if call.arguments.count == 2 {
            var (date, step) = (call.arguments[0], call.arguments[1])
            if case .interval = date.type.inner { swap(&date, &step) }
            guard case .interval(let kind) = step.type.inner, date.type.isDateOrTime || date.type.isNull else {
                throw call.fail("takes a time and an interval, or a unit, a number and a time")
            }
            return adding(kind, date, step, sign: sign, call.calendar)
        }
        try call.count(3)
        guard let kind = IntervalKind(unit: try call.constantText(0)) else { throw call.fail("does not know the unit") }
        try call.dateOrTime(2)
        return adding(kind, call.arguments[2], try whole(call, 1), sign: sign, call.calendar)
    }

    /// ClickHouse goes round to the other end of a type's range; that is a wrong date, so it is an error here.
    private static func checked(_ value: Int64, _ type: ClickHouseType) throws -> Value {
        let fits: Bool
        switch type {
        case .date: fits = TimeRange.days.contains(value)
        case .dateTime: fits = TimeRange.seconds.contains(value)
        default: fits = TimeRange.microseconds.contains(value)
        }
        guard fits else { throw ExecutionFault("a date would lie outside its type's range") }
        return .int(value)
    }

    static func adding(
        _ kind: IntervalKind, _ node: Node, _ count: Node, sign: Int64, _ project: ProjectCalendar
    ) -> Node {
        if node.isConstantNull || count.isConstantNull { return .null }
        let isDate = node.type.inner == .date
        let zone = DateFunctions.calendar(of: node.type, project)
        let nullable = node.isNullable || count.isNullable
        let small = kind.microseconds.map { $0 < ProjectCalendar.day } ?? false
        let key = "add \(kind) \(sign) \(node.type.zoneKey)"
        if isDate, !small {
            let call = ScalarCall(key) {
                try checked(zone.adding(sign &* ($0[1].intValue ?? 0), kind, toDay: $0[0].intValue ?? 0), .date)
            }
            return .call(call, ClickHouseType.date.nullable(if: nullable), [node, count])
        }
        // A Date that hours are added to becomes a time, a DateTime that milliseconds are added to a DateTime64.
        var type: ClickHouseType = isDate ? .dateTime(zoned: true) : node.type.inner
        let digits = kind == .millisecond ? 3 : kind == .microsecond ? 6 : 0
        switch type {
        case .dateTime(let zone) where digits > 0: type = .dateTime64(zoned: zone, scale: digits)
        case .dateTime64(let zone, let scale) where digits > scale: type = .dateTime64(zoned: zone, scale: digits)
        default: break
        }
        let result = type
        let call = ScalarCall(key) { values in
            let value = values[0].intValue ?? 0
            return try checked(
                zone.adding(sign &* (values[1].intValue ?? 0), kind, to: isDate ? zone.start(ofDay: value) : value),
                result)
        }
        return .call(call, type.nullable(if: nullable), [node, count])
    }
}
