internal import AirlockCore
internal import LinearRegex

/// LIKE and regular expressions.
enum PatternFunctions {
    /// How long a text with replacements may grow.
    private static let maxBytes = 64 << 20

    static let all: [String: FunctionBinding.Bind] = [
        "like": like(folds: false, negated: false), "ilike": like(folds: true, negated: false),
        "notLike": like(folds: false, negated: true), "notILike": like(folds: true, negated: true), "match": match,
        "matchIgnoringCase": match, "extract": extract, "extractAll": extractAll, "replaceRegexpAll": replace,
        "replaceRegexpOne": replace, "splitByRegexp": split, "countMatches": countMatches,
        "countMatchesCaseInsensitive": countMatches, "extractGroups": groups, "extractAllGroups": allGroups,
        "extractAllGroupsVertical": allGroups, "extractAllGroupsHorizontal": allGroups,
        "regexpExtract": regexpExtract, "REGEXP_EXTRACT": regexpExtract,
        "regexpQuoteMeta": StringFunctions.bytes { $0.flatMap(quoted) },
        "multiMatchAny": many(.uint8) { .bool(!$0.isEmpty) },
        "multiMatchAnyIndex": many(.uint64) { .int(Int64($0.first ?? 0)) },
        "multiMatchAllIndices": many(.array(.uint64)) { .array($0.map { .int(Int64($0)) }) },
    ]

    private static func like(folds: Bool, negated: Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.string(0)
            try call.string(1)
            if case .string(let text)? = call.arguments[1].constant {
                let pattern = LikePattern(text, folds: folds)
                return call.call([call.arguments[0]], .uint8, key: "\(call.name) \(text)") {
                    .bool(pattern.matches($0[0].text) != negated)
                }
            }
            return call.call(.uint8) {
                .bool(LikePattern($0[1].text, folds: folds).matches($0[0].text) != negated)
            }
        }
    }

    /// The pattern must be a constant: it is read once, and a fault in it is found before anything runs.
    private static func regex(
        _ call: FunctionBinding, _ index: Int, flags: String = ""
    ) throws(AirlockError) -> LinearRegex {
        let text = try call.constantText(index)
        do {
            return try LinearRegex(flags + text, dialect: .re2)
        } catch {
            throw call.fail("got a pattern that cannot be read: \(error)")
        }
    }

    private static let match: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        let ignoring = call.name == "matchIgnoringCase"
        // ClickHouse lets a point stand for a line's end here.
        let regex = try regex(call, 1, flags: ignoring ? "(?is)" : "(?s)")
        return call.call([call.arguments[0]], .uint8, key: "\(call.name) \(regex.pattern)") {
            .bool(regex.contains($0[0].text))
        }
    }

    private static func piece(_ bytes: [UInt8], _ range: Range<Int>?) -> String {
        range.map { String(decoding: bytes[$0], as: UTF8.self) } ?? ""
    }

    private static let extract: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        let regex = try regex(call, 1, flags: "(?s)")
        let group = regex.captureCount > 0 ? 1 : 0
        return call.call([call.arguments[0]], .string, key: "extract \(regex.pattern)") { values in
            let text = values[0].text
            guard let match = regex.firstMatch(in: text) else { return .string("") }
            return .string(piece(Array(text.utf8), group == 0 ? match.range : match[1]))
        }
    }

    private static let extractAll: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.neverNull()
        let regex = try regex(call, 1, flags: "(?s)")
        let group = regex.captureCount > 0 ? 1 : 0
        return call.call([call.arguments[0]], .array(.string), key: "extractAll \(regex.pattern)") { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            return .array(regex.matches(in: text).map { .string(piece(bytes, group == 0 ? $0.range : $0[1])) })
        }
    }

    private static func withGroups(_ call: FunctionBinding) throws(AirlockError) -> LinearRegex {
        try call.count(2)
        try call.string(0)
        try call.neverNull()
        let regex = try regex(call, 1, flags: "(?s)")
        guard regex.captureCount > 0 else { throw call.fail("needs a pattern with groups") }
        return regex
    }

    private static let groups: FunctionBinding.Bind = { call throws(AirlockError) in
        let regex = try withGroups(call)
        return call.call([call.arguments[0]], .array(.string), key: "extractGroups \(regex.pattern)") { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            guard let match = regex.firstMatch(in: text) else { return .array([]) }
            return .array((1...regex.captureCount).map { .string(piece(bytes, match[$0])) })
        }
    }

    /// All matches' groups: match by match, or group by group.
    private static let allGroups: FunctionBinding.Bind = { call throws(AirlockError) in
        let regex = try withGroups(call)
        let byGroup = call.name.hasSuffix("Horizontal")
        let type = ClickHouseType.array(.array(.string))
        return call.call([call.arguments[0]], type, key: "allGroups \(byGroup) \(regex.pattern)") { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            let rows = regex.matches(in: text).map { match in
                (1...regex.captureCount).map { Value.string(piece(bytes, match[$0])) }
            }
            guard byGroup else { return .array(rows.map(Value.array)) }
            return .array((0..<regex.captureCount).map { group in .array(rows.map { $0[group] }) })
        }
    }

    private static let regexpExtract: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.string(0)
        let regex = try regex(call, 1, flags: "(?s)")
        let wanted = call.arguments.count == 3 ? try call.constantInt(2) : min(1, Int64(regex.captureCount))
        guard wanted >= 0, wanted <= Int64(regex.captureCount) else {
            throw call.fail("asks for group \(wanted) of a pattern with \(regex.captureCount)")
        }
        let group = Int(wanted)
        return call.call([call.arguments[0]], .string, key: "regexpExtract \(group) \(regex.pattern)") { values in
            let text = values[0].text
            guard let match = regex.firstMatch(in: text) else { return .string("") }
            return .string(piece(Array(text.utf8), match[group]))
        }
    }

    private static func quoted(_ byte: UInt8) -> [UInt8] {
        // RE2's list of what means something in a pattern.
        Array("\0\\|()^$.[]?*+{:-}".utf8).contains(byte) ? [0x5C, byte] : [byte]
    }

    /// The patterns of a constant array; which of them match, counted from 1.
    private static func many(
        _ type: ClickHouseType, _ result: @escaping @Sendable ([Int]) -> Value
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.string(0)
            guard case .array(let patterns)? = call.arguments[1].constant, try call.element(1) == .string else {
                throw call.fail("needs a constant array of patterns as argument 2")
            }
            guard patterns.count <= 256 else { throw call.fail("takes at most 256 patterns") }
            if type.isContainer { try call.neverNull() }
            var regexes: [LinearRegex] = []
            for pattern in patterns {
                do {
                    regexes.append(try LinearRegex("(?s)" + pattern.text, dialect: .re2))
                } catch {
                    throw call.fail("got a pattern that cannot be read: \(error)")
                }
            }
            let all = regexes
            let key = "\(call.name) \(patterns.map(\.text))"
            return call.call([call.arguments[0]], type, key: key) { values in
                result(all.indices.filter { all[$0].contains(values[0].text) }.map { $0 + 1 })
            }
        }
    }

    private static let countMatches: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        let regex = try regex(call, 1, flags: call.name.hasSuffix("CaseInsensitive") ? "(?is)" : "(?s)")
        return call.call([call.arguments[0]], .uint64, key: "countMatches \(regex.pattern)") {
            .int(Int64(regex.matches(in: $0[0].text).filter { !$0.range.isEmpty }.count))
        }
    }

    /// What stands for a match: bytes, and groups by number (`\1`; `\0` is the whole).
    private enum Part: Sendable {
        case bytes([UInt8])
        case group(Int)
    }

    private static func replacement(_ text: String, _ call: FunctionBinding, groups: Int) throws(AirlockError) -> [Part]
    {
        var (parts, plain): ([Part], [UInt8]) = ([], [])
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            guard byte == 0x5C else {
                plain.append(byte)
                continue
            }
            guard let next = iterator.next() else {
                plain.append(byte)
                break
            }
            if next >= 0x30, next <= 0x39 {
                let group = Int(next - 0x30)
                guard group <= groups else { throw call.fail("refers to group \(group) of a pattern with \(groups)") }
                parts.append(.bytes(plain))
                plain = []
                parts.append(.group(group))
            } else if next == 0x5C {
                plain.append(byte)
            } else {
                plain += [byte, next]
            }
        }
        return parts + [.bytes(plain)]
    }

    private static let replace: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        try call.string(0)
        let regex = try regex(call, 1, flags: "(?s)")
        let parts = try replacement(try call.constantText(2), call, groups: regex.captureCount)
        let once = call.name.hasSuffix("One")
        let isEmpty = try call.constantText(1).isEmpty
        let key = "\(call.name) \(regex.pattern.utf8.count) \(regex.pattern) \(try call.constantText(2))"
        return call.call([call.arguments[0]], .string, key: key) { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            // An empty pattern replaces nothing in ClickHouse.
            guard !isEmpty else { return values[0] }
            var (result, index, start) = ([UInt8](), 0, 0)
            while start <= bytes.count,
                let match = bytes.withUnsafeBufferPointer({
                    regex.firstMatch(utf8: $0, from: start)
                })
            {
                result += bytes[index..<match.range.lowerBound]
                for part in parts {
                    switch part {
                    case .bytes(let plain): result += plain
                    case .group(let number):
                        let range = number == 0 ? match.range : match[number]
                        if let range { result += bytes[range] }
                    }
                }
                guard result.count <= maxBytes else {
                    throw ExecutionFault("replacing would give a text above \(maxBytes >> 20) MiB")
                }
                index = match.range.upperBound
                start = index
                if match.range.isEmpty {
                    guard start == bytes.count || bytes[start] < 0x80 else {
                        // ClickHouse goes on inside the character and tears it apart.
                        throw ExecutionFault("an empty match before a character that is not ASCII")
                    }
                    start += 1
                }
                if once { break }
            }
            return .string(String(decoding: result + bytes[index...], as: UTF8.self))
        }
    }

    private static let split: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.string(1)
        try call.neverNull()
        let regex = try regex(call, 0)
        let limit = try StringSplitFunctions.limit(call, 2)
        let key = "splitByRegexp \(limit) \(regex.pattern)"
        return call.call([call.arguments[1]], .array(.string), key: key) { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            guard !regex.pattern.isEmpty else {
                return .array(text.unicodeScalars.prefix(limit).map { .string(String($0)) })
            }
            var (result, index) = ([Value](), 0)
            for match in regex.matches(in: text) where !match.range.isEmpty {
                result.append(.string(String(decoding: bytes[index..<match.range.lowerBound], as: UTF8.self)))
                index = match.range.upperBound
            }
            result.append(.string(String(decoding: bytes[index...], as: UTF8.self)))
            return .array(Array(result.prefix(limit)))
        }
    }
}
