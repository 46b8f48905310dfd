/// The functions that PostHog lets a query use, after the tables of its HogQL implementation: what is not here runs on
/// the local warehouse only.
enum PostHogNames {
    static let all: Set<String> = Set(
        (arithmetic + arrays + conversions + dates + strings + others + aggregates).split { $0 == " " || $0 == "\n" }
            .map(String.init))

    private static let arithmetic = """
        plus minus multiply divide intDiv intDivOrZero modulo moduloOrZero positiveModulo negate abs gcd lcm max2 min2
        multiplyDecimal divideDecimal e pi exp log ln exp2 log2 exp10 log10 sqrt cbrt erf erfc lgamma tgamma sin cos tan
        asin acos atan pow power intExp2 intExp10 cosh acosh sinh asinh atanh atan2 hypot log1p sign degrees radians
        factorial width_bucket floor ceil trunc round roundBankers roundToExp2 roundDuration roundAge roundDown rand
        bitAnd bitOr bitXor bitNot bitShiftLeft bitShiftRight bitRotateLeft bitRotateRight bitSlice bitTest bitTestAll
        bitTestAny bitCount bitHammingDistance
        """

    private static let arrays = """

        empty notEmpty isEmpty isNotEmpty length reverse array range arrayConcat arrayElement has hasAll hasAny hasSubstr
        indexOf arrayCount countEqual arrayEnumerate arrayEnumerateUniq arrayPopBack arrayPopFront arrayPushBack
        arrayPushFront arrayResize arraySlice arraySort arrayReverseSort arrayUniq arrayJoin arrayDifference
        arrayDistinct arrayEnumerateDense arrayIntersect arrayReduce arrayReverse arrayFilter arrayFlatten arrayCompact
        arrayZip arrayAUC arrayMap arrayFill arrayFold arrayWithConstant arraySplit arrayReverseFill arrayReverseSplit
        arrayRotateLeft arrayRotateRight arrayExists arrayAll arrayFirst arrayLast arrayFirstIndex arrayLastIndex
        arrayMin arrayMax arraySum arrayAvg arrayCumSum arrayCumSumNonNegative arrayProduct arrayStringConcat
        generateSeries map mapFromArrays mapAdd mapSubtract mapPopulateSeries mapContains mapKeys mapValues
        mapContainsKeyLike mapExtractKeyLike mapApply mapFilter mapUpdate tuple tupleElement untuple
        tupleHammingDistance tupleToNameValuePairs tuplePlus tupleMinus tupleMultiply tupleDivide tupleNegate
        tupleMultiplyByNumber tupleDivideByNumber dotProduct L1Norm L2Norm LinfNorm LpNorm L1Distance L2Distance
        LinfDistance LpDistance L1Normalize L2Normalize LinfNormalize LpNormalize cosineDistance
        """

    private static let conversions = """

        hex unhex reinterpretAsUInt8 reinterpretAsUInt16 reinterpretAsUInt32 reinterpretAsUInt64 reinterpretAsUInt128
        reinterpretAsUInt256 reinterpretAsInt8 reinterpretAsInt16 reinterpretAsInt32 reinterpretAsInt64
        reinterpretAsInt128 reinterpretAsInt256 reinterpretAsFloat32 reinterpretAsFloat64 reinterpretAsUUID toInt
        toIntOrZero _toInt8 _toInt16 _toInt32 _toInt64 _toUInt64 _toUInt128 toFloat toFloatOrZero toFloatOrDefault
        toDecimal _toDate toUUID toUUIDOrDefault toString toNullableString toBool _toNullableBool toJSONString
        parseDateTime parseDateTimeBestEffort toTypeName cityHash64 UUIDv7ToDateTime toDate to_date toDateTime
        toDateTime64 toDateTimeUS isNull isNotNull coalesce ifNull nullIf assumeNotNull toNullable isValidJSON JSONHas
        JSONLength JSONArrayLength JSONType JSONExtract JSONExtractUInt JSONExtractInt JSONExtractFloat JSONExtractBool
        JSONExtractString JSONExtractKey JSONExtractKeys JSONExtractRaw JSONExtractArrayRaw JSONExtractKeysAndValues
        JSONExtractKeysAndValuesRaw JSON_VALUE
        """

    private static let dates = """

        timeZoneOf timeZoneOffset toYear toQuarter toMonth toDayOfYear toDayOfMonth toDayOfWeek toHour toMinute toSecond
        toUnixTimestamp toUnixTimestamp64Milli fromUnixTimestamp64Milli toStartOfInterval toStartOfYear
        toStartOfISOYear toStartOfQuarter toStartOfMonth toLastDayOfMonth toMonday toStartOfWeek toStartOfDay
        toLastDayOfWeek toStartOfHour toStartOfMinute toStartOfSecond toStartOfFiveMinutes toStartOfTenMinutes
        toStartOfFifteenMinutes toTime toISOYear toISOWeek toWeek toYearWeek age dateAdd dateSub date_bin date_add
        date_subtract date_diff dateDiff timeStampAdd timeStampSub nowInBlock rowNumberInBlock rowNumberInAllBlocks
        timeSlot toYYYYMM toYYYYMMDD toYYYYMMDDhhmmss addYears addMonths addWeeks addDays addHours addMinutes addSeconds
        addQuarters subtractYears subtractMonths subtractWeeks subtractDays subtractHours subtractMinutes
        subtractSeconds subtractQuarters timeSlots formatDateTime dateName monthName fromUnixTimestamp
        toModifiedJulianDay fromModifiedJulianDay now yesterday current_timestamp today current_date toIntervalSecond
        toIntervalMinute toIntervalHour toIntervalDay toIntervalWeek toIntervalMonth toIntervalQuarter toIntervalYear
        date_part date_trunc dateTrunc to_timestamp to_char make_timestamp make_date make_interval make_timestamptz
        timezone toTimeZone tumble hop tumbleStart tumbleEnd hopStart hopEnd
        """

    private static let strings = """

        left right lengthUTF8 leftPad rightPad leftPadUTF8 rightPadUTF8 lower upper lowerUTF8 upperUTF8 isValidUTF8
        toValidUTF8 format reverseUTF8 concat substring substringUTF8 appendTrailingCharIfAbsent convertCharset
        base58Encode base58Decode tryBase58Decode base64Encode base64Decode tryBase64Decode endsWith startsWith
        encodeXMLComponent decodeXMLComponent extractTextFromHTML ascii concatWithSeparator position
        positionCaseInsensitive positionUTF8 positionCaseInsensitiveUTF8 multiSearchAllPositions
        multiSearchAllPositionsUTF8 multiSearchFirstPosition multiSearchFirstIndex multiSearchAny
        multiSearchAllPositionsCaseInsensitive multiSearchAllPositionsCaseInsensitiveUTF8 multiSearchAnyUTF8
        multiSearchAnyCaseInsensitive multiSearchAnyCaseInsensitiveUTF8 multiSearchFirstIndexUTF8
        multiSearchFirstIndexCaseInsensitive multiSearchFirstIndexCaseInsensitiveUTF8 multiSearchFirstPositionUTF8
        multiSearchFirstPositionCaseInsensitive multiSearchFirstPositionCaseInsensitiveUTF8 match multiMatchAny
        multiMatchAnyIndex multiMatchAllIndices multiFuzzyMatchAny multiFuzzyMatchAnyIndex multiFuzzyMatchAllIndices
        extract extractAll extractAllGroupsHorizontal extractAllGroupsVertical extractGroups like ilike notLike notILike
        locate ngramDistance ngramDistanceCaseInsensitive ngramDistanceUTF8 ngramDistanceCaseInsensitiveUTF8 ngramSearch
        ngramSearchCaseInsensitive ngramSearchUTF8 ngramSearchCaseInsensitiveUTF8 countSubstrings
        countSubstringsCaseInsensitive countSubstringsCaseInsensitiveUTF8 countMatches countMatchesCaseInsensitive
        hasSubsequence hasSubsequenceCaseInsensitive hasSubsequenceUTF8 hasSubsequenceCaseInsensitiveUTF8 hasToken
        hasTokenCaseInsensitive hasTokenOrNull hasTokenCaseInsensitiveOrNull hasAllTokens hasAnyTokens regexpExtract
        replace replaceAll replaceOne replaceRegexpAll replaceRegexpOne regexpQuoteMeta translate translateUTF8
        splitByChar splitByString splitByRegexp splitByWhitespace splitByNonAlpha alphaTokens extractAllGroups ngrams
        tokens repeat initcap lpad rpad split_part ltrim trimLeft rtrim trimRight btrim trim
        """

    private static let others = """

        equals notEquals less greater lessOrEquals greaterOrEquals in notIn and or xor not if multiIf bitmapBuild
        bitmapToArray bitmapSubsetInRange bitmapSubsetLimit subBitmap bitmapContains bitmapHasAny bitmapHasAll
        bitmapCardinality bitmapMin bitmapMax bitmapTransform bitmapAnd bitmapOr bitmapXor bitmapAndnot
        bitmapAndCardinality bitmapOrCardinality bitmapXorCardinality bitmapAndnotCardinality protocol domain
        domainWithoutWWW topLevelDomain firstSignificantSubdomain cutToFirstSignificantSubdomain
        cutToFirstSignificantSubdomainWithWWW port path pathFull queryString fragment queryStringAndFragment
        extractURLParameter extractURLParameters extractURLParameterNames URLHierarchy URLPathHierarchy
        encodeURLComponent decodeURLComponent encodeURLFormComponent decodeURLFormComponent netloc cutWWW cutQueryString
        cutFragment cutQueryStringAndFragment cutURLParameter isFinite isInfinite ifNotFinite isNaN bar transform
        formatReadableDecimalSize formatReadableSize formatReadableQuantity formatReadableTimeDelta least greatest
        indexHint extractIPv4Substrings isIPAddressInRange rank dense_rank row_number first_value last_value nth_value
        lagInFrame leadInFrame lag lead languageCodeToName greatCircleDistance geoDistance greatCircleAngle
        pointInEllipses pointInPolygon geohashEncode geohashDecode geohashesInBox geoToH3 h3ToGeo matchesAction sparkline
        recordingButton explainCSPReport sortableSemver embedText lookupDomainType lookupPaidSourceType
        lookupPaidMediumType lookupOrganicSourceType lookupOrganicMediumType convertCurrency getSurveyResponse
        uniqueSurveySubmissionsFilter getTrafficType getTrafficCategory isLikelyBot getBotType getBotName getBotOperator
        aggregate_funnel aggregate_funnel_array aggregate_funnel_cohort aggregate_funnel_trends
        aggregate_funnel_array_trends aggregate_funnel_cohort_trends
        """

    private static let aggregates = """

        count countIf countDistinct countDistinctIf min max sum avg any stddevPop stddevSamp varPop varSamp covarPop
        covarSamp corr array_agg groupArray json_agg string_agg every anyHeavy anyLast argMin argMax avgWeighted topK
        groupUniqArray groupArrayInsertAt groupArrayMovingAvg groupArrayMovingSum groupArraySample groupBitAnd groupBitOr
        groupBitXor groupBitmap groupBitmapAnd groupBitmapOr groupBitmapXor sumWithOverflow deltaSum deltaSumTimestamp
        sumMap minMap maxMap avgMap skewSamp skewPop kurtSamp kurtPop uniq uniqExact uniqHLL12 uniqTheta uniqMap median
        medianExact medianExactLow medianExactHigh medianExactWeighted medianTiming medianTimingWeighted
        medianDeterministic medianTDigest medianTDigestWeighted medianBFloat16 percentile_cont percentile_disc quantile
        quantiles quantileExact simpleLinearRegression contingency cramersV cramersVBiasCorrected theilsU
        maxIntersections maxIntersectionsPosition windowFunnel md5
        """
}
