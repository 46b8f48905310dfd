internal import AirlockCore

/// The scalar functions by name.
enum ScalarCatalog {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [:]
        for family in [
            ArithmeticFunctions.all, NumberFunctions.all, BitFunctions.all, ConditionalFunctions.all,
            TransformFunctions.all, StringFunctions.all, StringSearchFunctions.all, StringSplitFunctions.all,
            StringDistanceFunctions.all, PatternFunctions.all, EncodingFunctions.all, HashFunctions.all,
            URLFunctions.all, NetworkFunctions.all, ReadableFunctions.all, DateFunctions.all, DateStartFunctions.all,
            DateShiftFunctions.all,
            DateTextFunctions.all, TimeZoneFunctions.all, ConversionFunctions.all,
            ArrayFunctions.all, ArrayNumberFunctions.all, ArrayReduce.all, MapFunctions.all, TupleFunctions.all,
            JSONFunctions.all,
        ] {
            all.merge(family) { first, _ in first }
        }
        return all
    }()

    static var names: [String] { Array(all.keys) }

    private static let folded: [String: String] = {
        // ClickHouse reads these without regard to case, others exactly.
        var result: [String: String] = [:]
        for name in [
            "if", "coalesce", "ifNull", "nullIf", "concat", "substring", "substr", "lower", "upper", "length",
            "replace", "round", "floor", "ceil", "ceiling", "abs", "greatest", "least", "now", "today", "position",
            "and", "or", "not", "xor", "trim", "ltrim", "rtrim", "left", "right", "sqrt", "exp", "log", "ln", "pow",
            "power", "mod", "date_trunc",
            "dateTrunc", "dateDiff", "date_diff", "year", "month", "day", "hour", "minute", "second", "quarter",
            "reverse", "repeat", "sign", "format", "date", "isNull", "log2", "log10", "pi", "sin", "cos", "tan", "asin",
            "acos", "atan", "ascii", "extract", "max2", "min2", "degrees", "radians", "factorial", "trunc",
            "replaceAll",
            "md5", "sortableSemver",
        ] { result[name.lowercased()] = name }
        return result
    }()

    static func canonicalName(_ name: String) -> String? {
        if all[name] != nil { return name }
        guard let canonical = folded[name.lowercased()], all[canonical] != nil else { return nil }
        return canonical
    }
}
