/// Functions that ClickHouse or PostHog has and the local warehouse refuses, with what to write instead.
enum RefusedFunctions {
    static let reasons: [String: String] = {
        var all: [String: String] = [:]
        for (names, reason) in groups {
            for name in names.split(separator: " ") { all[String(name)] = reason }
        }
        return all
    }()

    private static let groups: [(names: String, reason: String)] = [
        (
            "bitmapBuild bitmapToArray bitmapSubsetInRange bitmapSubsetLimit subBitmap bitmapContains bitmapHasAny "
                + "bitmapHasAll bitmapCardinality bitmapMin bitmapMax bitmapTransform bitmapAnd bitmapOr bitmapXor "
                + "bitmapAndnot bitmapAndCardinality bitmapOrCardinality bitmapXorCardinality "
                + "bitmapAndnotCardinality groupBitmapAnd groupBitmapOr groupBitmapXor",
            "Use arrays: groupUniqArray, arrayIntersect, hasAny, length."
        ),
        (
            "greatCircleDistance geoDistance greatCircleAngle pointInEllipses pointInPolygon geohashEncode "
                + "geohashDecode geohashesInBox",
            "Geography is not computed here; do it in the script."
        ),
        (
            "h3IsValid h3GetResolution h3GetBaseCell h3EdgeAngle h3EdgeLengthM h3EdgeLengthKm geoToH3 h3ToGeo "
                + "h3ToGeoBoundary h3kRing h3HexAreaM2 h3HexAreaKm2 h3IndexesAreNeighbors h3ToChildren h3ToParent "
                + "h3ToString stringToH3 h3IsResClassIII h3IsPentagon h3GetFaces h3CellAreaM2 h3CellAreaRads2 "
                + "h3ToCenterChild h3ExactEdgeLengthM h3ExactEdgeLengthKm h3ExactEdgeLengthRads h3NumHexagons "
                + "h3PointDistM h3PointDistKm h3PointDistRads h3GetRes0Indexes h3GetPentagonIndexes h3Line h3Distance "
                + "h3HexRing h3GetUnidirectionalEdge h3UnidirectionalEdgeIsValid "
                + "h3GetOriginIndexFromUnidirectionalEdge h3GetDestinationIndexFromUnidirectionalEdge "
                + "h3GetIndexesFromUnidirectionalEdge h3GetUnidirectionalEdgesFromHexagon "
                + "h3GetUnidirectionalEdgeBoundary",
            "Geography is not computed here; do it in the script."
        ),
        (
            "ngramDistance ngramDistanceCaseInsensitive ngramDistanceUTF8 ngramDistanceCaseInsensitiveUTF8 ngramSearch "
                + "ngramSearchCaseInsensitive ngramSearchUTF8 ngramSearchCaseInsensitiveUTF8 multiFuzzyMatchAny "
                + "multiFuzzyMatchAnyIndex multiFuzzyMatchAllIndices",
            "Their numbers depend on ClickHouse's internals. Use levenshteinDistance or jaroWinklerSimilarity."
        ),
        (
            "quantileTDigest quantilesTDigest medianTDigest quantileTDigestWeighted quantilesTDigestWeighted "
                + "medianTDigestWeighted quantileTiming quantilesTiming medianTiming quantileTimingWeighted "
                + "quantilesTimingWeighted medianTimingWeighted quantileBFloat16 quantilesBFloat16 medianBFloat16 "
                + "quantileBFloat16Weighted quantileDD quantileGK quantileInterpolatedWeighted",
            "Its estimates cannot be repeated exactly. Use quantile, quantileExact or quantileExactWeighted."
        ),
        ("percentile_cont percentile_disc", "Use quantileExactInclusive(p)(x), or quantileExact(p)(x)."),
        (
            "histogram sparkbar largestTriangleThreeBuckets lttb stochasticLinearRegression stochasticLogisticRegression "
                + "categoricalInformationValue studentTTest welchTTest mannWhitneyUTest kolmogorovSmirnovTest "
                + "exponentialMovingAverage exponentialTimeDecayedAvg intervalLengthSum sequenceNextNode "
                + "flameGraph analysisOfVariance",
            "Fetch the values, or counts and moments, and compute it in the script."
        ),
        ("groupArraySample", "A random sample cannot be repeated. Use groupArray(N), or ORDER BY cityHash64(uuid)."),
        (
            "firstSignificantSubdomain cutToFirstSignificantSubdomain cutToFirstSignificantSubdomainWithWWW",
            "It needs the list of public suffixes. Use domainWithoutWWW."
        ),
        (
            "toDecimal multiplyDecimal divideDecimal toDecimal32 toDecimal64 toDecimal128 toDecimal256 toDecimal64OrNull",
            "There are no decimals here. Use toFloat, and round(x, n)."
        ),
        (
            "reinterpretAsUInt8 reinterpretAsUInt16 reinterpretAsUInt32 reinterpretAsUInt64 reinterpretAsUInt128 "
                + "reinterpretAsUInt256 reinterpretAsInt8 reinterpretAsInt16 reinterpretAsInt32 reinterpretAsInt64 "
                + "reinterpretAsInt128 reinterpretAsInt256 reinterpretAsFloat32 reinterpretAsFloat64 reinterpretAsUUID "
                + "reinterpret _toUInt128 toInt128 toUInt128 toInt256 toUInt256",
            "Integers here have at most 64 bits, and bytes are not read as numbers. Use hex and substring."
        ),
        ("toTime", "There are no times of day here. Use formatDateTime(t, '%H:%i:%S'), or toHour and toMinute."),
        (
            "toDateTimeUS parseDateTimeBestEffortUS parseDateTime64BestEffortUS parseDateTimeInJodaSyntax "
                + "formatDateTimeInJodaSyntax toDate32",
            "Use parseDateTime(text, '%m/%d/%Y'), or formatDateTime."
        ),
        ("make_interval", "Intervals have one unit. Add them one by one: t + INTERVAL 1 DAY + INTERVAL 2 HOUR."),
        (
            "tumble hop tumbleStart tumbleEnd hopStart hopEnd",
            "Use toStartOfInterval(t, INTERVAL 1 HOUR), and GROUP BY it."
        ),
        (
            "nowInBlock rowNumberInBlock rowNumberInAllBlocks blockNumber runningDifference neighbor runningAccumulate",
            "Rows come in no fixed blocks. Use window functions: row_number() OVER (ORDER BY …), lagInFrame."
        ),
        (
            "rand rand32 rand64 randConstant randUniform randomString generateUUIDv4 generateUUIDv7 fuzzBits "
                + "arrayShuffle arrayRandomSample",
            "Random numbers cannot be repeated. Use cityHash64(uuid) for a sample that stays the same."
        ),
        (
            "farmHash64 metroHash64 xxh3 gccMurmurHash kafkaMurmurHash wyHash64 sipHash64Keyed SHA512_256 BLAKE3 MD4 "
                + "ripeMD160 keccak256",
            "Use cityHash64, sipHash64, xxHash64 or hex(SHA256(x))."
        ),
        ("untuple", "It changes how many columns there are. Name the elements: t.1, t.2."),
        ("LpNormalize", "Divide by LpNorm(x, p)."),
        ("mapPopulateSeries", "Use arrays and range(n)."),
        ("bitSlice", "Use substring, or bitShiftRight and bitAnd."),
        ("convertCharset", "Text here is UTF-8."),
        (
            "extractTextFromHTML extractIPv4Substrings hasAllTokens hasAnyTokens",
            "Use extractAll or match with a pattern."
        ),
        ("generateSeries", "Use numbers(n) in FROM, or range(n)."),
        ("indexHint", "There are no indexes to hint at; take it out."),
        (
            "languageCodeToName lookupDomainType lookupPaidSourceType lookupPaidMediumType lookupOrganicSourceType "
                + "lookupOrganicMediumType convertCurrency dictGet dictGetOrDefault dictHas _lookupGeoipCityName "
                + "_lookupGeoipPostalCode",
            "It looks into a table that PostHog keeps. Use transform(x, [...], [...], '')."
        ),
        ("matchesAction", "Actions are not stored here. Write their conditions out."),
        (
            "sparkline recordingButton explainCSPReport",
            "It draws something in PostHog's interface. Return the values themselves."
        ),
        ("embedText llmComplete", "It calls a model at PostHog's."),
        ("getSurveyResponse uniqueSurveySubmissionsFilter", "Read properties.$survey_response itself."),
        (
            "getTrafficType getTrafficCategory isLikelyBot getBotType getBotName getBotOperator "
                + "__preview_getTrafficType __preview_getTrafficCategory __preview_isBot __preview_getBotType "
                + "__preview_getBotName __preview_getBotOperator",
            "It needs PostHog's list of bots. Test properties.$raw_user_agent with match."
        ),
        (
            "aggregate_funnel aggregate_funnel_array aggregate_funnel_cohort aggregate_funnel_trends "
                + "aggregate_funnel_array_trends aggregate_funnel_cohort_trends",
            "Use windowFunnel."
        ),
        (
            "normalizeUTF8NFC normalizeUTF8NFD normalizeUTF8NFKC normalizeUTF8NFKD punycodeEncode punycodeDecode "
                + "idnaEncode idnaDecode stringJaccardIndex initcapUTF8 overlay printf",
            "Do it in the script."
        ),
        (
            "toIPv4 toIPv6 IPv6NumToString IPv6StringToNum IPv4CIDRToRange",
            "Use IPv4StringToNum and isIPAddressInRange."
        ),
        (
            "sleep sleepEachRow file url remote s3 mysql postgresql hostName version currentUser currentDatabase",
            "It does not belong in a query."
        ),
        ("JSON_QUERY JSON_EXISTS simpleJSONExtractString visitParamExtractString", "Use JSONExtractRaw and JSONHas."),
        (
            "any_respect_nulls first_value_respect_nulls last_value_respect_nulls anyLast_respect_nulls",
            "Use argMin or argMax with tuple(x), which keeps NULLs."
        ),
    ]

    /// A reason for a refused function, or one of its forms with a suffix; `nil` for what is not known at all.
    static func reason(_ name: String) -> String? {
        var base = name
        while reasons[base] == nil {
            guard
                let suffix = ["If", "OrNull", "OrDefault", "Array", "ForEach", "State", "Merge", "Distinct"]
                    .first(where: { base.hasSuffix($0) && base.utf8.count > $0.utf8.count })
            else { return nil }
            base.removeLast(suffix.utf8.count)
        }
        return reasons[base]
    }
}
