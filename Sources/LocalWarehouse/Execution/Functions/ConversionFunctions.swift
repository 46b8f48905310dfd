internal import AirlockCore

/// Functions that change a value's type. HogQL's `toInt`, `toFloat` and their kin give NULL for what does not fit.
enum ConversionFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "toInt": integer(bits: 64, signed: true, .null), "toFloat": float(.null), "toUUID": uuid,
            "toUUIDOrNull": uuid, "toDate": date, "toDateOrNull": date, "toDateTime": dateTime(micros: false),
            "toDateTimeOrNull": dateTime(micros: false), "toDateTime64": dateTime(micros: true),
            "parseDateTimeBestEffort": dateTime(micros: false),
            "parseDateTimeBestEffortOrNull": dateTime(micros: false),
            "parseDateTime64BestEffort": dateTime(micros: true),
            "parseDateTime64BestEffortOrNull": dateTime(micros: true),
            "to_timestamp": dateTime(micros: false), "toUnixTimestamp": unix, "toUnixTimestamp64Milli": unix64,
            "toUnixTimestamp64Micro": unix64, "toBool": bool(.error), "castBool": bool(.error),
            "trycastBool": bool(.null), "fromUnixTimestamp": fromUnix, "FROM_UNIXTIME": fromUnix,
            "_toDate": date, "_toDateTime": dateTime(micros: false), "_toDateTime64": dateTime(micros: true),
            "date": date, "toIntOrZero": integer(bits: 64, signed: true, .zero), "toFloatOrZero": float(.zero),
            "toFloatOrDefault": float(.zero), "castFloat64": float(.error), "trycastFloat64": float(.null),
            "toFloat64": float(.null), "toFloat32": float(.null), "toFloat64OrNull": float(.null),
            "toFloat64OrZero": float(.zero), "toFloatOrNull": float(.null),
            "toIntOrNull": integer(bits: 64, signed: true, .null),
        ]
        for bits in [8, 16, 32, 64] {
            for (prefix, signed) in [("Int", true), ("UInt", false)] {
                all["to\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .wrap)
                all["to\(prefix)\(bits)OrNull"] = integer(bits: bits, signed: signed, .null)
                all["to\(prefix)\(bits)OrZero"] = integer(bits: bits, signed: signed, .zero)
                all["cast\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .wrap)
                all["trycast\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .null)
                all["_to\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .wrap)
            }
        }
        return all
    }()

    /// What becomes of a value that does not fit.
    private enum Misfit: Sendable {
        case null, zero, error
        /// Numbers are cut to the type's bits, texts are an error.
        case wrap
    }

    private static func integer(bits: Int, signed: Bool, _ misfit: Misfit) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            let from = call.arguments[0].type.inner
            guard from.isNumeric || from.isString || from.isDateOrTime || from == .nothing else {
                throw call.fail("cannot convert \(call.type(0))")
            }
            if from == .nothing { return .null }
            let type = ClickHouseType.integer(bits: bits, signed: signed)
            let unit: Int64 = from.isTime ? ProjectCalendar.second : 1
            if from.isInteger, let shape = from.integerShape,
                ClickHouseType.common(from, type) == type || (shape.bits == bits && shape.signed == signed)
            {
                return try call.resolver.cast(
                    call.arguments[0], to: type.nullable(if: misfit == .null || call.anyNullable), call.range)
            }
            let result = type.nullable(if: misfit == .null || call.arguments[0].isNullable)
            let scalar = ScalarCall("\(call.name) \(bits) \(signed) \(misfit) \(from)") { values in
                let whole: Int64?
                switch values[0] {
                case .int(let value): whole = floorDivide(value, unit)
                case .double(let value):
                    if misfit == .wrap {
                        guard let cut = Int64(exactly: value.rounded(.towardZero)) else {
                            throw ExecutionFault("a float is out of an integer's range")
                        }
                        whole = cut
                    } else {
                        whole = Int64(exactly: value)
                    }
                case .string(let text): whole = NumberText.integer(text)
                default: whole = nil
                }
                if let whole {
                    if Conversions.fits(whole, bits: bits, signed: signed) { return .int(whole) }
                    if misfit == .wrap, !from.isString {
                        return .int(try Conversions.wrapped(whole, bits: bits, signed: signed))
                    }
                }
                return try misfitted(misfit, zero: .int(0))
            }
            return .call(scalar, result, call.arguments)
        }
    }

    private static func misfitted(_ misfit: Misfit, zero: Value) throws -> Value {
        switch misfit {
        case .null: return .null
        case .zero: return zero
        case .error, .wrap: throw ExecutionFault("a text cannot be read as the type it is converted to")
        }
    }

    private static func float(_ misfit: Misfit) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            let from = call.arguments[0].type.inner
            guard from.isNumeric || from.isString || from.isTime || from == .nothing else {
                throw call.fail("cannot convert \(call.type(0))")
            }
            if from == .nothing { return .null }
            let result = ClickHouseType.float.nullable(if: misfit == .null || call.arguments[0].isNullable)
            if from.isNumeric { return try call.resolver.cast(call.arguments[0], to: result, call.range) }
            let isTime = from.isTime
            let scalar = ScalarCall("\(call.name) \(misfit) \(from)") { values in
                switch values[0] {
                case .int(let value): return .double(isTime ? Double(value) / 1_000_000 : Double(value))
                case .string(let text):
                    if let value = NumberText.double(text) { return .double(value) }
                    return try misfitted(misfit, zero: .double(0))
                default: return values[0]
                }
            }
            return .call(scalar, result, call.arguments)
        }
    }

    private static func bool(_ misfit: Misfit) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            let from = call.arguments[0].type.inner
            let result = ClickHouseType.bool.nullable(if: misfit == .null || call.arguments[0].isNullable)
            guard from.isNumeric || from.isString else { throw call.fail("cannot convert \(call.type(0))") }
            let scalar = ScalarCall("toBool \(misfit) \(from)") { values in
                guard case .string(let text) = values[0] else { return .bool(values[0].isTrue) }
                switch text.lowercased() {
                case "true", "1", "yes", "on", "t", "y": return .int(1)
                case "false", "0", "no", "off", "f", "n": return .int(0)
                default: return try misfitted(misfit, zero: .int(0))
                }
            }
            return .call(scalar, result, call.arguments)
        }
    }

    private static let uuid: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        if call.arguments[0].type.inner == .uuid { return call.arguments[0] }
        try call.string(0)
        let scalar = ScalarCall("toUUID") { Conversions.uuid($0[0].text).map(Value.string) ?? .null }
        return .call(scalar, .nullable(.uuid), call.arguments)
    }

    private static let date: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let node = call.arguments[0]
        switch node.type.inner {
        case .date, .nothing: return node
        case .dateTime, .dateTime64:
            let zone = DateFunctions.calendar(of: node.type, call.calendar)
            let inUTC: @Sendable ([String]) -> String = {
                "((\($0[0]) - ((\($0[0])) % 86400000000 + 86400000000) % 86400000000) / 86400000000)"
            }
            return call.call(.date, key: "toDate time", sql: zone.isUTC ? inUTC : nil, repeats: 2) {
                .int(zone.days($0[0].intValue ?? 0))
            }
        case .string:
            let scalar = ScalarCall("toDate text") {
                DateTimeReader.date($0[0].text, allowRest: true).map(Value.int) ?? .null
            }
            return .call(scalar, .nullable(.date), [node])
        case .integer:
            let zone = call.calendar
            return call.call(.date, key: "toDate number") { values in
                // Small numbers are days, large ones seconds.
                let value = values[0].intValue ?? 0
                return .int(
                    value <= 65_535 ? max(value, 0) : zone.days(value.multipliedClamped(by: ProjectCalendar.second)))
            }
        default: throw call.fail("cannot convert \(call.type(0))")
        }
    }

    static func zone(_ name: String, _ call: FunctionBinding) throws(AirlockError) -> ProjectCalendar {
        guard let zone = ProjectCalendar(timeZone: name) else {
            throw call.fail("does not know the time zone '\(name)'")
        }
        return zone
    }

    private static func dateTime(micros: Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1, 3)
            let node = call.arguments[0]
            var zone = call.calendar
            var zoneName = ""
            for argument in call.arguments.dropFirst() {
                guard case .string(let name)? = argument.constant else {
                    if case .int? = argument.constant { continue }
                    throw call.fail("takes a constant time zone")
                }
                zone = try Self.zone(name, call)
                zoneName = name
            }
            let reading = zone
            let type: ClickHouseType = micros ? .dateTime64(zoned: true) : .dateTime(zoned: true)
            let floorToSeconds: @Sendable (Int64) -> Int64 = { time in
                micros ? time : time - floorModulo(time, ProjectCalendar.second)
            }
            switch node.type.inner {
            case .nothing: return .null
            case .date:
                return call.call([node], type, key: "toDateTime date") {
                    .int(reading.start(ofDay: $0[0].intValue ?? 0))
                }
            case .dateTime, .dateTime64:
                let sql: @Sendable ([String]) -> String = { parts in
                    micros ? parts[0] : "(\(parts[0]) - ((\(parts[0])) % 1000000 + 1000000) % 1000000)"
                }
                return call.call([node], type, key: "toDateTime \(micros)", sql: sql, repeats: 2) {
                    .int(floorToSeconds($0[0].intValue ?? 0))
                }
            case .string:
                // HogQL reads text with parseDateTime64BestEffortOrNull, whichever function is written.
                let scalar = ScalarCall("toDateTime text \(zoneName)") {
                    DateTimeReader.bestEffort($0[0].text, calendar: reading).map(Value.int) ?? .null
                }
                return .call(scalar, .nullable(.dateTime64(zoned: true)), [node])
            case .integer:
                return call.call([node], type, key: "toDateTime number") {
                    .int(($0[0].intValue ?? 0).multipliedClamped(by: ProjectCalendar.second))
                }
            case .float:
                return call.call([node], type, key: "toDateTime float \(micros)") { values in
                    let scaled = ((values[0].doubleValue ?? 0) * 1_000_000).rounded(.down)
                    guard let time = Int64(exactly: scaled) else { throw ExecutionFault("a number is no time") }
                    return .int(floorToSeconds(time))
                }
            default: throw call.fail("cannot convert \(call.type(0))")
            }
        }
    }

    private static let fromUnix: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.integer(0)
        return call.call(.dateTime(zoned: true)) {
            .int(($0[0].intValue ?? 0).multipliedClamped(by: ProjectCalendar.second))
        }
    }

    private static let unix: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let zone = call.calendar
        if call.arguments[0].type.inner == .date {
            return call.call(.uint32, key: "unix date") {
                .int(zone.start(ofDay: $0[0].intValue ?? 0) / ProjectCalendar.second)
            }
        }
        try call.dateOrTime(0)
        return call.call(.uint32, key: "unix") { .int(floorDivide($0[0].intValue ?? 0, ProjectCalendar.second)) }
    }

    private static let unix64: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        guard case .dateTime64 = call.arguments[0].type.inner else {
            throw call.fail("needs a DateTime64, not \(call.type(0))")
        }
        let unit: Int64 = call.name.hasSuffix("Milli") ? 1000 : 1
        return call.call(.int64) { .int(floorDivide($0[0].intValue ?? 0, unit)) }
    }
}
