internal import AirlockCore

/// Texts taken apart, and characters exchanged.
enum StringSplitFunctions {
    static let all: [String: FunctionBinding.Bind] = [
        "splitByChar": split, "splitByString": split, "split_part": splitPart,
        "splitByWhitespace": words { !($0 == 0x20 || ($0 >= 9 && $0 <= 13)) },
        "splitByNonAlpha": words { byte in
            // ClickHouse's separators are spaces and punctuation; an underscore is one, a tilde is not.
            !(byte == 0x20 || (byte >= 9 && byte <= 13) || (byte >= 0x21 && byte <= 0x2F)
                || (byte >= 0x3A && byte <= 0x40) || (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7D))
        },
        "alphaTokens": words { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A },
        "tokens": words(limit: false) {
            ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 >= 0x80
        },
        "ngrams": ngrams, "replaceAll": replace, "replace": replace, "replaceOne": replace,
        "translate": translate, "translateUTF8": translate, "substringIndex": substringIndex,
    ]

    static func pieces(_ bytes: [UInt8], by needle: [UInt8]) -> [ArraySlice<UInt8>] {
        guard !needle.isEmpty else { return StringFunctions.characters(bytes) }
        var (result, index) = ([ArraySlice<UInt8>](), 0)
        while let found = StringSearchFunctions.find(needle, in: bytes, from: index) {
            result.append(bytes[index..<found])
            index = found + needle.count
        }
        return result + [bytes[index...]]
    }

    /// The third argument of the split functions: at most so many pieces, the rest is dropped; 0 and less is all.
    static func limit(_ call: FunctionBinding, _ index: Int) throws(AirlockError) -> Int {
        guard call.arguments.count > index else { return .max }
        let limit = try call.constantInt(index)
        return limit > 0 ? Int(min(limit, 1 << 30)) : .max
    }

    private static let split: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        let separator = try call.constantText(0)
        try call.string(1)
        let byString = call.name == "splitByString"
        if !byString, separator.utf8.count != 1 {
            throw call.fail("needs a single character", hint: "Use splitByString.")
        }
        try call.neverNull()
        let (needle, limit) = (Array(separator.utf8), try limit(call, 2))
        return call.call([call.arguments[1]], .array(.string), key: "split \(limit) \(separator)", readsBytes: true) {
            .array(pieces($0[0].utf8, by: needle).prefix(limit).map { .text($0) })
        }
    }

    private static func words(limit hasLimit: Bool = true, _ isWord: @escaping @Sendable (UInt8) -> Bool)
        -> FunctionBinding.Bind
    {
        { call throws(AirlockError) in
            try call.count(1, hasLimit ? 2 : 1)
            try call.string(0)
            try call.neverNull()
            let limit = try limit(call, 1)
            return call.call(
                [call.arguments[0]], .array(.string), key: "\(call.name) \(limit)", readsBytes: true
            ) {
                .array($0[0].utf8.split { !isWord($0) }.prefix(limit).map { .text($0) })
            }
        }
    }

    /// PostHog's: the piece by number from 1, and nothing beyond.
    private static let splitPart: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        try call.string(0)
        try call.string(1)
        try call.integer(2)
        return call.call(.string, readsBytes: true) { values in
            let parts = pieces(values[0].utf8, by: values[1].utf8)
            let index = values[2].intValue ?? 0
            let position = index > 0 ? index - 1 : Int64(parts.count).addingClamped(index)
            guard index != 0, position >= 0, position < Int64(parts.count) else { return .string("") }
            return .text(parts[Int(position)])
        }
    }

    private static let substringIndex: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        try call.string(0)
        try call.string(1)
        try call.integer(2)
        return call.call(.string, readsBytes: true) { values in
            let (needle, count) = (values[1].utf8, values[2].intValue ?? 0)
            guard !needle.isEmpty, count != 0 else { return .string("") }
            let parts = pieces(values[0].utf8, by: needle)
            let length = Int(min(count.magnitude, UInt64(parts.count)))
            let kept = count > 0 ? parts.prefix(length) : parts.suffix(length)
            return .text(Array(kept.joined(separator: needle)))
        }
    }

    private static let ngrams: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.neverNull()
        let size = try call.constantInt(1)
        guard size > 0, size <= 1000 else { throw call.fail("needs a length from 1 to 1,000") }
        return call.call([call.arguments[0]], .array(.string), key: "ngrams \(size)", readsBytes: true) { values in
            let units = StringFunctions.characters(values[0].utf8)
            let count = units.count - Int(size) + 1
            guard count > 0 else { return .array([]) }
            guard Int64(count).multipliedClamped(by: size) <= StringFunctions.maxBytes else {
                throw ExecutionFault("ngrams would give more than 1 MiB")
            }
            return .array((0..<count).map { .text(units[$0..<($0 + Int(size))].flatMap { $0 }) })
        }
    }

    private static let replace: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        try call.strings()
        let once = call.name == "replaceOne"
        return call.call(.string, key: once ? "replaceOne" : "replaceAll", readsBytes: true) { values in
            let (text, needle, with) = (values[0].utf8, values[1].utf8, values[2].utf8)
            guard !needle.isEmpty else { return values[0] }
            var (result, index) = ([UInt8](), 0)
            while let found = StringSearchFunctions.find(needle, in: text, from: index) {
                result += text[index..<found] + with
                index = found + needle.count
                guard result.count <= 64 << 20 else { throw ExecutionFault("replaceAll would give more than 64 MiB") }
                if once { break }
            }
            return .text(result + text[index...])
        }
    }

    private static let translate: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        try call.strings()
        let isUTF8 = call.name.hasSuffix("UTF8")
        return call.call(.string, readsBytes: !isUTF8) { values in
            func units(_ value: Value) throws -> [UInt32] {
                if isUTF8 { return value.text.unicodeScalars.map(\.value) }
                guard value.utf8.allSatisfy({ $0 < 0x80 }) else {
                    throw ExecutionFault("translate takes ASCII characters only; use translateUTF8")
                }
                return value.utf8.map(UInt32.init)
            }
            let (from, to) = (try units(values[1]), try units(values[2]))
            var map: [UInt32: UInt32?] = [:]
            for (index, unit) in from.enumerated() {
                if map[unit] == nil { map.updateValue(index < to.count ? to[index] : nil, forKey: unit) }
            }
            let exchange = map
            if isUTF8 {
                var result = String.UnicodeScalarView()
                for scalar in values[0].text.unicodeScalars {
                    if let found = exchange[scalar.value] {
                        if let code = found, let mapped = Unicode.Scalar(code) { result.append(mapped) }
                    } else {
                        result.append(scalar)
                    }
                }
                return .string(String(result))
            }
            return .text(
                values[0].utf8.compactMap { byte -> UInt8? in
                    guard let found = exchange[UInt32(byte)] else { return byte }
                    return found.map { UInt8(truncatingIfNeeded: $0) }
                })
        }
    }
}
