extension LanguageReference {
    /// A function, and what the local warehouse does with it.
    package struct Function: Sendable, Hashable {
        package enum Kind: String, Sendable, Hashable, CaseIterable {
            case function, aggregate, window
        }

        package let name: String
        package let kind: Kind
        package let status: Construct.Status
        /// How the answer differs, what to mind, or what to write in the place of what is refused; may be empty.
        package let note: String
        /// Whether PostHog lets a query use it. A query with another function runs on the local warehouse only.
        package let isInPostHog: Bool
    }

    /// Every function by name: those the engine has registered, and those it knows and refuses.
    package static var functions: [Function] {
        let aggregates = Set(AggregateCatalog.all.keys)
        let scalars = Set(ScalarCatalog.names + HigherOrder.names + ["arrayJoin", "grouping"])
        var all: [Function] = []
        for name in scalars.union(aggregates).union(AggregateCatalog.windowOnly) where !isInternal(name) {
            let kind: Function.Kind =
                aggregates.contains(name) ? .aggregate : scalars.contains(name) ? .function : .window
            let differs = FunctionNotes.differences[name]
            all.append(
                Function(
                    name: name, kind: kind, status: differs == nil ? .supported : .different,
                    note: differs ?? FunctionNotes.remarks[name] ?? "", isInPostHog: isInPostHog(name)))
        }
        for (name, reason) in RefusedFunctions.reasons where !isInternal(name) {
            all.append(
                Function(
                    name: name, kind: refusedKind(name), status: .refused, note: reason,
                    isInPostHog: isInPostHog(name)))
        }
        return all.sorted { ($0.name.lowercased(), $0.name) < ($1.name.lowercased(), $1.name) }
    }

    /// The suffixes that aggregate functions take, and those refused.
    package static var combinators: [(suffix: String, status: Construct.Status)] {
        Combinator.allCases.map { ("-" + $0.rawValue, $0 == .state || $0 == .merge ? .refused : .supported) }
    }

    /// Names that only the engine itself writes.
    private static func isInternal(_ name: String) -> Bool {
        name.hasPrefix("_") || name.hasPrefix("cast") || name.hasPrefix("trycast") || name == "matchIgnoringCase"
    }

    private static func isInPostHog(_ name: String) -> Bool {
        PostHogNames.all.contains(name) || name.hasPrefix("h3")
    }

    private static func refusedKind(_ name: String) -> Function.Kind {
        let starts = [
            "quantile", "median", "percentile_", "groupBitmap", "groupArray", "histogram", "sparkbar", "stochastic",
            "categorical", "exponential", "sequence", "uniqUpTo", "largestTriangle", "any", "first_value", "last_value",
        ]
        return starts.contains { name.hasPrefix($0) } || name.hasSuffix("Test") ? .aggregate : .function
    }
}

/// What the reference says about single functions.
enum FunctionNotes {
    /// Where the answer is not always ClickHouse's.
    static let differences: [String: String] = {
        var all: [String: String] = [:]
        for (names, note) in groups {
            for name in names.split(separator: " ") { all[String(name)] = note }
        }
        return all
    }()

    private static let groups: [(names: String, note: String)] = [
        (
            "formatReadableSize formatReadableDecimalSize formatReadableQuantity formatReadableTimeDelta",
            "Of NaN and of numbers beyond 10^18 the text may differ."
        ),
        ("rankCorr", "With NaN among the values the ranks may differ."),
        ("netloc", "Of text that is no URL another part may be taken for the host."),
        (
            "quantile quantiles median quantileDeterministic quantilesDeterministic medianDeterministic",
            "Exact however many values there are; ClickHouse draws a sample beyond 8,192."
        ),
        ("uniq uniqCombined uniqCombined64", "The exact count; ClickHouse estimates above some 65,000."),
        ("uniqHLL12 uniqTheta", "The exact count; ClickHouse estimates above a few thousand."),
        (
            "topK topKWeighted",
            "Exact counts, and of equally frequent values the earlier; ClickHouse estimates where there are many values."
        ),
        (
            "any anyLast any_value first_value last_value argMin argMax",
            "Among equals the first row read (for -Last the last); ClickHouse leaves it open."
        ),
        (
            "groupArray array_agg groupUniqArray groupConcat group_concat string_agg json_agg groupArrayMovingSum "
                + "groupArrayMovingAvg groupArrayLast anyHeavy deltaSum deltaSumTimestamp groupArrayInsertAt",
            "In the order in which rows are read; ClickHouse leaves it open."
        ),
        ("simpleLinearRegression", "A plain tuple; ClickHouse names its parts k and b."),
        ("JSONType", "The type is String; in ClickHouse an Enum8 with the same texts."),
        ("toFloat32 toFloat32OrNull toFloat32OrZero", "A Float64: the number keeps the digits that Float32 cuts."),
        (
            "toDateTime toDateTimeOrNull toDateTime64 toDateTime64OrNull parseDateTimeBestEffort "
                + "parseDateTimeBestEffortOrNull parseDateTime64BestEffort parseDateTime64BestEffortOrNull",
            "Reads ISO 8601, Unix times, month names and dd/mm/yyyy; rarer forms are NULL. At most microseconds."
        ),
        ("toDate toDateOrNull to_date", "A time outside 1970 to 2149 keeps its day; ClickHouse goes round."),
        ("arrayReverseSort", "Sorts downwards, as in ClickHouse; PostHog sorts upwards at present."),
        ("arrayIntersect arrayDistinct", "In the order of the first array; ClickHouse leaves it open."),
        (
            "dateTrunc date_trunc",
            "No milliseconds and microseconds; use toStartOfMillisecond. A Date where the newest ClickHouse has a Date32."
        ),
        ("JSON_VALUE", "Plain paths only: $.name, .\"name\", [0], and [*] for the first."),
        (
            "sum sumMap sumCount sumArray mapAdd mapSubtract plus minus multiply",
            "A result beyond 64 bits is an error; ClickHouse goes round."
        ),
        (
            "dateAdd dateSub date_add date_sub date_subtract timestampAdd timestampSub timeStampAdd timeStampSub "
                + "timestamp_add timestamp_sub addYears addQuarters addMonths addWeeks addDays addHours addMinutes "
                + "addSeconds subtractYears subtractQuarters subtractMonths subtractWeeks subtractDays subtractHours "
                + "subtractMinutes subtractSeconds",
            "A date outside its type's range is an error; ClickHouse goes round."
        ),
        (
            "stddevSamp varSamp covarSamp corr skewSamp kurtSamp skewPop kurtPop",
            "Over a column that may be NULL the answer is NULL where ClickHouse gives NaN; both are null in a reply."
        ),
        (
            "replaceRegexpAll",
            "An empty match before a character that is not ASCII is an error; ClickHouse tears it apart."
        ),
        (
            "L2Norm L2SquaredNorm L1Norm LinfNorm L2Distance L2SquaredDistance L1Distance cosineDistance dotProduct "
                + "tuplePlus tupleMinus tupleMultiply",
            "In floats, or with an error beyond 64 bits; ClickHouse's tuples of integers go round."
        ),
        ("sumKahan", "Summed row by row; ClickHouse sums four rows at a time, so that the last digits may differ."),
        ("toTypeName", "Literals of tuples and regressions have no names for their elements."),
        ("lowerUTF8 upperUTF8", "By Unicode's tables of this build, which may be of another version."),
    ]

    /// What to mind about functions that agree.
    static let remarks: [String: String] = [
        "left": "Characters, not bytes: PostHog's left is leftUTF8.",
        "right": "Characters, not bytes: PostHog's right is rightUTF8.",
        "concat": "NULL counts as nothing, and everything becomes text, as in PostHog.",
        "now": "Fixed for a query; a DateTime64 in the project's time zone.",
        "windowFunnel": "Modes: strict_deduplication, strict_order, strict_increase, strict_once.",
        "repeat": "At most 1 MiB.", "space": "At most 1 MiB.", "leftPad": "At most 1 MiB.",
        "rightPad": "At most 1 MiB.", "range": "At most 1,000,000 elements.",
        "arrayResize": "At most 1,000,000 elements.", "arrayWithConstant": "At most 1,000,000 elements.",
        "cityHash64": "Of texts, numbers, times and UUIDs, also of several; of lists it is refused.",
        "farmFingerprint64": "farmHash64 is another function and refused.",
        "match": "The pattern must be a constant.", "extract": "The pattern must be a constant.",
        "transform": "The lists must be constants.", "hasToken": "The word must be a constant.",
        "toStartOfInterval": "With an origin only for weeks and shorter units.",
        "substring": "Bytes; substringUTF8 counts characters.", "length": "Bytes; lengthUTF8 counts characters.",
        "arrayReduce": "The aggregate is named in a text, as 'quantile(0.9)'.",
    ]
}
