internal import AirlockCore
internal import HogQL

extension Resolver {
    /// The expression in a type that holds all of its values: what `if`, arrays and UNION need.
    func cast(_ node: Node, to type: ClickHouseType, _ range: SourceRange) throws(AirlockError) -> Node {
        if node.type == type { return node }
        if node.isConstantNull {
            guard type.isNullable else { throw invalid("NULL does not fit \(typeName(type))", range) }
            return .constant(.null, type)
        }
        let (from, to) = (node.type.inner, type.inner)
        guard type.isNullable || !node.isNullable else {
            throw invalid("a value that may be NULL does not fit \(typeName(type))", range)
        }
        if from.isInteger, to.isFloat {
            let widen = ScalarCall(
                "widen", sql: { "CAST(\($0[0]) AS REAL)" }, evaluate: { .double($0[0].doubleValue ?? .nan) })
            return .call(widen, type, [node])
        }
        if from == .date, to.isTime {
            let zone = calendar
            let inUTC: @Sendable ([String]) -> String = { "((\($0[0])) * \(ProjectCalendar.day))" }
            let start = ScalarCall(
                "startOfDay", sql: zone.isUTC ? inUTC : nil, evaluate: { .int(zone.start(ofDay: $0[0].intValue ?? 0)) })
            return .call(start, type, [node])
        }
        if from == .wideUnsigned || to == .wideUnsigned, let node = WideIntegers.cast(node, to: type) { return node }
        switch (from, to) {
        case (.array(let a), .array(let b)):
            let convert = try converter(a, b, range)
            return .call(ScalarCall("widen \(a) \(b)") { .array($0[0].elements.map(convert)) }, type, [node])
        case (.tuple(let a), .tuple(let b)) where a.count == b.count:
            var converters: [@Sendable (Value) -> Value] = []
            for (x, y) in zip(a, b) { converters.append(try converter(x, y, range)) }
            let all = converters
            return .call(
                ScalarCall("widen \(a) \(b)") { .array(zip($0[0].elements, all).map { $1($0) }) }, type, [node])
        default:
            // The representation is the same; only the name of the type changes.
            return .call(ScalarCall("as", sql: { $0[0] }, seesNull: true) { $0[0] }, type, [node])
        }
    }

    private func converter(
        _ from: ClickHouseType, _ to: ClickHouseType, _ range: SourceRange
    ) throws(AirlockError) -> @Sendable (Value) -> Value {
        if from.isInteger, to.isFloat { return { $0.doubleValue.map(Value.double) ?? .null } }
        if let convert = WideIntegers.converter(from.inner, to.inner) { return { $0.isNull ? .null : convert($0) } }
        if from.inner == .date, to.isTime {
            let zone = calendar
            return { $0.intValue.map { .int(zone.start(ofDay: $0)) } ?? .null }
        }
        if case .array(let a) = from, case .array(let b) = to {
            let inner = try converter(a, b, range)
            return { .array($0.elements.map(inner)) }
        }
        if case .tuple(let a) = from, case .tuple(let b) = to, a.count == b.count {
            var converters: [@Sendable (Value) -> Value] = []
            for (x, y) in zip(a, b) { converters.append(try converter(x, y, range)) }
            let all = converters
            return { .array(zip($0.elements, all).map { $1($0) }) }
        }
        return { $0 }
    }

    /// `CAST(x AS T)` and `x::T`.
    func cast(
        _ node: Node, toNamed type: TypeName, optional: Bool, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        var (name, optional) = (type, optional)
        if type.name.name.lowercased() == "nullable", case .type(let inner)? = type.arguments?.first {
            (name, optional) = (inner, true)
        }
        let functions = [
            "string": "toString", "text": "toString", "varchar": "toString", "int": "castInt64",
            "integer": "castInt64", "bigint": "castInt64", "int64": "castInt64", "int32": "castInt32",
            "int16": "castInt16", "int8": "castInt8", "uint8": "castUInt8", "uint16": "castUInt16",
            "uint32": "castUInt32", "uint64": "castUInt64", "float": "castFloat64", "float64": "castFloat64",
            "double": "castFloat64", "bool": "castBool", "boolean": "castBool", "date": "toDate",
            "datetime": "toDateTime", "timestamp": "toDateTime", "uuid": "toUUID",
        ]
        guard name.arguments == nil, let function = functions[name.name.name.lowercased()] else {
            throw unsupported("CAST to \(name.name.name)", range)
        }
        let result = try bind(optional && function.hasPrefix("cast") ? "try" + function : function, [node], range)
        return optional ? try cast(result, to: result.type.asNullable, range) : result
    }
}
