internal import AirlockCore

/// ClickHouse's strings are bytes; functions whose names end in UTF8 count characters.
enum StringFunctions {
    /// What one call may make out of a short text, so that a query cannot fill the memory.
    static let maxBytes: Int64 = 1 << 20

    static let all: [String: FunctionBinding.Bind] = {
        var all: [String: FunctionBinding.Bind] = [
            "length": length, "lengthUTF8": lengthUTF8, "empty": empty, "notEmpty": empty, "isEmpty": empty,
            "isNotEmpty": empty, "substring": substring, "substr": substring, "mid": substring,
            "substringUTF8": substring, "left": side, "right": side, "leftUTF8": side, "rightUTF8": side,
            "concat": concat, "concatWithSeparator": joined, "concat_ws": joined, "repeat": repeated, "space": space,
            "leftPad": pad, "rightPad": pad, "lpad": pad, "rpad": pad, "leftPadUTF8": pad, "rightPadUTF8": pad,
            "startsWith": affix, "endsWith": affix, "startsWithUTF8": affix, "endsWithUTF8": affix, "format": format,
            "appendTrailingCharIfAbsent": append, "reverse": reverse,
            "isValidUTF8": { call throws(AirlockError) in
                try call.count(1)
                try call.string(0)
                return call.call(.uint8, readsBytes: true) { .bool(!$0[0].holdsBytes) }
            },
            "ascii": { call throws(AirlockError) in
                try call.count(1)
                try call.string(0)
                return call.call(.int32, readsBytes: true) { .int(Int64($0[0].utf8.first ?? 0)) }
            },
        ]
        all["lower"] = bytes { $0.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } }
        all["upper"] = bytes { $0.map { $0 >= 0x61 && $0 <= 0x7A ? $0 & 0xDF : $0 } }
        all["lcase"] = all["lower"]
        all["ucase"] = all["upper"]
        all["lowerUTF8"] = text { mapped($0) { $0.properties.lowercaseMapping } }
        all["upperUTF8"] = text { mapped($0) { $0.properties.uppercaseMapping } }
        all["reverseUTF8"] = text { String(String.UnicodeScalarView($0.unicodeScalars.reversed())) }
        all["initcap"] = bytes(initialCapitals)
        all["toValidUTF8"] = bytes { validated($0) }
        for (name, left, right) in [
            ("trim", true, true), ("btrim", true, true), ("trimBoth", true, true), ("trimLeft", true, false),
            ("ltrim", true, false), ("trimRight", false, true), ("rtrim", false, true),
        ] {
            let bind: FunctionBinding.Bind = { call throws(AirlockError) in
                try call.count(1, 2)
                try call.strings()
                return call.call(.string, key: "trim \(left) \(right)", readsBytes: true) { values in
                    let marks = values.count > 1 ? values[1].utf8 : [0x20]
                    var bytes = values[0].utf8[...]
                    if left { bytes = bytes.drop(while: marks.contains) }
                    if right { while let last = bytes.last, marks.contains(last) { bytes.removeLast() } }
                    return .text(bytes)
                }
            }
            all[name] = bind
        }
        return all
    }()

    static func bytes(_ map: @escaping @Sendable ([UInt8]) -> [UInt8]) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.string, readsBytes: true) { .text(map($0[0].utf8)) }
        }
    }

    static func text(_ map: @escaping @Sendable (String) -> String) -> FunctionBinding.Bind {
        { call throws(AirlockError) in
            try call.count(1)
            try call.string(0)
            return call.call(.string) { .string(map($0[0].text)) }
        }
    }

    private static func mapped(_ text: String, _ map: (Unicode.Scalar) -> String) -> String {
        text.unicodeScalars.reduce(into: "") { $0 += map($1) }
    }

    private static func initialCapitals(_ bytes: [UInt8]) -> [UInt8] {
        var inWord = false
        return bytes.map { byte in
            let isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A
            let isWord = isLetter || (byte >= 0x30 && byte <= 0x39)
            defer { inWord = isWord }
            return !isLetter ? byte : inWord ? byte | 0x20 : byte & 0xDF
        }
    }

    /// Each run of bytes that are no UTF-8 becomes one U+FFFD.
    private static func validated(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var (index, inBad) = (0, false)
        while index < bytes.count {
            let width = utf8Width(bytes, index)
            if width == 0 {
                if !inBad { result += [0xEF, 0xBF, 0xBD] }
                index += 1
            } else {
                result += bytes[index..<(index + width)]
                index += width
            }
            inBad = width == 0
        }
        return result
    }

    /// The length of the UTF-8 character at an offset; 0 where there is none.
    private static func utf8Width(_ bytes: [UInt8], _ index: Int) -> Int {
        let lead = bytes[index]
        let width = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : 4
        guard lead < 0x80 || (lead >= 0xC2 && lead < 0xF5), index + width <= bytes.count else { return 0 }
        let piece = bytes[index..<(index + width)]
        return String(decoding: piece, as: UTF8.self).utf8.elementsEqual(piece) ? width : 0
    }

    /// A text's characters as ClickHouse counts them: bytes that do not continue one.
    static func characters(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var (result, start) = ([ArraySlice<UInt8>](), 0)
        for index in bytes.indices where index > start && bytes[index] & 0xC0 != 0x80 {
            result.append(bytes[start..<index])
            start = index
        }
        if start < bytes.count { result.append(bytes[start...]) }
        return result
    }

    private static let length: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        if call.arguments[0].type.isContainer {
            guard call.arguments[0].type.elementOrPair != nil else { throw call.fail("needs text or an array") }
            return call.call(.uint64, key: "arrayLength") { .int(Int64($0[0].elements.count)) }
        }
        try call.string(0)
        return call.call(.uint64, sql: { "length(CAST(\($0[0]) AS BLOB))" }, readsBytes: true) {
            .int(Int64($0[0].utf8.count))
        }
    }

    private static let lengthUTF8: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.string(0)
        return call.call(.uint64, readsBytes: true) {
            .int(Int64($0[0].utf8.lazy.filter { $0 & 0xC0 != 0x80 }.count))
        }
    }

    private static let empty: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        let wanted = !call.name.lowercased().contains("not")
        if call.arguments[0].type.elementOrPair != nil {
            return call.call(.uint8, key: "array empty \(wanted)") { .bool($0[0].elements.isEmpty == wanted) }
        }
        if call.arguments[0].type.inner == .uuid {
            let zero = ClickHouseType.uuid.defaultValue
            return call.call(.uint8, key: "uuid empty \(wanted)") { .bool(($0[0] == zero) == wanted) }
        }
        try call.string(0)
        return call.call(
            .uint8, key: "empty \(wanted)", sql: { "(\($0[0]) \(wanted ? "=" : "<>") '')" }, readsBytes: true
        ) {
            .bool($0[0].utf8.isEmpty == wanted)
        }
    }

    private static let reverse: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        if call.arguments[0].type.element != nil {
            return call.call(call.arguments[0].type, key: "arrayReverse") { .array($0[0].elements.reversed()) }
        }
        try call.string(0)
        return call.call(.string, readsBytes: true) { .text($0[0].utf8.reversed()) }
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
        return call.call(.string, readsBytes: true) { values in
            let (start, count) = (values[1].intValue ?? 0, values.count > 2 ? values[2].intValue : nil)
            let bytes = values[0].utf8
            return isUTF8
                ? .text(piece(characters(bytes), from: start, count: count).flatMap { $0 })
                : .text(piece(bytes, from: start, count: count))
        }
    }

    /// HogQL's `left` and `right` are ClickHouse's `leftUTF8` and `rightUTF8`.
    private static let side: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.integer(1)
        let isLeft = call.name.hasPrefix("left")
        return call.call(.string, key: isLeft ? "left" : "right", readsBytes: true) { values in
            let units = characters(values[0].utf8)
            let (count, total) = (values[1].intValue ?? 0, Int64(units.count))
            let length = Int(max(0, count < 0 ? total.addingClamped(count) : min(count, total)))
            return .text((isLeft ? units.prefix(length) : units.suffix(length)).flatMap { $0 })
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
        let scalar = ScalarCall("concat", sql: allText ? native : nil, seesNull: true, readsBytes: true) { values in
            var bytes: [UInt8] = []
            for (value, type) in zip(values, types) where !value.isNull {
                bytes += type.isString ? value.utf8 : Array(ValueText.text(value, type, calendar).utf8)
            }
            return .text(bytes)
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

    private static func checkSize(_ bytes: Int64, _ name: String) throws {
        guard bytes <= maxBytes else { throw ExecutionFault("\(name) would give a text above 1 MiB") }
    }

    private static let repeated: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.string(0)
        try call.integer(1)
        return call.call(.string, readsBytes: true) { values in
            let (bytes, count) = (values[0].utf8, max(0, values[1].intValue ?? 0))
            try checkSize(Int64(bytes.count).multipliedClamped(by: count), "repeat")
            guard !bytes.isEmpty else { return values[0] }
            if case .string(let text) = values[0] { return .string(String(repeating: text, count: Int(count))) }
            return .text((0..<count).flatMap { _ in bytes })
        }
    }

    private static let space: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1)
        try call.integer(0)
        return call.call(.string) { values in
            let count = max(0, values[0].intValue ?? 0)
            try checkSize(count, "space")
            return .string(String(repeating: " ", count: Int(count)))
        }
    }

    private static let pad: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2, 3)
        try call.string(0)
        try call.integer(1)
        if call.arguments.count == 3 { try call.string(2) }
        let (name, isLeft, isUTF8) = (call.name, call.name.hasPrefix("l"), call.name.hasSuffix("UTF8"))
        return call.call(.string, key: "pad \(isLeft) \(isUTF8)", readsBytes: true) { values in
            func units(_ value: Value) -> [ArraySlice<UInt8>] {
                isUTF8 ? characters(value.utf8) : value.utf8.map { [$0] }
            }
            let (own, length) = (units(values[0]), values[1].intValue ?? 0)
            var fill = values.count > 2 ? units(values[2]) : [[0x20]]
            if fill.isEmpty { fill = [[0x20]] }
            try checkSize(length, name)
            if length <= Int64(own.count) { return .text(own.prefix(Int(max(0, length))).flatMap { $0 }) }
            let padding = (0..<(Int(length) - own.count)).map { fill[$0 % fill.count] }
            return .text((isLeft ? padding + own : own + padding).flatMap { $0 })
        }
    }

    private static let affix: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.strings()
        let atStart = call.name.hasPrefix("starts")
        return call.call(.uint8, key: atStart ? "startsWith" : "endsWith", readsBytes: true) { values in
            let (text, part) = (values[0].utf8, values[1].utf8)
            return .bool(atStart ? text.starts(with: part) : text.suffix(part.count).elementsEqual(part))
        }
    }

    private static let append: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(2)
        try call.strings()
        guard try call.constantText(1).utf8.count == 1 else { throw call.fail("needs a single character") }
        return call.call(.string, readsBytes: true) { values in
            let (text, mark) = (values[0].utf8, values[1].utf8)
            return text.isEmpty || text.suffix(1).elementsEqual(mark) ? values[0] : .text(text + mark)
        }
    }

    /// `format('{} {0}', …)`: the pieces are numbered by place or by hand, never both.
    private static let format: FunctionBinding.Bind = { call throws(AirlockError) in
        try call.count(1, .max)
        let pattern = try call.constantText(0)
        enum Part { case text([UInt8]), argument(Int) }
        var (parts, plain, next, isNumbered): ([Part], [UInt8], Int, Bool?) = ([], [], 0, nil)
        var bytes = Array(pattern.utf8)[...]
        while let byte = bytes.popFirst() {
            guard byte == 0x7B || byte == 0x7D else {
                plain.append(byte)
                continue
            }
            if bytes.first == byte {
                plain.append(byte)
                bytes.removeFirst()
                continue
            }
            guard byte == 0x7B, let end = bytes.firstIndex(of: 0x7D) else {
                throw call.fail("has a brace without its partner", hint: "Write {{ and }} for braces themselves.")
            }
            let inside = String(decoding: bytes[..<end], as: UTF8.self)
            bytes = bytes[(end + 1)...]
            guard isNumbered == nil || isNumbered == !inside.isEmpty else {
                throw call.fail("mixes {} with numbered places")
            }
            isNumbered = !inside.isEmpty
            guard let place = inside.isEmpty ? next : Int(inside), place >= 0, place < call.arguments.count - 1 else {
                throw call.fail("has no argument for {\(inside)}")
            }
            next += 1
            parts += [.text(plain), .argument(place)]
            plain = []
        }
        parts.append(.text(plain))
        let (all, calendar, types) = (parts, call.calendar, call.arguments.dropFirst().map(\.type))
        return call.call(Array(call.arguments.dropFirst()), .string, key: "format \(pattern)") { values in
            var result: [UInt8] = []
            for part in all {
                switch part {
                case .text(let bytes): result += bytes
                case .argument(let index): result += ValueText.text(values[index], types[index], calendar).utf8
                }
            }
            return .text(result)
        }
    }
}
