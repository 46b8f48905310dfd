internal import AirlockCore
internal import HogQL

/// An aggregate function being bound. Its condition, from `-If` or FILTER, is already apart from its arguments.
struct AggregateBinding {
    typealias Bind = @Sendable (AggregateBinding) throws(AirlockError) -> Node

    var name: String
    var arguments: [Node]
    let parameters: [Node]
    let isDistinct: Bool
    let filter: Node?
    let resolver: Resolver
    let range: SourceRange

    func fail(_ message: String, hint: String? = nil) -> AirlockError {
        resolver.invalid("\(name) \(message)", range, hint: hint)
    }

    func count(_ least: Int, _ most: Int? = nil) throws(AirlockError) {
        let most = most ?? least
        guard arguments.count >= least, arguments.count <= most else {
            let wanted = least == most ? "\(least)" : most == .max ? "at least \(least)" : "\(least) to \(most)"
            throw fail("takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(arguments.count)")
        }
    }

    func parameterCount(_ count: Int) throws(AirlockError) {
        guard parameters.count == count else { throw fail("takes \(count) parameters, not \(parameters.count)") }
    }

    func number(_ index: Int) throws(AirlockError) {
        guard arguments[index].type.isNumeric || arguments[index].type.isNull else {
            throw fail(
                "needs a number, not \(resolver.typeName(arguments[index].type))",
                hint: arguments[index].type.isString
                    ? "Convert it with toFloat(x). A property counts once it is defined as Numeric." : nil)
        }
    }

    func noDistinct() throws(AirlockError) {
        if isDistinct {
            throw resolver.unsupported("\(name)(DISTINCT …)", range, hint: "Use a subquery with DISTINCT.")
        }
    }

    /// The arguments, with NaN kept apart from NULL.
    func distinguished() throws(AirlockError) -> [Node] {
        var result: [Node] = []
        for argument in arguments {
            guard let node = argument.distinguishingNaN() else {
                throw resolver.unsupported("\(name) of a column where NaN and NULL may both stand", range)
            }
            result.append(node)
        }
        return result
    }

    /// The aggregate over `nodes`.
    func aggregate(
        _ nodes: [Node], _ type: ClickHouseType, key: String? = nil,
        sql: (@Sendable ([String], String) -> String)? = nil, mayMakeNaN: Bool = false,
        make: @escaping @Sendable () -> any Accumulator
    ) -> Node {
        let call = AggregateCall(key ?? name, sql: sql, make: make)
        let children = nodes + (filter.map { [$0] } ?? [])
        let signature =
            "\(call.key)(\(nodes.map(\.signature).joined(separator: ",")))[\(filter?.signature ?? "")]"
        return Node(
            .aggregate(call, nodes, filter: filter), type, signature: signature, children: children,
            mayBeNaN: mayMakeNaN, aggregate: true)
    }
}

/// The aggregate functions by name, and the suffixes that change them.
enum AggregateCatalog {
    struct Found {
        let base: String
        let isFiltered: Bool
        /// `-OrNull`: NULL over no rows.
        let orNull: Bool
        /// `-Array`: over the elements of an array.
        let overArray: Bool
        let bind: (AggregateBinding, Found) throws(AirlockError) -> Node
    }

    static let all: [String: AggregateBinding.Bind] = SimpleAggregates.all.merging(CollectingAggregates.all) { $1 }
        .merging(OrderedAggregates.all) { $1 }

    static var names: [String] { Array(all.keys) + windowOnly }

    static let windowOnly: Set<String> = [
        "row_number", "rank", "dense_rank", "lagInFrame", "leadInFrame", "first_value", "last_value", "nth_value",
        "ntile", "percent_rank", "cume_dist", "lag", "lead",
    ]

    private static let folded = Dictionary(
        uniqueKeysWithValues: ["count", "sum", "avg", "min", "max"].map { ($0, $0) })

    static func find(_ name: String) -> Found? {
        var base = name
        var (isFiltered, orNull, overArray) = (false, false, false)
        func resolve(_ candidate: String) -> String? {
            if all[candidate] != nil { return candidate }
            return folded[candidate.lowercased()]
        }
        while resolve(base) == nil {
            if base.hasSuffix("If"), !isFiltered {
                isFiltered = true
                base.removeLast(2)
            } else if base.hasSuffix("OrNull"), !orNull {
                orNull = true
                base.removeLast(6)
            } else if base.hasSuffix("OrDefault") {
                base.removeLast(9)
            } else if base.hasSuffix("Array"), !overArray {
                overArray = true
                base.removeLast(5)
            } else {
                return nil
            }
            if base.isEmpty { return nil }
        }
        guard let known = resolve(base), let bind = all[known] else { return nil }
        // HogQL makes these two NULL over no rows.
        if overArray, known == "avg" || known == "median" { orNull = true }
        return Found(base: known, isFiltered: isFiltered, orNull: orNull, overArray: overArray) {
            binding, found throws(AirlockError) in
            var binding = binding
            if found.overArray {
                guard binding.arguments.count == 1, let element = binding.arguments[0].type.element else {
                    throw binding.fail("takes one array")
                }
                guard CollectingAggregates.overArrays.contains(known) else {
                    throw binding.resolver.unsupported("the aggregate '\(name)'", binding.range)
                }
                return try CollectingAggregates.overArray(known, element, found.orNull, binding)
            }
            if found.orNull {
                // Over no rows a count of rows tells apart what the default could not.
                binding.name = known
                let value = try bind(binding)
                guard !value.type.isNullable, !value.type.isContainer else { return value }
                let rows = binding.aggregate([], .uint64, key: "rows", sql: { "count(*)\($1)" }) { RowCount() }
                let call = ScalarCall(
                    "orNull", sql: { "(CASE WHEN \($0[0]) = 0 THEN NULL ELSE \($0[1]) END)" }, seesNull: true
                ) { $0[0].isTrue ? $0[1] : .null }
                return Node(
                    .call(call, [rows, value]), value.type.asNullable,
                    signature: "orNull(\(rows.signature),\(value.signature))", children: [rows, value])
            }
            return try bind(binding)
        }
    }
}

/// How many rows there are.
final class RowCount: Accumulator {
    private var count: Int64 = 0

    func add(_ row: ArgumentRow) { count += 1 }
    func result() -> Value { .int(count) }
}
