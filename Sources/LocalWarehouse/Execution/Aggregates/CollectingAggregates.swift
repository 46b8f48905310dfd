internal import AirlockCore

/// Aggregates that choose one value, and moments.
enum CollectingAggregates {
    static let all: [String: AggregateBinding.Bind] = {
        var all: [String: AggregateBinding.Bind] = [
            "any": any, "anyLast": any, "any_value": any, "first_value": any, "last_value": any, "anyHeavy": heavy,
            "argMin": argument, "argMax": argument,
        ]
        for name in ["corr", "covarPop", "covarSamp"] {
            all[name] = twoVariables
            all["\(name)Stable"] = twoVariables
        }
        for name in ["varPop", "varSamp", "stddevPop", "stddevSamp"] {
            all[name] = moments
            all["\(name)Stable"] = moments
        }
        for name in ["var_pop", "var_samp", "stddev_pop", "stddev_samp", "stddev", "variance"] { all[name] = moments }
        return all
    }()

    /// Boyer's and Moore's majority vote: a value that more than half of the rows have, or some value.
    private static let heavy: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.noDistinct()
        let argument = try call.distinguished()[0]
        let fallback = argument.type.inner.defaultValue
        return call.fold([argument], argument.type.inner, Majority()) { state, row in
            let value = try row.value(0)
            if state.value == value {
                state.count += 1
            } else if state.count == 0 {
                state = Majority(value: value, count: 1)
            } else {
                state.count -= 1
            }
        } finish: {
            $0.value ?? fallback
        }
    }

    private struct Majority: Sendable {
        var value: Value?
        var count = 0
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

    private static let moments: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.number(0)
        try call.noDistinct()
        let arguments = try call.distinguished()
        let lowered = call.name.lowercased()
        let sample = lowered.contains("samp") || lowered == "stddev" || lowered == "variance"
        let (root, stable) = (lowered.hasPrefix("stddev"), lowered.hasSuffix("stable"))
        let nullable = arguments[0].isNullable
        return call.aggregate(
            arguments, .float.nullable(if: nullable), key: "moments \(sample) \(root) \(stable)", mayMakeNaN: true
        ) { Moments(sample: sample, root: root, stable: stable, nullable: nullable) }
    }

    private static let twoVariables: AggregateBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.number(0)
        try call.number(1)
        try call.noDistinct()
        let arguments = try call.distinguished()
        let stable = call.name.hasSuffix("Stable")
        let name = stable ? String(call.name.dropLast(6)) : call.name
        let nullable = arguments.contains { $0.isNullable }
        return call.aggregate(arguments, .float.nullable(if: nullable), key: "\(name) \(stable)", mayMakeNaN: true) {
            Comoments(name, stable: stable, nullable: nullable)
        }
    }
}
