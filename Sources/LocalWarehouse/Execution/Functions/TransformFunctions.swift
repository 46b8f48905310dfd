internal import AirlockCore
internal import HogQL

/// Values looked up in lists.
enum TransformFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "transform": transform, "in": membership, "notIn": membership,
        "toTypeName": { call throws(AirlockError) in
            try call.count(1)
            return .string(call.type(0))
        },
        "sortableSemver": semver,
    ]

    /// `transform(x, from, to[, default])`: without a default what is not in the list stays.
    private static let transform: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3, 4)
        guard case .array(let from)? = call.arguments[1].constant, case .array(let to)? = call.arguments[2].constant
        else { throw call.fail("needs constant arrays as arguments 2 and 3") }
        guard from.count == to.count else { throw call.fail("needs arrays of one length as arguments 2 and 3") }
        let (value, fromType, toType) = (call.arguments[0], try call.element(1), try call.element(2))
        guard value.type.isNull || ClickHouseType.common(value.type.inner, fromType.inner) != nil else {
            throw call.fail("looks for \(call.type(0)) in \(call.type(1))")
        }
        let fallback = call.arguments.count == 4 ? call.arguments[3] : value
        guard let type = ClickHouseType.common(toType, fallback.type) else {
            throw call.fail(
                "has results without a common type: \(call.resolver.typeName(toType)) and "
                    + call.resolver.typeName(fallback.type))
        }
        let list = try call.resolver.cast(call.arguments[2], to: .array(type), call.range)
        guard case .array(let results)? = list.constant else { throw call.fail("needs a constant array as argument 3") }
        var map: [Value: Value] = [:]
        for (key, result) in zip(from, results) where map[key] == nil { map[key] = result }
        let exchange = map
        let nodes = [value, try call.resolver.cast(fallback, to: type, call.range)]
        let scalar = ScalarCall("transform \(from) \(results)", seesNull: true, readsBytes: true) { values in
            exchange[values[0]] ?? values[1]
        }
        return .call(scalar, type, nodes)
    }

    private static let membership: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        let found = try call.resolver.membership(call.arguments[0], inNode: call.arguments[1], call.range)
        return call.name == "in" ? found : Logic.not(found)
    }

    /// PostHog's: `1.20.3` as [1, 20, 3], anything else as [NULL].
    private static let semver: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.string(0)
        let scalar = ScalarCall("sortableSemver", seesNull: true) { values in
            var text = values[0].text[...]
            text = text.drop { $0.isWhitespace }
            while text.last?.isWhitespace ?? false { text.removeLast() }
            if text.first == "v" { text.removeFirst() }
            let core = text.prefix { $0 != "-" && $0 != "+" }
            guard !text.contains(where: \.isWhitespace) else { return .array([.null]) }
            let parts = core.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3 else { return .array([.null]) }
            var numbers: [Value] = []
            for part in parts {
                guard part == "0" || part.first != "0", part.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }),
                    !part.isEmpty
                else { return .array([.null]) }
                numbers.append(Int64(part).map(Value.int) ?? .null)
            }
            return .array(numbers)
        }
        return .call(scalar, .array(.nullable(.int64)), call.arguments)
    }
}
