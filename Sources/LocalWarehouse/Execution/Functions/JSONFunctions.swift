internal import AirlockCore

/// `JSONExtract…` over text, with a path of keys and positions.
enum JSONFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "JSONExtractString": read(.string) { raw in
            guard let raw, raw != "null" else { return .string("") }
            return .string(JSONScanner.text(ofRaw: raw) ?? raw)
        },
        "JSONExtractRaw": read(.string) { .string($0 ?? "") },
        "JSONExtractInt": read(.int64) { .int(integer($0) ?? 0) },
        "JSONExtractUInt": read(.uint64) { .int(max(0, integer($0) ?? 0)) },
        "JSONExtractFloat": read(.float) { raw in
            .double(raw.flatMap { NumberText.double(JSONScanner.text(ofRaw: $0) ?? $0) } ?? 0)
        },
        "JSONExtractBool": read(.uint8) { .bool($0 == "true") },
        "JSONHas": read(.uint8) { .bool($0 != nil) },
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
        "isValidJSON": { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.uint8) { .bool((try? JSONValue(json: $0[0].text)) != nil) }
        },
        "JSONExtract": extract,
    ]

    private static func integer(_ raw: String?) -> Int64? {
        guard let raw else { return nil }
        let text = JSONScanner.text(ofRaw: raw) ?? raw
        if let whole = Int64(text) { return whole }
        return NumberText.double(text).flatMap { Int64(exactly: $0.rounded(.towardZero)) }
    }

    private static func check(_ call: FunctionBinding) throws(AirlockError) {
        try call.count(1, .max)
        try call.string(0)
        for index in call.arguments.indices.dropFirst() {
            let type = call.arguments[index].type
            guard type.isString || type.isInteger else {
                throw call.fail("takes keys and positions, not \(call.type(index))")
            }
        }
    }

    private static func read(
        _ type: ClickHouseType, _ map: @escaping @Sendable (String?) -> Value
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try check(call)
            return call.call(type) { values in
                var scanner = JSONScanner(values[0].text)
                return map(scanner.raw(at: Array(values.dropFirst())))
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
                    guard !values[0].isNull else { return map(nil) }
                    var scanner = JSONScanner(values[0].text)
                    return map(scanner.entries(at: Array(values.dropFirst())))
                }, type.nullable(if: call.anyNullable && !type.isContainer), call.arguments)
        }
    }

    /// `JSONExtract(json, keys…, 'Type')` for plain types and arrays of them.
    private static let extract: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, .max)
        let name = try call.constantText(call.arguments.count - 1)
        let readers = [
            "String": "JSONExtractString", "Float64": "JSONExtractFloat", "Float": "JSONExtractFloat",
            "Int64": "JSONExtractInt", "UInt64": "JSONExtractUInt", "Bool": "JSONExtractBool",
        ]
        let path = Array(call.arguments.dropLast())
        if let reader = readers[name] { return try call.resolver.bind(reader, path, call.range) }
        guard name == "Array(String)" || name == "Array(Int64)" || name == "Array(Float64)" else {
            throw call.unsupported("JSONExtract(…, '\(name)')")
        }
        let element: ClickHouseType = name == "Array(String)" ? .string : name == "Array(Int64)" ? .int64 : .float
        let binding = FunctionBinding(
            name: "JSONExtract \(name)", arguments: path, resolver: call.resolver, range: call.range)
        let reader = entries(.array(element)) { entries in
            .array(
                (entries ?? []).map { entry in
                    let text = JSONScanner.text(ofRaw: entry.raw) ?? entry.raw
                    switch element {
                    case .string: return .string(text)
                    case .float: return .double(NumberText.double(text) ?? 0)
                    default: return .int(integer(entry.raw) ?? 0)
                    }
                })
        }
        return try reader(binding)
    }
}
