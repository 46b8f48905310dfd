internal import AirlockCore

/// Looking for texts in texts; positions count from 1, and 0 is nowhere.
enum StringSearchFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = ["locate": position(.bytes, swapped: true)]
        for (suffix, kind) in Kind.suffixes {
            all["position\(suffix)"] = position(kind)
            all["countSubstrings\(suffix)"] = count(kind)
            all["hasSubsequence\(suffix)"] = subsequence(kind)
            all["multiSearchAllPositions\(suffix)"] = many(kind, .array(.uint64)) { .array($0.map(Value.int)) }
            all["multiSearchAny\(suffix)"] = many(kind, .uint8) { .bool($0.contains { $0 > 0 }) }
            all["multiSearchFirstIndex\(suffix)"] = many(kind, .uint64) { places in
                .int(Int64((places.firstIndex { $0 > 0 } ?? -1) + 1))
            }
            all["multiSearchFirstPosition\(suffix)"] = many(kind, .uint64) { places in
                .int(places.filter { $0 > 0 }.min() ?? 0)
            }
        }
        // ClickHouse has no such form.
        all["countSubstringsUTF8"] = nil
        for (name, folds, orNull) in [
            ("hasToken", false, false), ("hasTokenCaseInsensitive", true, false), ("hasTokenOrNull", false, true),
            ("hasTokenCaseInsensitiveOrNull", true, true),
        ] {
            all[name] = token(folds: folds, orNull: orNull)
        }
        return all
    }()

    struct Kind: Sendable {
        let folds: Bool
        let isUTF8: Bool

        static let bytes = Kind(folds: false, isUTF8: false)
        static let suffixes: [(String, Kind)] = [
            ("", .bytes), ("CaseInsensitive", Kind(folds: true, isUTF8: false)),
            ("UTF8", Kind(folds: false, isUTF8: true)), ("CaseInsensitiveUTF8", Kind(folds: true, isUTF8: true)),
        ]

        /// The characters to compare: bytes, or each character's code folded.
        func units(_ value: Value) -> [UInt32] {
            guard isUTF8 else {
                return value.utf8.map { UInt32(folds && $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) }
            }
            return value.text.unicodeScalars.map { scalar in
                guard folds else { return scalar.value }
                let lowered = scalar.properties.lowercaseMapping.unicodeScalars
                return lowered.count == 1 ? lowered.first?.value ?? scalar.value : scalar.value
            }
        }
    }

    /// The least offset from `start` at which `needle` stands.
    static func find<Unit: Equatable>(_ needle: [Unit], in haystack: [Unit], from start: Int = 0) -> Int? {
        guard start <= haystack.count - needle.count, let first = needle.first else {
            return needle.isEmpty && start <= haystack.count ? start : nil
        }
        var index = start
        while index <= haystack.count - needle.count {
            if haystack[index] == first, haystack[index..<(index + needle.count)].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }

    private static func position(_ kind: Kind, swapped: Bool = false) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2, 3)
            try call.string(0)
            try call.string(1)
            if call.arguments.count == 3 { try call.integer(2) }
            return call.call(.uint64, readsBytes: !kind.isUTF8) { values in
                let haystack = kind.units(values[swapped ? 1 : 0])
                let needle = kind.units(values[swapped ? 0 : 1])
                let start = values.count > 2 ? max(1, values[2].intValue ?? 1) : 1
                guard start - 1 <= Int64(haystack.count) else { return .int(0) }
                return .int(Int64((find(needle, in: haystack, from: Int(start - 1)) ?? -1) + 1))
            }
        }
    }

    private static func count(_ kind: Kind) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2, 3)
            try call.string(0)
            try call.string(1)
            if call.arguments.count == 3 { try call.integer(2) }
            return call.call(.uint64, readsBytes: !kind.isUTF8) { values in
                let (haystack, needle) = (kind.units(values[0]), kind.units(values[1]))
                let start = values.count > 2 ? max(1, values[2].intValue ?? 1) : 1
                guard !needle.isEmpty, start - 1 <= Int64(haystack.count) else { return .int(0) }
                var (count, index) = (Int64(0), Int(start - 1))
                while let found = find(needle, in: haystack, from: index) {
                    count += 1
                    index = found + needle.count
                }
                return .int(count)
            }
        }
    }

    private static func subsequence(_ kind: Kind) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.strings()
            return call.call(.uint8, readsBytes: !kind.isUTF8) { values in
                var rest = kind.units(values[1])[...]
                for unit in kind.units(values[0]) where unit == rest.first { rest = rest.dropFirst() }
                return .bool(rest.isEmpty)
            }
        }
    }

    private static func many(
        _ kind: Kind, _ type: ClickHouseType, _ result: @escaping @Sendable ([Int64]) -> Value
    ) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.string(0)
            guard try call.element(1) == .string else { throw call.fail("needs an array of texts as argument 2") }
            if type.isContainer { try call.neverNull() }
            return call.call(type, readsBytes: !kind.isUTF8) { values in
                let haystack = kind.units(values[0])
                return result(
                    values[1].elements.map { Int64((find(kind.units($0), in: haystack) ?? -1) + 1) })
            }
        }
    }

    /// Whether a run of letters and digits (ASCII; other bytes count as such) stands as a whole word.
    private static func token(folds: Bool, orNull: Bool) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(2)
            try call.string(0)
            let needle = try call.constantText(1)
            let kind = Kind(folds: folds, isUTF8: false)
            let wanted = kind.units(.string(needle))
            guard !wanted.isEmpty, !wanted.contains(where: isSeparator) else {
                if orNull { return .constant(.null, .nullable(.uint8)) }
                throw call.fail("needs a word as argument 2, without spaces or signs", hint: "Use position(x, 'text').")
            }
            let type = ClickHouseType.uint8.nullable(if: orNull)
            return call.call([call.arguments[0]], type, key: "\(call.name) \(needle)", readsBytes: true) { values in
                .bool(kind.units(values[0]).split(whereSeparator: isSeparator).contains { $0.elementsEqual(wanted) })
            }
        }
    }

    private static func isSeparator(_ unit: UInt32) -> Bool {
        unit < 0x80 && !(unit | 0x20 >= 0x61 && unit | 0x20 <= 0x7A) && !(unit >= 0x30 && unit <= 0x39)
    }
}
