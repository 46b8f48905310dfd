internal import AirlockCore

/// ClickHouse's strings are bytes; functions whose names end in UTF8 count characters.
enum StringFunctions {
    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "length": length, "lengthUTF8": integer { Int64($0.unicodeScalars.count) }, "empty": empty,
            "notEmpty": empty, "substring": substring, "substr": substring, "mid": substring,
            "substringUTF8": substring, "left": side, "right": side, "leftUTF8": side, "rightUTF8": side,
            "concat": concat, "concatWithSeparator": joined, "concat_ws": joined, "repeat": repeated,
            "leftPad": pad, "rightPad": pad, "lpad": pad, "rpad": pad, "position": position,
            "positionCaseInsensitive": position, "positionUTF8": position, "locate": position,
            "countSubstrings": countSubstrings, "startsWith": affix, "endsWith": affix, "replaceAll": replace,
            "replace": replace, "replaceOne": replace, "splitByChar": split, "splitByString": split,
            "split_part": splitPart, "splitByWhitespace": splitByWhitespace,
            "toString": { call throws(AirlockError) in try StringFunctions.toString(call) },
        ]
        all["lower"] = text { mapped($0) { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } }
        all["upper"] = text { mapped($0) { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 } }
        all["lcase"] = all["lower"]
        all["ucase"] = all["upper"]
        all["lowerUTF8"] = text { folded($0) { $0.properties.lowercaseMapping } }
        all["upperUTF8"] = text { folded($0) { $0.properties.uppercaseMapping } }
        all["reverse"] = reverse
        all["reverseUTF8"] = text { text in
            var result = String.UnicodeScalarView()
            for scalar in text.unicodeScalars.reversed() { result.append(scalar) }
            return String(result)
        }
        all["trim"] = text { trimmed($0, left: true, right: true) }
        all["trimBoth"] = all["trim"]
        for name in ["trimLeft", "ltrim"] { all[name] = text { trimmed($0, left: true, right: false) } }
        for name in ["trimRight", "rtrim"] { all[name] = text { trimmed($0, left: false, right: true) } }
        all["initcap"] = text(initialCapitals)
        all["hex"] = text { $0.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined() }
        let bind: FunctionBinding.Bind = { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.int32) { .int(Int64($0[0].text.utf8.first ?? 0)) }
        }
        all["ascii"] = bind
        return all
    }()

    private static func text(_ map: @escaping @Sendable (String) -> String) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.string) { .string(map($0[0].text)) }
        }
    }

    private static func integer(_ map: @escaping @Sendable (String) -> Int64) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.uint64) { .int(map($0[0].text)) }
        }
    }

    private static func mapped(_ text: String, _ map: (UInt8) -> UInt8) -> String {
        String(decoding: text.utf8.map(map), as: UTF8.self)
    }

    /// Character by character; what would grow into several stays, as in ClickHouse without ICU.
    private static func folded(_ text: String, _ map: (Unicode.Scalar) -> String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let mapped = map(scalar).unicodeScalars
            result.append(mapped.count == 1 ? mapped.first ?? scalar : scalar)
        }
        return String(result)
    }

    private static func trimmed(_ text: String, left: Bool, right: Bool) -> String {
        var bytes = Array(text.utf8)[...]
        if left { bytes = bytes.drop { $0 == 0x20 } }
        if right { while bytes.last == 0x20 { bytes.removeLast() } }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func initialCapitals(_ text: String) -> String {
        var inWord = false
        return String(
            decoding: text.utf8.map { byte -> UInt8 in
                let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
                let isWord = isLetter || (byte >= 0x30 && byte <= 0x39) || byte >= 0x80
                defer { inWord = isWord }
                return !isLetter ? byte : inWord ? byte | 0x20 : byte & 0xDF
            }, as: UTF8.self)
    }

    private static let length: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        if call.arguments[0].type.element != nil {
            return call.call(.uint64, key: "arrayLength") { .int(Int64($0[0].elements.count)) }
        }
        try call.string(0)
        return call.call(.uint64, sql: { "length(CAST(\($0[0]) AS BLOB))" }) { .int(Int64($0[0].text.utf8.count)) }
    }

    private static let empty: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let wanted = call.name == "empty"
        if call.arguments[0].type.element != nil {
            return call.call(.uint8, key: "array \(call.name)") { .bool($0[0].elements.isEmpty == wanted) }
        }
        try call.string(0)
        return call.call(.uint8, sql: { "(\($0[0]) \(wanted ? "=" : "<>") '')" }) {
            .bool($0[0].text.isEmpty == wanted)
        }
    }

    private static let reverse: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        if call.arguments[0].type.element != nil {
            return call.call(call.arguments[0].type, key: "arrayReverse") { .array($0[0].elements.reversed()) }
        }
        try call.string(0)
        return call.call(.string) { .string(String(decoding: $0[0].text.utf8.reversed(), as: UTF8.self)) }
    }

    /// The piece from a position (from 1; from the end when negative), of at most so many units.
    static func piece<Unit>(_ units: [Unit], from start: Int64, count: Int64?) -> ArraySlice<Unit> {
        let total = Int64(units.count)
        guard start != 0 else { return [] }
        var first = start > 0 ? start - 1 : total.addingClamped(start)
        var last = total
        if let count {
            last = count < 0 ? total.addingClamped(count) : min(total, first.addingClamped(count))
        }
        first = max(first, 0)
        guard first < last, first < total else { return [] }
        return units[Int(first)..<Int(last)]
    }

    private static let substring: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.string(0)
        for index in 1..<call.arguments.count { try call.integer(index) }
        let isUTF8 = call.name.hasSuffix("UTF8")
        return call.call(.string) { values in
            let (start, count) = (values[1].intValue ?? 0, values.count > 2 ? values[2].intValue : nil)
            if isUTF8 {
                var view = String.UnicodeScalarView()
                for scalar in piece(Array(values[0].text.unicodeScalars), from: start, count: count) {
                    view.append(scalar)
                }
                return .string(String(view))
            }
            return .string(
                String(decoding: piece(Array(values[0].text.utf8), from: start, count: count), as: UTF8.self))
        }
    }

    private static let side: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.integer(1)
        let (isLeft, isUTF8) = (call.name.hasPrefix("left"), call.name.hasSuffix("UTF8"))
        return call.call(.string) { values in
            let count = values[1].intValue ?? 0
            func cut<Unit>(_ units: [Unit]) -> ArraySlice<Unit> {
                let total = Int64(units.count)
                let length = max(0, count < 0 ? total.addingClamped(count) : min(count, total))
                return isLeft ? units.prefix(Int(length)) : units.suffix(Int(length))
            }
            guard isUTF8 else { return .string(String(decoding: cut(Array(values[0].text.utf8)), as: UTF8.self)) }
            var view = String.UnicodeScalarView()
            for scalar in cut(Array(values[0].text.unicodeScalars)) { view.append(scalar) }
            return .string(String(view))
        }
    }

    /// HogQL's concat turns everything into text and NULL into nothing.
    private static let concat: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        if call.arguments.allSatisfy({ $0.type.element != nil }) {
            return try call.resolver.bind("arrayConcat", call.arguments, call.range)
        }
        let (types, calendar) = (call.arguments.map(\.type), call.calendar)
        let allText = types.allSatisfy { $0.isString }
        let native: @Sendable ([String]) -> String = { parts in
            "(" + parts.map { "coalesce(\($0), '')" }.joined(separator: " || ") + ")"
        }
        let scalar = ScalarCall(
            "concat", sql: allText ? native : nil, seesNull: true
        ) { values in
            var text = ""
            for (value, type) in zip(values, types) where !value.isNull {
                text += ValueText.text(value, type, calendar)
            }
            return .string(text)
        }
        return .call(scalar, .string, call.arguments)
    }

    private static let joined: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        try call.string(0)
        let (types, calendar) = (call.arguments.map(\.type), call.calendar)
        return call.call(.string) { values in
            let parts = zip(values, types).dropFirst().map { ValueText.text($0, $1, calendar) }
            return .string(parts.joined(separator: values[0].text))
        }
    }

    private static let repeated: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.integer(1)
        return call.call(.string) { values in
            let count = max(0, values[1].intValue ?? 0)
            guard Int64(values[0].text.utf8.count).multipliedClamped(by: count) <= 1 << 20 else {
                throw ExecutionFault("repeat would give a text above 1 MiB")
            }
            return .string(String(repeating: values[0].text, count: Int(count)))
        }
    }

    private static let pad: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.string(0)
        try call.integer(1)
        let isLeft = call.name.hasPrefix("l")
        return call.call(.string) { values in
            let bytes = Array(values[0].text.utf8)
            let length = values[1].intValue ?? 0
            let fill = values.count > 2 ? Array(values[2].text.utf8) : [0x20]
            guard length <= 1 << 20 else { throw ExecutionFault("a text above 1 MiB would come of the padding") }
            if length <= Int64(bytes.count) {
                return .string(String(decoding: bytes.prefix(Int(max(0, length))), as: UTF8.self))
            }
            guard !fill.isEmpty else { return values[0] }
            let padding = (0..<(Int(length) - bytes.count)).map { fill[$0 % fill.count] }
            return .string(String(decoding: isLeft ? padding + bytes : bytes + padding, as: UTF8.self))
        }
    }

    private static let position: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.string(0)
        try call.string(1)
        let folds = call.name.contains("CaseInsensitive")
        guard call.name != "positionUTF8" || call.arguments.count == 2 else {
            throw call.unsupported("positionUTF8 with a start")
        }
        let isUTF8 = call.name.hasSuffix("UTF8")
        // locate takes the needle first.
        let swapped = call.name == "locate"
        return call.call(.uint64) { values in
            let (first, second) = swapped ? (values[1].text, values[0].text) : (values[0].text, values[1].text)
            let haystack = folds ? lowered(first) : Array(first.utf8)
            let needle = folds ? lowered(second) : Array(second.utf8)
            let start = values.count > 2 ? max(1, values[2].intValue ?? 1) : 1
            guard let found = firstIndex(of: needle, in: haystack, from: Int(min(start - 1, Int64(haystack.count))))
            else {
                return .int(0)
            }
            guard isUTF8 else { return .int(Int64(found + 1)) }
            return .int(Int64(haystack[..<found].lazy.filter { $0 & 0xC0 != 0x80 }.count + 1))
        }
    }

    private static func lowered(_ text: String) -> [UInt8] {
        text.utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }

    static func firstIndex(of needle: [UInt8], in haystack: [UInt8], from start: Int = 0) -> Int? {
        if needle.isEmpty { return start }
        guard haystack.count - start >= needle.count else { return nil }
        var index = start
        while index <= haystack.count - needle.count {
            if haystack[index] == needle[0], haystack[index..<(index + needle.count)].elementsEqual(needle) {
                return index
            }
            index += 1
        }
        return nil
    }

    private static let countSubstrings: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.string(1)
        return call.call(.uint64) { values in
            let (haystack, needle) = (Array(values[0].text.utf8), Array(values[1].text.utf8))
            guard !needle.isEmpty else { return .int(0) }
            var (count, index) = (Int64(0), 0)
            while let found = firstIndex(of: needle, in: haystack, from: index) {
                count += 1
                index = found + needle.count
            }
            return .int(count)
        }
    }

    private static let affix: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.string(1)
        let atStart = call.name == "startsWith"
        return call.call(.uint8) { values in
            let (text, part) = (values[0].text.utf8, values[1].text.utf8)
            return .bool(atStart ? text.starts(with: part) : text.suffix(part.count).elementsEqual(part))
        }
    }

    private static let replace: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        for index in 0..<3 { try call.string(index) }
        let once = call.name == "replaceOne"
        return call.call(.string, key: once ? "replaceOne" : "replaceAll") { values in
            let (text, needle, with) = (
                Array(values[0].text.utf8), Array(values[1].text.utf8), Array(values[2].text.utf8)
            )
            guard !needle.isEmpty else { return values[0] }
            var (result, index) = ([UInt8](), 0)
            while let found = firstIndex(of: needle, in: text, from: index) {
                result += text[index..<found] + with
                index = found + needle.count
                if once { break }
            }
            return .string(String(decoding: result + text[index...], as: UTF8.self))
        }
    }

    static func pieces(_ text: String, by separator: String) -> [String] {
        let (bytes, needle) = (Array(text.utf8), Array(separator.utf8))
        guard !needle.isEmpty else { return text.unicodeScalars.map { String($0) } }
        var (result, index) = ([String](), 0)
        while let found = firstIndex(of: needle, in: bytes, from: index) {
            result.append(String(decoding: bytes[index..<found], as: UTF8.self))
            index = found + needle.count
        }
        return result + [String(decoding: bytes[index...], as: UTF8.self)]
    }

    private static let split: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.string(1)
        if call.name == "splitByChar", try call.constantText(0).utf8.count != 1 {
            throw call.fail("needs a single character", hint: "Use splitByString.")
        }
        guard !call.anyNullable else {
            throw call.fail("cannot split a value that may be NULL", hint: "Wrap it: ifNull(x, '').")
        }
        let byString = call.name == "splitByString"
        return call.call(.array(.string)) { values in
            if values[1].text.isEmpty, byString, values[0].text.isEmpty { return .array([]) }
            return .array(pieces(values[1].text, by: values[0].text).map(Value.string))
        }
    }

    private static let splitPart: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(3)
        try call.string(0)
        try call.string(1)
        try call.integer(2)
        return call.call(.string) { values in
            let parts = pieces(values[0].text, by: values[1].text)
            let index = values[2].intValue ?? 0
            let position = index > 0 ? index - 1 : Int64(parts.count) + index
            guard index != 0, position >= 0, position < Int64(parts.count) else { return .string("") }
            return .string(parts[Int(position)])
        }
    }

    private static let splitByWhitespace: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.string(0)
        guard !call.anyNullable else {
            throw call.fail("cannot split a value that may be NULL", hint: "Wrap it: ifNull(x, '').")
        }
        return call.call(.array(.string)) { values in
            let parts = values[0].text.utf8.split { $0 == 0x20 || ($0 >= 9 && $0 <= 13) }
            return .array(parts.map { .string(String(decoding: Array($0), as: UTF8.self)) })
        }
    }

    private static func toString(_ call: FunctionBinding) throws(AirlockError) -> Node {
        try call.count(1)
        let type = call.arguments[0].type
        if type.isString { return call.arguments[0] }
        let (inner, calendar) = (type.inner, call.calendar)
        if inner == .uuid { return call.call(.string, sql: { $0[0] }) { $0[0] } }
        return call.call(.string, key: "toString \(inner)") { .string(ValueText.text($0[0], inner, calendar)) }
    }
}
