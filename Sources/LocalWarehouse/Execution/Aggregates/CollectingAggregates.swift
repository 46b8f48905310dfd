internal import AirlockCore

/// Aggregates that gather values: arrays, quantiles, moments.
enum CollectingAggregates {
    static let all: [String: AggregateBinding.Bind] = {
        var all: [String: AggregateBinding.Bind] = [
            "groupArray": groupArray, "array_agg": groupArray, "groupUniqArray": groupArray, "topK": topK,
            "any": any, "anyLast": any, "first_value": any, "last_value": any, "argMin": argument, "argMax": argument,
            "quantile": quantile, "quantileIf": quantile, "quantiles": quantile, "median": quantile,
            "quantileExact": quantile, "medianExact": quantile, "quantilesExact": quantile,
            "quantileExactInclusive": quantile, "groupConcat": stringAggregate, "string_agg": stringAggregate,
            "corr": twoVariables, "covarPop": twoVariables, "covarSamp": twoVariables,
        ]
        for name in [
            "varPop", "varSamp", "stddevPop", "stddevSamp", "var_pop", "var_samp", "stddev_pop", "stddev_samp",
            "stddev", "variance",
        ] { all[name] = moments }
        all["quantileIf"] = nil
        return all
    }()

    /// Those whose `-Array` form is supported.
    static let overArrays: Set<String> = [
        "sum", "avg", "min", "max", "count", "uniq", "uniqExact", "groupArray", "groupUniqArray", "median",
    ]

    private static let groupArray: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let argument = try call.distinguished()[0]
        var limit = Int.max
        if case .int(let count)? = call.parameters.first?.constant { limit = max(0, Int(count)) }
        let (unique, most) = (call.isDistinct || call.name.hasPrefix("groupUniq"), limit)
        let type = argument.type.inner
        return call.aggregate([argument], .array(type), key: "groupArray \(unique) \(most)") {
            Collected(unique: unique, limit: most)
        }
    }

    private static let topK: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        var limit = 10
        if case .int(let count)? = call.parameters.first?.constant { limit = max(0, Int(min(count, 65_536))) }
        let most = limit
        return call.aggregate([argument], .array(argument.type.inner), key: "topK \(most)") { Frequent(most) }
    }

    private static let any: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let argument = try call.distinguished()[0]
        let (type, last) = (argument.type, call.name.hasPrefix("anyLast") || call.name == "last_value")
        return call.aggregate([argument], type, key: last ? "anyLast" : "any") { Chosen(type, last: last) }
    }

    private static let argument: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.noDistinct()
        let arguments = try call.distinguished()
        let (value, key) = (arguments[0].type, arguments[1].type)
        let wanted: Ordering = call.name.hasPrefix("argMax") ? .descending : .ascending
        return call.aggregate(arguments, value, key: wanted == .descending ? "argMax" : "argMin") {
            BestArgument(value, key, wanted)
        }
    }

    private static let quantile: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        let isTime = argument.type.isDateOrTime
        guard argument.type.isNumeric || isTime || argument.type.isNull else {
            throw call.fail(
                "needs numbers, not \(call.resolver.typeName(argument.type))",
                hint: "Convert it with toFloat(x). A property counts once it is defined as Numeric.")
        }
        let exact = call.name.contains("Exact") && !call.name.contains("Inclusive")
        guard !isTime || exact else { throw call.resolver.unsupported("\(call.name) of times", call.range) }
        let many = call.name.hasPrefix("quantiles")
        var levels: [Double] = []
        for parameter in call.parameters {
            guard let level = parameter.constant?.doubleValue, level >= 0, level <= 1 else {
                throw call.fail("needs levels from 0 to 1")
            }
            levels.append(level)
        }
        if levels.isEmpty { levels = [0.5] }
        guard many || levels.count == 1 else { throw call.fail("takes one level", hint: "Use quantiles for several.") }
        let chosen = levels
        let inner: ClickHouseType = exact ? argument.type.inner : .float
        let nullable = argument.isNullable
        let type: ClickHouseType = many ? .array(inner) : inner.nullable(if: nullable)
        return call.aggregate([argument], type, key: "quantile \(exact) \(chosen) \(many)", mayMakeNaN: !nullable) {
            Quantiles(levels: chosen, exact: exact, isArray: many, type: inner, nullable: nullable && !many)
        }
    }

    private static let stringAggregate: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1, 2)
        var separator = call.name == "groupConcat" ? "" : ","
        var arguments = try call.distinguished()
        if case .string(let text)? = call.parameters.first?.constant { separator = text }
        if arguments.count == 2 {
            guard case .string(let text)? = arguments[1].constant else { throw call.fail("needs a constant separator") }
            separator = text
            arguments.removeLast()
        }
        let (between, type, calendar) = (separator, arguments[0].type, call.resolver.calendar)
        let unique = call.isDistinct
        return call.aggregate(
            arguments, .string.nullable(if: arguments[0].isNullable), key: "groupConcat \(unique) \(between)"
        ) {
            Joined(separator: between, type: type, calendar: calendar, unique: unique)
        }
    }

    private static let moments: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        let arguments = try call.distinguished()
        let lowered = call.name.lowercased()
        let sample = lowered.contains("samp") || lowered == "stddev" || lowered == "variance"
        let root = lowered.hasPrefix("stddev")
        let nullable = arguments[0].isNullable
        return call.aggregate(
            arguments, .float.nullable(if: nullable), key: "moments \(sample) \(root)", mayMakeNaN: true
        ) { Moments(sample: sample, root: root, nullable: nullable) }
    }

    private static let twoVariables: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        try call.noDistinct()
        let arguments = try call.distinguished()
        let (name, nullable) = (call.name, arguments.contains { $0.isNullable })
        return call.aggregate(arguments, .float.nullable(if: nullable), mayMakeNaN: true) {
            Comoments(name, nullable: nullable)
        }
    }

    /// The aggregate over all elements of all arrays.
    static func overArray(
        _ name: String, _ element: ClickHouseType, _ orNull: Bool, _ call: AggregateBinding
    ) throws(AirlockError) -> Node {
        let type: ClickHouseType
        switch name {
        case "sum": type = ArrayFunctions.foldedType("arraySum", element)
        case "avg", "median": type = .float
        case "count", "uniq", "uniqExact": type = .uint64
        case "groupArray", "groupUniqArray": type = .array(element.inner)
        default: type = element
        }
        let needsNumbers = ["sum", "avg", "median"].contains(name)
        guard !needsNumbers || element.isNumeric || element == .nothing else {
            throw call.fail("needs arrays of numbers")
        }
        let result = type.nullable(if: orNull)
        return call.aggregate(call.arguments, result, key: "array \(name) \(orNull)", mayMakeNaN: true) {
            Flattened(name, element, orNull: orNull)
        }
    }
}
