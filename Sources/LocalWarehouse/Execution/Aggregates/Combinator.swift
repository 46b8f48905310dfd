internal import AirlockCore
internal import HogQL

/// The suffixes of aggregate functions. Longer names stand before those they end in.
enum Combinator: String, CaseIterable, Sendable {
    case orDefault = "OrDefault"
    case orNull = "OrNull"
    case forEach = "ForEach"
    case distinct = "Distinct"
    case argMin = "ArgMin"
    case argMax = "ArgMax"
    case resample = "Resample"
    case array = "Array"
    case state = "State"
    case merge = "Merge"
    case map = "Map"
    case filter = "If"

    /// Binds the base with the suffixes around it, from the outermost in.
    static func apply(
        _ combinators: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind,
        _ binding: AggregateBinding
    ) throws(AirlockError) -> Node {
        guard let outer = combinators.first else {
            var inner = binding
            inner.name = base
            return try bind(inner)
        }
        let rest = combinators.dropFirst()
        switch outer {
        case .filter:
            // The condition is apart from the arguments already, and holds for the whole.
            return try apply(rest, base, bind, binding)
        case .state, .merge:
            throw binding.unsupported(
                "aggregate states (\(binding.name))", hint: "Aggregate the rows themselves, without -State and -Merge.")
        case .orNull, .orDefault: return try orElse(outer, rest, base, bind, binding)
        default: break
        }
        try binding.noDistinct()
        switch outer {
        case .array, .forEach: return try overArrays(outer, rest, base, bind, binding)
        case .map: return try overMap(rest, base, bind, binding)
        case .argMin, .argMax: return try atExtreme(outer, rest, base, bind, binding)
        case .resample: return try resample(rest, base, bind, binding)
        default: return try distinct(rest, base, bind, binding)
        }
    }

    // MARK: - The aggregate inside

    /// An aggregate over given types, ready to be fed with values.
    struct Inner: Sendable {
        let key: String
        let type: ClickHouseType
        let make: @Sendable () -> any Accumulator
        /// From the values of the given types to the aggregate's own arguments.
        let arguments: [@Sendable ([Value]) throws -> Value]
        let types: [ClickHouseType]

        func row(_ values: [Value]) throws -> ArgumentRow {
            ArgumentRow(try arguments.map { try $0(values) }, types: types)
        }
    }

    /// Binds the rest over values of `types`.
    static func inner(
        _ rest: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind, _ binding: AggregateBinding,
        over types: [ClickHouseType]
    ) throws(AirlockError) -> Inner {
        let slots = types.map { _ in binding.resolver.newSlot() }
        var inside = AggregateBinding(
            name: base, arguments: zip(slots, types).map { Node.parameter($0, $1) }, parameters: binding.parameters,
            isDistinct: false, filter: nil, resolver: binding.resolver, range: binding.range)
        inside.name = base + rest.reversed().map(\.rawValue).joined()
        let node = try apply(rest, base, bind, inside)
        guard let (call, arguments) = plain(node) else {
            throw binding.unsupported("the aggregate '\(binding.name)'")
        }
        var readers: [@Sendable ([Value]) throws -> Value] = []
        for argument in arguments {
            guard let reader = reader(argument, slots) else {
                throw binding.unsupported("the aggregate '\(binding.name)' of these types")
            }
            readers.append(reader)
        }
        return Inner(
            key: call.key + " \(node.type)", type: node.type, make: call.make, arguments: readers,
            types: arguments.map(\.type))
    }

    /// The aggregate of a bound node, beneath a default that it gives by itself.
    private static func plain(_ node: Node) -> (AggregateCall, [Node])? {
        switch node.kind {
        case .aggregate(let call, let arguments, filter: nil): return (call, arguments)
        case .call(let call, let parts) where call.key == "default" && parts.count == 2: return plain(parts[0])
        default: return nil
        }
    }

    private static func reader(_ node: Node, _ slots: [Int]) -> (@Sendable ([Value]) throws -> Value)? {
        switch node.kind {
        case .constant(let value): return { _ in value }
        case .parameter(let slot):
            guard let index = slots.firstIndex(of: slot) else { return nil }
            return { $0[index] }
        case .call(let call, let parts):
            var readers: [@Sendable ([Value]) throws -> Value] = []
            for part in parts {
                guard let reader = reader(part, slots) else { return nil }
                readers.append(reader)
            }
            let all = readers
            return { values in try call.value(try all.map { try $0(values) }) }
        default: return nil
        }
    }

    // MARK: - The suffixes

    /// `-OrNull` and `-OrDefault` over no rows.
    private static func orElse(
        _ outer: Combinator, _ rest: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind,
        _ binding: AggregateBinding
    ) throws(AirlockError) -> Node {
        let value = try apply(rest, base, bind, binding)
        let nullable = binding.arguments.contains { $0.isNullable }
        if outer == .orNull, value.type.isNullable || value.type.isContainer { return value }
        let type = outer == .orNull ? value.type.asNullable : value.type
        let instead: Value = outer == .orNull ? .null : value.type.inner.defaultValue
        if outer == .orDefault {
            // The default of a Nullable is NULL.
            guard !value.type.isNullable, value.type.isFloat else { return value }
        }
        // Inside another aggregate there is no SQL that could count.
        if let (call, arguments) = plain(value), call.sql == nil || !value.parameters.isEmpty {
            return binding.aggregate(arguments, type, key: "\(outer.rawValue) \(call.key)", mayMakeNaN: value.mayBeNaN)
            {
                OrElse(call.make(), instead)
            }
        }
        // A count of the rows tells apart what the value alone cannot.
        let counted = nullable ? Array(binding.arguments.prefix(1)) : []
        let rows = binding.aggregate(
            counted, .uint64, key: counted.isEmpty ? "rows" : "count",
            sql: { $0.isEmpty ? "count(*)\($1)" : "count(\($0[0]))\($1)" }
        ) { RowCount() }
        let call = ScalarCall(
            outer.rawValue,
            sql: { "(CASE WHEN \($0[0]) = 0 THEN \(outer == .orNull ? "NULL" : "0.0") ELSE \($0[1]) END)" },
            seesNull: true
        ) { $0[0].isTrue ? $0[1] : instead }
        return Node(
            .call(call, [rows, value]), type,
            signature: "\(outer.rawValue)(\(rows.signature),\(value.signature))", children: [rows, value],
            mayBeNaN: value.mayBeNaN)
    }

    private static func overArrays(
        _ outer: Combinator, _ rest: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind,
        _ binding: AggregateBinding
    ) throws(AirlockError) -> Node {
        var types: [ClickHouseType] = []
        for argument in binding.arguments {
            guard let element = argument.type.element else {
                throw binding.fail("needs arrays, not \(binding.resolver.typeName(argument.type))")
            }
            types.append(element == .nothing ? .nullable(.nothing) : element)
        }
        guard !types.isEmpty else { throw binding.fail("takes arrays") }
        let inner = try inner(rest, base, bind, binding, over: types)
        let name = binding.name
        if outer == .array {
            return binding.aggregate(
                binding.arguments, inner.type, key: "Array \(inner.key)", mayMakeNaN: inner.type.isFloat
            ) { OverElements(inner, name) }
        }
        return binding.aggregate(binding.arguments, .array(inner.type), key: "ForEach \(inner.key)") {
            ForEachPlace(inner, name)
        }
    }

    private static func overMap(
        _ rest: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind, _ binding: AggregateBinding
    ) throws(AirlockError) -> Node {
        try binding.count(1)
        guard case .map(let key, let value) = binding.arguments[0].type else {
            throw binding.fail("needs a map, not \(binding.resolver.typeName(binding.arguments[0].type))")
        }
        let inner = try inner(rest, base, bind, binding, over: [value])
        return binding.aggregate(binding.arguments, .map(key, inner.type), key: "Map \(inner.key)") {
            ForEachKey(inner, key)
        }
    }

    /// `sumArgMax(x, key)`: the aggregate over the rows with the greatest key.
    private static func atExtreme(
        _ outer: Combinator, _ rest: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind,
        _ binding: AggregateBinding
    ) throws(AirlockError) -> Node {
        guard let key = binding.arguments.last else { throw binding.fail("needs a key as its last argument") }
        let inner = try inner(rest, base, bind, binding, over: binding.arguments.dropLast().map(\.type))
        let wanted: Ordering = outer == .argMax ? .descending : .ascending
        let keyType = key.type
        // A count is never NULL.
        let counts = base.hasPrefix("count") || base.hasPrefix("uniq")
        let nullable = binding.arguments.contains { $0.isNullable } && !inner.type.isContainer && !counts
        return binding.aggregate(
            binding.arguments, inner.type.nullable(if: nullable), key: "\(outer.rawValue) \(inner.key)",
            mayMakeNaN: inner.type.isFloat
        ) { AtExtreme(inner, keyType, wanted, nullable: nullable) }
    }

    /// `sumResample(from, to, step)(x, key)`: an aggregate for each step of the key.
    private static func resample(
        _ rest: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind, _ binding: AggregateBinding
    ) throws(AirlockError) -> Node {
        guard let key = binding.arguments.last, key.type.isInteger, !key.isNullable else {
            throw binding.fail("needs a whole number as its last argument")
        }
        guard binding.parameters.count >= 3, case .int(let from)? = binding.parameters.dropLast(2).last?.constant,
            case .int(let to)? = binding.parameters.dropLast().last?.constant,
            case .int(let step)? = binding.parameters.last?.constant, step > 0, to > from
        else { throw binding.fail("needs a begin, an end and a step as its last parameters") }
        let count = (to.subtractingClamped(from).addingClamped(step - 1)) / step
        guard count <= 1024 else { throw binding.fail("takes at most 1,024 steps") }
        let inside = AggregateBinding(
            name: binding.name, arguments: binding.arguments, parameters: Array(binding.parameters.dropLast(3)),
            isDistinct: false, filter: binding.filter, resolver: binding.resolver, range: binding.range)
        let inner = try inner(rest, base, bind, inside, over: binding.arguments.dropLast().map(\.type))
        return binding.aggregate(
            binding.arguments, .array(inner.type), key: "Resample \(from) \(to) \(step) \(inner.key)"
        ) { Resampled(inner, from: from, to: to, step: step) }
    }

    private static func distinct(
        _ rest: ArraySlice<Combinator>, _ base: String, _ bind: AggregateBinding.Bind, _ binding: AggregateBinding
    ) throws(AirlockError) -> Node {
        let inner = try inner(rest, base, bind, binding, over: binding.arguments.map(\.type))
        return binding.aggregate(
            binding.arguments, inner.type, key: "Distinct \(inner.key)", mayMakeNaN: inner.type.isFloat
        ) { OverDistinct(inner) }
    }
}
