/// What the analysis knows of functions by their names.
enum KnownFunctions {
    /// Aggregates, without the suffixes that may follow (`countIf`, `sumOrNull`).
    private static let aggregates = [
        "count", "sum", "avg", "min", "max", "uniq", "quantile", "median", "any", "argMin", "argMax", "groupArray",
        "groupUniqArray", "windowFunnel", "retention", "topK", "stddev", "var", "corr", "covar", "entropy",
        "sequenceMatch", "sequenceCount", "simpleLinearRegression", "string_agg", "array_agg",
    ]

    private static let suffixes = [
        "", "If", "Array", "Map", "ForEach", "OrDefault", "OrNull", "ArgMin", "ArgMax", "State", "Merge", "Distinct",
    ]

    static func isAggregate(_ name: String) -> Bool {
        aggregates.contains { aggregate in
            guard name.hasPrefix(aggregate) else { return false }
            let rest = name.dropFirst(aggregate.count)
            return suffixes.contains { rest == $0 || (!$0.isEmpty && rest.hasSuffix($0)) } || isVariant(rest)
                || (rest.first == "s" && isVariant(rest.dropFirst()))
        }
    }

    /// `uniqExact`, `quantileTDigest`, `stddevPop`, `sumWithOverflow`, `quantiles`, `anyLast`, `sumKahan`.
    private static func isVariant(_ rest: Substring) -> Bool {
        [
            "s", "Exact", "Combined", "HLL12", "Theta", "TDigest", "Timing", "Deterministic", "ExactInclusive",
            "ExactExclusive", "Exactly", "Pop", "Samp", "Last", "Heavy", "WithOverflow", "Kahan", "Weighted",
            "Sample", "Stable", "Bounded", "ExactWeighted", "InterpolatedWeighted",
        ].contains { rest == $0 }
    }

    static func takesRegularExpression(_ name: String) -> Bool {
        switch name {
        case "match", "extract", "extractAll", "extractAllGroups", "extractGroups", "regexpExtract",
            "replaceRegexpOne", "replaceRegexpAll", "countMatches", "multiMatchAny", "multiMatchAnyIndex",
            "multiMatchAllIndices", "splitByRegexp":
            true
        default: false
        }
    }
}
