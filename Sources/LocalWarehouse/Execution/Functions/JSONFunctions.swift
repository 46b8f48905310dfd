internal import AirlockCore

/// `JSONExtract…` over text, with a path of keys and positions.
enum JSONFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "JSONExtractString": read(.string) { JSONReader.string($0) ?? .string("") },
        "JSONExtractRaw": read(.string) { .string($0) },
        "JSONExtractInt": read(.int64) { .int(JSONReader.integer($0, .int64) ?? 0) },
        "JSONExtractUInt": read(.uint64) { raw in
            if let value = JSONReader.integer(raw, .uint64) { return .int(value) }
            guard UInt64(JSONReader.inside(raw)) == nil else {
                throw ExecutionFault("JSONExtractUInt met a number beyond 9223372036854775807")
            }
            return .int(0)
        },
        "JSONExtractFloat": read(.float) { .double(JSONReader.float($0) ?? 0) },
        "JSONExtractBool": read(.uint8) { .bool(JSONReader.bool($0) ?? false) },
        "JSONHas": { call throws(AirlockError) in
            try check(call)
            return call.call(.uint8) { values in
                guard JSONScanner.isValid(values[0].text) else { return .int(0) }
                var scanner = JSONScanner(values[0].text)
                return .bool(scanner.token(at: Array(values.dropFirst())) != nil)
            }
        },
        "JSONType": { call throws(AirlockError) in
            try check(call)
            return call.call(.string) { values in
                guard JSONScanner.isValid(values[0].text) else { return .string("Null") }
                var scanner = JSONScanner(values[0].text)
                return .string(JSONReader.typeName(scanner.token(at: Array(values.dropFirst())) ?? ""))
            }
        },
        "JSONKey": key, "JSONExtractKey": key,
        "JSONExtractArrayRaw": entries(.array(.string)) { entries in
            guard let entries, entries.allSatisfy({ $0.key == nil }) else { return .array([]) }
            return .array(entries.map { .string($0.raw) })
        },
        "JSONExtractKeys": entries(.array(.string)) { entries in
            .array((entries ?? []).compactMap { $0.key.map(Value.string) })
        },
        "JSONExtractKeysAndValuesRaw": entries(.array(.tuple([.string, .string]))) { entries in
            .array((entries ?? []).compactMap { entry in entry.key.map { .array([.string($0), .string(entry.raw)]) } })
        },
        "JSONLength": entries(.uint64) { .int(Int64($0?.count ?? 0)) },
        "JSONArrayLength": { call throws(AirlockError) in
            try check(call)
            return .call(
                ScalarCall("JSONArrayLength") { values in
                    var scanner = JSONScanner(values[0].text)
                    guard JSONScanner.isValid(values[0].text), let raw = scanner.raw(at: Array(values.dropFirst())),
                        raw.utf8.first == 0x5B
                    else { return .null }
                    var inside = JSONScanner(raw)
                    return .int(Int64(inside.entries(at: [])?.count ?? 0))
                }, .nullable(.uint64), call.arguments)
        },
        "isValidJSON": { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.uint8) { .bool(JSONScanner.isValid($0[0].text)) }
        },
        "JSONExtract": extract, "JSONExtractKeysAndValues": keysAndValues, "JSON_VALUE": valueAtPath,
        "toJSONString": { call throws(AirlockError) in
            try call.count(1)
            let (type, calendar) = (call.arguments[0].type, call.calendar)
            return .call(
                ScalarCall("toJSONString") { .string(JSONText.text($0[0], type, calendar)) },
                ClickHouseType.string.nullable(if: type.isNullable), call.arguments)
        },
    ]

    private static func check(_ call: FunctionBinding, last: Int = 0) throws(AirlockError) {
        try call.count(1 + last, .max)
        try call.string(0)
        for index in call.arguments.indices.dropFirst().dropLast(last) {
            let type = call.arguments[index].type
            guard type.isString || type.isInteger else {
                throw call.fail("takes keys and positions, not \(call.type(index))")
            }
        }
    }

    /// What is at the path, as it is written; the type's default where there is nothing or the text is no JSON.
    private static func read(
        _ type: ClickHouseType, _ map: @escaping @Sendable (String) throws -> Value
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try check(call)
            return call.call(type) { values in
                var scanner = JSONScanner(values[0].text)
                guard let raw = scanner.raw(at: Array(values.dropFirst())), JSONScanner.isValid(values[0].text) else {
                    return type.defaultValue
                }
                return try map(raw)
            }
        }
    }

    private static func entries(
        _ type: ClickHouseType, _ map: @escaping @Sendable ([(key: String?, raw: String)]?) -> Value
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try check(call)
            return .call(
                ScalarCall(call.name, seesNull: true) { values in
                    guard !values[0].isNull else { return type.isContainer ? map(nil) : .null }
                    guard JSONScanner.isValid(values[0].text) else { return map(nil) }
                    var scanner = JSONScanner(values[0].text)
                    return map(scanner.entries(at: Array(values.dropFirst())))
                }, type.nullable(if: call.anyNullable && !type.isContainer), call.arguments)
        }
    }

    /// The name of the member that a path of positions ends at.
    private static let key: FunctionBinding.Bind = { call throws(AirlockError) in
        try check(call)
        try call.count(2, .max)
        let last = call.arguments.count - 1
        try call.integer(last)
        return call.call(.string) { values in
            guard JSONScanner.isValid(values[0].text) else { return .string("") }
            var scanner = JSONScanner(values[0].text)
            let entries = scanner.entries(at: Array(values[1..<last])) ?? []
            let place = values[last].intValue ?? 0
            let index = place > 0 ? place - 1 : Int64(entries.count).addingClamped(place)
            guard place != 0, index >= 0, index < Int64(entries.count) else { return .string("") }
            return .string(entries[Int(index)].key ?? "")
        }
    }

    /// `JSONExtract(json, keys…, 'Type')`
    private static let extract: FunctionBinding.Bind = { call throws(AirlockError) in
        try check(call, last: 1)
        let name = try call.constantText(call.arguments.count - 1)
        let type = try NamedType.read(name, call)
        guard let reader = JSONReader(type, call.calendar) else {
            throw call.unsupported(
                "JSONExtract(…, '\(name)')", hint: "Read it with JSONExtractString or JSONExtractRaw.")
        }
        let scalar = ScalarCall("JSONExtract \(type)", seesNull: true) { values in
            guard !values[0].isNull, JSONScanner.isValid(values[0].text) else { return type.defaultValue }
            var scanner = JSONScanner(values[0].text)
            guard let raw = scanner.raw(at: Array(values.dropFirst())) else { return type.defaultValue }
            return try reader.value(raw) ?? type.defaultValue
        }
        return .call(scalar, type, Array(call.arguments.dropLast()))
    }

    private static let keysAndValues: FunctionBinding.Bind = { call throws(AirlockError) in
        try check(call, last: 1)
        let name = try call.constantText(call.arguments.count - 1)
        let type = try NamedType.read(name, call)
        guard let reader = JSONReader(type, call.calendar) else {
            throw call.unsupported("JSONExtractKeysAndValues(…, '\(name)')")
        }
        let scalar = ScalarCall("JSONExtractKeysAndValues \(type)", seesNull: true) { values in
            guard !values[0].isNull, JSONScanner.isValid(values[0].text) else { return .array([]) }
            var scanner = JSONScanner(values[0].text)
            var pairs: [Value] = []
            for entry in scanner.entries(at: Array(values.dropFirst())) ?? [] {
                guard let key = entry.key, let value = try reader.value(entry.raw) else { continue }
                pairs.append(.array([.string(key), value]))
            }
            return .array(pairs)
        }
        return .call(scalar, .array(.tuple([.string, type])), Array(call.arguments.dropLast()))
    }

    /// `JSON_VALUE(json, '$.a."b c"[0]')`: plain paths; the first element for `[*]`.
    private static let valueAtPath: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        guard let path = JSONPath.steps(try call.constantText(1)) else {
            throw call.unsupported(
                "this JSON path",
                hint: "Paths are $, .name, .\"name\" and [number]; or use JSONExtractString(json, 'a').")
        }
        return call.call([call.arguments[0]], .string, key: "JSON_VALUE \(path)") { values in
            guard JSONScanner.isValid(values[0].text) else { return .string("") }
            var scanner = JSONScanner(values[0].text)
            guard let raw = scanner.raw(at: path), let first = raw.utf8.first, first != 0x7B, first != 0x5B else {
                return .string("")
            }
            return .string(JSONScanner.text(ofRaw: raw) ?? raw)
        }
    }
}

/// The paths of `JSON_VALUE`.
enum JSONPath {
    /// - Returns: keys and positions from 1; `nil` for what is not a plain path.
    static func steps(_ text: String) -> [Value]? {
        var rest = Substring(text)
        guard rest.popFirst() == "$" else { return nil }
        var steps: [Value] = []
        while let mark = rest.popFirst() {
            if mark == "[" {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                let inside = rest[..<end]
                rest = rest[rest.index(after: end)...]
                if inside == "*" {
                    steps.append(.int(1))
                } else {
                    guard let index = Int64(inside), index >= 0, index < .max else { return nil }
                    steps.append(.int(index + 1))
                }
            } else if mark == "." {
                if rest.first == "\"" {
                    rest.removeFirst()
                    guard let end = rest.firstIndex(of: "\"") else { return nil }
                    steps.append(.string(String(rest[..<end])))
                    rest = rest[rest.index(after: end)...]
                } else {
                    let name = rest.prefix { $0 != "." && $0 != "[" }
                    guard !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" })
                    else { return nil }
                    steps.append(.string(String(name)))
                    rest = rest.dropFirst(name.count)
                }
            } else {
                return nil
            }
        }
        return steps
    }
}
