internal import AirlockCore

/// Functions that change a value's type. HogQL's `toInt`, `toFloat` and their kin give NULL for what does not fit.
enum ConversionFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "toString": toString,
            "toNullableString": { call throws(AirlockError) in
                let text = try toString(call)
                return try call.resolver.cast(text, to: .nullable(.string), call.range)
            },
            "toInt": integer(bits: 64, signed: true, .null), "toFloat": float(.null), "toUUID": uuid(.null),
            "toUUIDOrNull": uuid(.null), "toUUIDOrZero": uuid(.zero), "castUUID": uuid(.error),
            "trycastUUID": uuid(.null), "toDate": date(.null), "toDateOrNull": date(.null), "to_date": date(.null),
            "toDateOrZero": date(.zero), "_toDate": date(.error), "date": date(.null), "castDate": date(.error),
            "trycastDate": date(.null), "toDateTime": dateTime(micros: false),
            "toDateTimeOrNull": dateTime(micros: false), "toDateTime64": dateTime(micros: true),
            "toDateTime64OrNull": dateTime(micros: true), "parseDateTimeBestEffort": dateTime(micros: false),
            "parseDateTimeBestEffortOrNull": dateTime(micros: false),
            "parseDateTime64BestEffort": dateTime(micros: true),
            "parseDateTime64BestEffortOrNull": dateTime(micros: true),
            "_toDateTime": dateTime(micros: false), "_toDateTime64": dateTime(micros: true),
            "castDateTime": dateTime(micros: false), "trycastDateTime": dateTime(micros: false),
            "toBool": bool(.error), "castBool": bool(.error), "trycastBool": bool(.null),
            "_toNullableBool": bool(.null), "toIntOrZero": integer(bits: 64, signed: true, .zero),
            "toIntOrNull": integer(bits: 64, signed: true, .null), "toFloatOrZero": float(.zero),
            "castFloat64": float(.error), "trycastFloat64": float(.null), "toFloat64": float(.null),
            "toFloat32": float(.null), "toFloatOrNull": float(.null), "castString": toString, "trycastString": toString,
        ]
        for bits in [32, 64] {
            all["toFloat\(bits)OrNull"] = float(.null)
            all["toFloat\(bits)OrZero"] = float(.zero)
        }
        for bits in [8, 16, 32, 64] {
            for (prefix, signed) in [("Int", true), ("UInt", false)] {
                all["to\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .wrap)
                all["to\(prefix)\(bits)OrNull"] = integer(bits: bits, signed: signed, .null)
                all["to\(prefix)\(bits)OrZero"] = integer(bits: bits, signed: signed, .zero)
                all["to\(prefix)\(bits)OrDefault"] = orDefault("trycast\(prefix)\(bits)")
                all["cast\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .wrap)
                all["trycast\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .null)
                all["_to\(prefix)\(bits)"] = integer(bits: bits, signed: signed, .wrap)
            }
        }
        for (name, cast) in [
            ("toFloatOrDefault", "trycastFloat64"), ("toFloat64OrDefault", "trycastFloat64"),
            ("toUUIDOrDefault", "trycastUUID"), ("toDateOrDefault", "trycastDate"),
        ] { all[name] = orDefault(cast) }
        for name in ["accurateCast", "accurateCastOrNull", "accurateCastOrDefault", "cast", "CAST", "_CAST"] {
            all[name] = toNamedType
        }
        return all
    }()

    /// A cast, and in the place of what does not fit the second argument or the type's default.
    private static func orDefault(_ cast: String) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1, 2)
            let node = try call.resolver.bind(cast, [call.arguments[0]], call.range)
            guard !node.type.isNull else { return call.arguments.count > 1 ? call.arguments[1] : node }
            let type = node.type.inner
            var fallback = Node.constant(type.defaultValue, type)
            if call.arguments.count == 2 {
                fallback = try call.resolver.cast(call.arguments[1], to: type, call.range)
            }
            return try call.resolver.bind("ifNull", [node, fallback], call.range)
        }
    }

    /// `accurateCast(x, 'T')` and its kin: what does not fit exactly is an error, NULL or the default.
    private static let toNamedType: FunctionBinding.Bind = { call throws(AirlockError) in
        let isDefault = call.name == "accurateCastOrDefault"
        try call.count(2, isDefault ? 3 : 2)
        var type = try NamedType.read(try call.constantText(1), call)
        let orNull = call.name == "accurateCastOrNull" || type.isNullable
        type = type.inner
        let name: String
        switch type {
        case .string: name = "String"
        case .bool: name = "Bool"
        case .float: name = "Float64"
        case .date: name = "Date"
        case .uuid: name = "UUID"
        case .dateTime: name = "DateTime"
        case .integer(let bits, let signed): name = "\(signed ? "Int" : "UInt")\(bits)"
        default: throw call.unsupported("\(call.name) to \(call.resolver.typeName(type))")
        }
        if isDefault {
            let arguments = [call.arguments[0]] + call.arguments.dropFirst(2)
            return try orDefault("trycast\(name)")(
                FunctionBinding(name: call.name, arguments: arguments, resolver: call.resolver, range: call.range))
        }
        let isAccurate = call.name == "accurateCast"
        if isAccurate, case .integer(let bits, let signed) = type {
            let binding = FunctionBinding(
                name: call.name, arguments: [call.arguments[0]], resolver: call.resolver, range: call.range)
            return try integer(bits: bits, signed: signed, orNull ? .null : .error)(binding)
        }
        let node = try call.resolver.bind((orNull ? "trycast" : "cast") + name, [call.arguments[0]], call.range)
        return orNull ? try call.resolver.cast(node, to: node.type.asNullable, call.range) : node
    }

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
            if from.isWide { return wide(call, bits: bits, signed: signed, misfit) }
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

    private static func wide(_ call: FunctionBinding, bits: Int, signed: Bool, _ misfit: Misfit) -> Node {
        let type: ClickHouseType = bits == 64 && !signed ? .wideUnsigned : .integer(bits: bits, signed: signed)
        let result = type.nullable(if: misfit == .null || call.anyNullable)
        let scalar = ScalarCall("toInteger wide \(bits) \(signed) \(misfit)") { values in
            let number = WideUnsigned.number(values[0])
            if type.isWide { return values[0] }
            if let whole = Int64(exactly: number), Conversions.fits(whole, bits: bits, signed: signed) {
                return .int(whole)
            }
            return misfit == .wrap ? WideIntegers.value(number, type) : try misfitted(misfit, zero: .int(0))
        }
        return .call(scalar, result, call.arguments)
    }

    private static let toString: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        var type = call.arguments[0].type
        if type.inner == .string { return call.arguments[0] }
        if call.arguments.count == 2 {
            let zone = TimeZoneMark.named(
                NamedZone(name: try call.constantText(1), calendar: try zone(try call.constantText(1), call)))
            switch type.inner {
            case .dateTime: type = .dateTime(zoned: zone)
            case .dateTime64(_, let scale): type = .dateTime64(zoned: zone, scale: scale)
            default: throw call.fail("takes a time zone only with a time")
            }
        }
        let (shown, calendar) = (type.inner, call.calendar)
        let nodes = [call.arguments[0]]
        if shown == .uuid { return call.call(nodes, .string, sql: { $0[0] }) { $0[0] } }
        if case .fixedString = shown {
            // What fills it up to its length is cut off.
            return call.call(nodes, .string, key: "toString fixed", readsBytes: true) { values in
                var bytes = values[0].utf8
                while bytes.last == 0 { bytes.removeLast() }
                return .text(bytes)
            }
        }
        let scalar = ScalarCall("toString \(shown)", keepsApart: keepsApart(shown, calendar)) {
            .string(ValueText.text($0[0], shown, calendar))
        }
        return nodes[0].isConstantNull ? .null : .call(scalar, .string.nullable(if: nodes[0].isNullable), nodes)
    }

    /// Whether each value of a type has a text of its own. Times have not where clocks are put back.
    private static func keepsApart(_ type: ClickHouseType, _ calendar: ProjectCalendar) -> Bool {
        switch type {
        case .date, .integer: true
        case .dateTime: DateFunctions.calendar(of: type, calendar).isUTC
        default: false
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
            guard from.isNumeric || from.isString || from.isDateOrTime || from.isWide || from == .nothing else {
                throw call.fail("cannot convert \(call.type(0))")
            }
            if from == .nothing { return .null }
            let result = ClickHouseType.float.nullable(if: misfit == .null || call.arguments[0].isNullable)
            if from.isNumeric || from.isWide {
                return try call.resolver.cast(call.arguments[0], to: result, call.range)
            }
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
                guard case .string(let text) = values[0] else { return .bool(values[0].doubleValue != 0) }
                switch text.lowercased() {
                case "true", "1", "yes", "on", "t", "y", "enable", "enabled": return .int(1)
                case "false", "0", "no", "off", "f", "n", "disable", "disabled": return .int(0)
                default: return try misfitted(misfit, zero: .int(0))
                }
            }
            return .call(scalar, result, call.arguments)
        }
    }

    private static func uuid(_ misfit: Misfit) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            if call.arguments[0].type.inner == .uuid { return call.arguments[0] }
            try call.string(0)
            let type = ClickHouseType.uuid.nullable(if: misfit == .null || call.anyNullable)
            let scalar = ScalarCall("toUUID \(misfit)") { values in
                if let uuid = Conversions.uuid(values[0].text) { return .string(uuid) }
                return try misfitted(misfit, zero: ClickHouseType.uuid.defaultValue)
            }
            return .call(scalar, type, call.arguments)
        }
    }

    private static func date(_ misfit: Misfit) -> FunctionBinding.Bind {
        { call throws(AirlockError) in try date(call, misfit) }
    }

    private static func date(_ call: FunctionBinding, _ misfit: Misfit) throws(AirlockError) -> Node {
        try call.count(1, 2)
        let node = try call.inZone(0, 1)
        switch node.type.inner {
        case .date, .nothing: return node
        case .dateTime, .dateTime64:
            let zone = DateFunctions.calendar(of: node.type, call.calendar)
            let inUTC: @Sendable ([String]) -> String = {
                "((\($0[0]) - ((\($0[0])) % 86400000000 + 86400000000) % 86400000000) / 86400000000)"
            }
            let key = "toDate time \(node.type.zoneKey)"
            return call.call([node], .date, key: key, sql: zone.isUTC ? inUTC : nil, repeats: 2) {
                .int(zone.days($0[0].intValue ?? 0))
            }
        case .string, .fixedString:
            let scalar = ScalarCall("toDate text \(misfit)") { values in
                if let days = DateTimeReader.date(values[0].text, allowRest: true) { return TimeRange.day(days) }
                return try misfitted(misfit, zero: .int(0))
            }
            return .call(scalar, ClickHouseType.date.nullable(if: misfit == .null || node.isNullable), [node])
        case .integer:
            let zone = call.calendar
            return call.call([node], .date, key: "toDate number") { values in
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

    static func mark(_ name: String, _ call: FunctionBinding) throws(AirlockError) -> TimeZoneMark {
        if name == call.resolver.schema.timeZone { return .project }
        return .named(NamedZone(name: name, calendar: try zone(name, call)))
    }

    private static func dateTime(micros: Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1, 3)
            let node = call.arguments[0]
            var (mark, scale) = (TimeZoneMark.project, micros ? 6 : 0)
            for argument in call.arguments.dropFirst() {
                switch argument.constant {
                case .string(let name)?: mark = try Self.mark(name, call)
                case .int(let digits)? where micros && digits >= 0:
                    guard digits <= 6 else {
                        throw call.unsupported("times finer than microseconds", hint: "Use a scale of at most 6.")
                    }
                    scale = Int(digits)
                default: throw call.fail("takes a constant time zone\(micros ? " and a scale" : "")")
                }
            }
            let reading = mark.calendar(call.calendar)
            let type: ClickHouseType = micros ? .dateTime64(zoned: mark, scale: scale) : .dateTime(zoned: mark)
            let unit = (0..<(6 - scale)).reduce(Int64(1)) { unit, _ in unit * 10 }
            let floored: @Sendable (Int64) -> Int64 = { $0 - floorModulo($0, unit) }
            let key = "\(scale) \(mark.name("project") ?? "")"
            switch node.type.inner {
            case .nothing: return .null
            case .date:
                return call.call([node], type, key: "toDateTime date \(key)") {
                    .int(reading.start(ofDay: $0[0].intValue ?? 0))
                }
            case .dateTime, .dateTime64:
                let sql: @Sendable ([String]) -> String = { parts in
                    unit == 1 ? parts[0] : "(\(parts[0]) - ((\(parts[0])) % \(unit) + \(unit)) % \(unit))"
                }
                return call.call([node], type, key: "toDateTime \(scale)", sql: sql, repeats: 2) {
                    .int(floored($0[0].intValue ?? 0))
                }
            case .string, .fixedString:
                // HogQL reads text with parseDateTime64BestEffortOrNull, whichever function is written.
                let scalar = ScalarCall("toDateTime text \(key)") {
                    DateTimeReader.bestEffort($0[0].text, calendar: reading).map { .int(floored($0)) } ?? .null
                }
                let isExact = call.name.hasPrefix("toDateTime64") && call.arguments.count > 1
                return .call(
                    scalar, .nullable(isExact ? type : .dateTime64(zoned: mark, scale: micros ? scale : 6)), [node])
            case .integer:
                return call.call([node], type, key: "toDateTime number") {
                    .int(($0[0].intValue ?? 0).multipliedClamped(by: ProjectCalendar.second))
                }
            case .float:
                return call.call([node], type, key: "toDateTime float \(scale)") { values in
                    let scaled = ((values[0].doubleValue ?? 0) * 1_000_000).rounded(.down)
                    guard let time = Int64(exactly: scaled) else { throw ExecutionFault("a number is no time") }
                    return .int(floored(time))
                }
            default: throw call.fail("cannot convert \(call.type(0))")
            }
        }
    }
}
