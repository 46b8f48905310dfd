internal import AirlockCore
internal import LinearRegex

/// LIKE and regular expressions.
enum PatternFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "like": like(folds: false, negated: false), "ilike": like(folds: true, negated: false),
        "notLike": like(folds: false, negated: true), "notILike": like(folds: true, negated: true), "match": match,
        "matchIgnoringCase": match, "extract": extract, "extractAll": extractAll, "replaceRegexpAll": replace,
        "replaceRegexpOne": replace, "splitByRegexp": split, "countMatches": countMatches, "extractGroups": groups,
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
        guard !call.anyNullable else {
            throw call.fail("cannot search a value that may be NULL", hint: "Wrap it: ifNull(x, '').")
        }
        let regex = try regex(call, 1, flags: "(?s)")
        let group = regex.captureCount > 0 ? 1 : 0
        return call.call([call.arguments[0]], .array(.string), key: "extractAll \(regex.pattern)") { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            return .array(regex.matches(in: text).map { .string(piece(bytes, group == 0 ? $0.range : $0[1])) })
        }
    }

    private static let groups: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        guard !call.anyNullable else {
            throw call.fail("cannot search a value that may be NULL", hint: "Wrap it: ifNull(x, '').")
        }
        let regex = try regex(call, 1, flags: "(?s)")
        guard regex.captureCount > 0 else { throw call.fail("needs a pattern with groups") }
        return call.call([call.arguments[0]], .array(.string), key: "extractGroups \(regex.pattern)") { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            guard let match = regex.firstMatch(in: text) else { return .array([]) }
            return .array((1...regex.captureCount).map { .string(piece(bytes, match[$0])) })
        }
    }

    private static let countMatches: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        let regex = try regex(call, 1, flags: "(?s)")
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
        let key = "\(call.name) \(regex.pattern.utf8.count) \(regex.pattern) \(try call.constantText(2))"
        return call.call([call.arguments[0]], .string, key: key) { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            var (result, index) = ([UInt8](), 0)
            for match in regex.matches(in: text, limit: once ? 1 : .max) {
                result += bytes[index..<match.range.lowerBound]
                for part in parts {
                    switch part {
                    case .bytes(let plain): result += plain
                    case .group(let number):
                        let range = number == 0 ? match.range : match[number]
                        if let range { result += bytes[range] }
                    }
                }
                index = match.range.upperBound
            }
            return .string(String(decoding: result + bytes[index...], as: UTF8.self))
        }
    }

    private static let split: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(1)
        guard !call.anyNullable else {
            throw call.fail("cannot split a value that may be NULL", hint: "Wrap it: ifNull(x, '').")
        }
        let regex = try regex(call, 0)
        return call.call([call.arguments[1]], .array(.string), key: "splitByRegexp \(regex.pattern)") { values in
            let text = values[0].text
            let bytes = Array(text.utf8)
            guard !regex.pattern.isEmpty else { return .array(text.unicodeScalars.map { .string(String($0)) }) }
            var (result, index) = ([Value](), 0)
            for match in regex.matches(in: text) where !match.range.isEmpty {
                result.append(.string(String(decoding: bytes[index..<match.range.lowerBound], as: UTF8.self)))
                index = match.range.upperBound
            }
            return .array(result + [.string(String(decoding: bytes[index...], as: UTF8.self))])
        }
    }
}

/// A LIKE pattern: `%` any text, `_` one character, a backslash before either for itself.
struct LikePattern: Sendable {
    private enum Part: Sendable {
        case scalar(Unicode.Scalar)
        case one
        case any
    }

    private let parts: [Part]
    private let folds: Bool

    init(_ text: String, folds: Bool) {
        var parts: [Part] = []
        var iterator = text.unicodeScalars.makeIterator()
        while let scalar = iterator.next() {
            switch scalar {
            case "%": parts.append(.any)
            case "_": parts.append(.one)
            case "\\":
                guard let next = iterator.next() else {
                    parts.append(.scalar(scalar))
                    break
                }
                if next != "%", next != "_", next != "\\" { parts.append(.scalar(scalar)) }
                parts.append(.scalar(folds ? Self.folded(next) : next))
            default: parts.append(.scalar(folds ? Self.folded(scalar) : scalar))
            }
        }
        self.parts = parts
        self.folds = folds
    }

    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar.isASCII {
            return scalar >= "A" && scalar <= "Z" ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
        }
        let lowered = scalar.properties.lowercaseMapping.unicodeScalars
        return lowered.count == 1 ? lowered.first ?? scalar : scalar
    }

    /// Time is bounded by the product of both lengths: after a failure only the last `%` is tried further on.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var (index, part) = (0, 0)
        var retry: (part: Int, index: Int)?
        while index < scalars.count {
            if part < parts.count {
                switch parts[part] {
                case .any:
                    retry = (part + 1, index)
                    part += 1
                    continue
                case .one:
                    (index, part) = (index + 1, part + 1)
                    continue
                case .scalar(let wanted):
                    if wanted == (folds ? Self.folded(scalars[index]) : scalars[index]) {
                        (index, part) = (index + 1, part + 1)
                        continue
                    }
                }
            }
            guard let last = retry else { return false }
            retry = (last.part, last.index + 1)
            (part, index) = (last.part, last.index + 1)
        }
        return parts[part...].allSatisfy { if case .any = $0 { true } else { false } }
    }
}
