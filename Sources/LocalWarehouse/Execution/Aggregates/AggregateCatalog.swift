internal import AirlockCore
internal import HogQL

/// The aggregate functions by name, and the suffixes that change them.
enum AggregateCatalog {
    /// A name taken apart: `sumArrayIf` is `sum` over arrays under a condition.
    struct Found {
        let base: String
        /// From the outermost in: what stands last in the name comes first.
        let combinators: [Combinator]
        /// The last argument is a condition.
        var isFiltered: Bool { combinators.contains(.filter) }
        let bind: (AggregateBinding, Found) throws(AirlockError) -> Node
    }

    static let all: [String: AggregateBinding.Bind] = {
        var all: [String: AggregateBinding.Bind] = [:]
        for family in [
            SimpleAggregates.all, QuantileAggregates.all, ArrayAggregates.all, CollectingAggregates.all,
            StatisticAggregates.all, CategoryAggregates.all, DifferenceAggregates.all, MapAggregates.all,
            OrderedAggregates.all, SequenceAggregates.all,
        ] {
            all.merge(family) { first, _ in first }
        }
        return all
    }()

    static var names: [String] { Array(all.keys) + windowOnly }

    static let windowOnly: Set<String> = [
        "row_number", "rank", "dense_rank", "lagInFrame", "leadInFrame", "first_value", "last_value", "nth_value",
        "ntile", "percent_rank", "cume_dist", "lag", "lead",
    ]

    private static let folded = Dictionary(
        uniqueKeysWithValues: ["count", "sum", "avg", "min", "max"].map { ($0, $0) })

    static func find(_ name: String) -> Found? {
        var base = name
        var combinators: [Combinator] = []
        func resolve(_ candidate: String) -> String? {
            if all[candidate] != nil { return candidate }
            return folded[candidate.lowercased()]
        }
        while resolve(base) == nil {
            guard
                let combinator = Combinator.allCases.first(where: {
                    base.hasSuffix($0.rawValue) && base.utf8.count > $0.rawValue.utf8.count
                }), combinators.count < 6
            else { return nil }
            combinators.append(combinator)
            base.removeLast(combinator.rawValue.utf8.count)
        }
        guard let known = resolve(base), let bind = all[known] else { return nil }
        // HogQL makes these two NULL over no rows.
        if combinators.last == .array, combinators.count == 1, known == "avg" || known == "median" {
            combinators.insert(.orNull, at: 0)
        }
        return Found(base: known, combinators: combinators) { binding, found throws(AirlockError) in
            try Combinator.apply(found.combinators[...], known, bind, binding)
        }
    }
}
