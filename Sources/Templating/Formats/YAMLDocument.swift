internal import AirlockCore
private import Yams

/// A YAML text as a JSON value, by the core schema of YAML 1.2: `no`, `0777`, `12:30:45` and dates stay text.
enum YAMLDocument {
    struct Failure: Error {
        var reason: String
        var line: Int?
        var column: Int?
    }

    /// Values, counting each use of an anchor anew.
    static let maxValues = 100_000
    static let maxDepth = 64
    static let maxAliases = 16

    /// - Parameter text: bounded by the caller.
    static func read(_ text: String) throws(Failure) -> JSONValue {
        let bytes = Array(text.utf8)
        try refuseExcess(bytes)
        do throws(Failure) {
            return try parse(text)
        } catch {
            throw located(error, in: bytes)
        }
    }

    private static func parse(_ text: String) throws(Failure) -> JSONValue {
        let root: Node?
        do {
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw failure(error)
        } catch {
            throw Failure(reason: "it cannot be read")
        }
        // An empty file gives no variables.
        guard let root else { return .object([:]) }
        var conversion = Conversion()
        return try conversion.value(root, depth: 0)
    }

    /// The library builds its tree recursively and compares keys through every alias, so depth and aliases have to be
    /// bounded before it sees the text. The count is of what looks like one, in strings too.
    private static func refuseExcess(_ bytes: [UInt8]) throws(Failure) {
        var (depth, aliases, anchors, line, indent, isIndent) = (0, 0, 0, 1, 0, true)
        for (index, byte) in bytes.enumerated() {
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0x20
            let begins = index == 0 || " \t\n\r,[{:-?".utf8.contains(bytes[index - 1])
            switch byte {
            case 0: throw Failure(reason: "a NUL byte", line: line)
            case 0x0A: (line, indent, isIndent) = (line + 1, 0, true)
            case 0x5B, 0x7B: depth += 1
            case 0x5D, 0x7D: depth = max(0, depth - 1)
            case 0x2A where begins && isNameByte(next): aliases += 1
            case 0x26 where begins && isNameByte(next): anchors += 1
            default: break
            }
            if isIndent {
                // A level takes a column, or an indicator with a blank after it.
                let isLevel = byte == 0x20 || "-?:".utf8.contains(byte) && (next == 0x20 || next == 0x0A)
                if isLevel { indent += 1 } else if byte != 0x0A { isIndent = false }
            }
            if depth > maxDepth || indent > 2 * maxDepth {
                throw Failure(reason: "more than \(maxDepth) containers inside each other", line: line)
            }
        }
        if aliases > maxAliases, anchors > 0 {
            throw Failure(reason: "more than \(maxAliases) aliases; write the values out")
        }
    }

    /// The library follows YAML 1.1, to which NEL, LS and PS end lines too; to files and editors they do not.
    private static func located(_ failure: Failure, in bytes: [UInt8]) -> Failure {
        guard let line = failure.line else { return failure }
        var (found, index) = (1, 0)
        while found < line, index < bytes.count {
            let length = lineBreak(at: index, bytes)
            if length > 0 { found += 1 }
            index += max(1, length)
        }
        for _ in 1..<max(1, failure.column ?? 1) where index < bytes.count {
            index += 1
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
        }
        let place = LineIndex(bytes).position(of: index)
        return Failure(reason: failure.reason, line: place.line, column: failure.column.map { _ in place.column })
    }

    /// How many bytes end a line at `index`, to YAML 1.1.
    private static func lineBreak(at index: Int, _ bytes: [UInt8]) -> Int {
        switch bytes[index] {
        case 0x0A: 1
        case 0x0D: index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1
        case 0xC2: bytes[(index + 1)...].first == 0x85 ? 2 : 0
        case 0xE2: bytes[(index + 1)...].first == 0x80 && [0xA8, 0xA9].contains(bytes[(index + 2)...].first) ? 3 : 0
        default: 0
        }
    }

    private static func failure(_ error: YamlError) -> Failure {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            Failure(reason: problem, line: mark.line, column: mark.column)
        case .reader(let problem, _, _, _): Failure(reason: problem)
        case .duplicatedKeysInMapping(_, let context):
            Failure(reason: "a key stands twice in one mapping", line: context.mark.line, column: context.mark.column)
        default: Failure(reason: "it cannot be read")
        }
    }

    private struct Conversion {
        var count = 0

        mutating func value(_ node: Node, depth: Int) throws(Failure) -> JSONValue {
            count += 1
            guard count <= maxValues else { throw failure("more than \(maxValues) values", node) }
            guard depth <= 2 * maxDepth else {
                throw failure("more than \(2 * maxDepth) containers inside each other", node)
            }
            switch node {
            case .scalar(let scalar): return try YAMLDocument.scalar(scalar, node)
            case .sequence(let sequence):
                try plain(sequence.tag, "tag:yaml.org,2002:seq", node)
                var elements: [JSONValue] = []
                for element in sequence { elements.append(try value(element, depth: depth + 1)) }
                return .array(elements)
            case .mapping(let mapping):
                try plain(mapping.tag, "tag:yaml.org,2002:map", node)
                var members = JSONObject()
                for (key, member) in mapping {
                    guard case .scalar(let name) = key else { throw failure("a key that is not plain text", key) }
                    guard members[name.string] == nil else { throw failure("a key stands twice in one mapping", key) }
                    members[name.string] = try value(member, depth: depth + 1)
                }
                return .object(members)
            case .alias: throw failure("an alias of nothing", node)
            }
        }

        private func plain(_ tag: Tag, _ expected: String, _ node: Node) throws(Failure) {
            guard isImplicit(tag) || tag.description == expected else {
                throw failure("the tag \(tag.description) has no meaning here", node)
            }
        }

        private func failure(_ reason: String, _ node: Node) -> Failure { YAMLDocument.failure(reason, node) }
    }

    private static func failure(_ reason: String, _ node: Node) -> Failure {
        Failure(reason: reason, line: node.mark?.line, column: node.mark?.column)
    }

    private static func isImplicit(_ tag: Tag) -> Bool { tag.description.isEmpty || tag.description == "!" }

    private static func scalar(_ scalar: Node.Scalar, _ node: Node) throws(Failure) -> JSONValue {
        let (text, name) = (scalar.string, scalar.tag.description)
        if name == "tag:yaml.org,2002:str" || name == "!" { return .string(text) }
        let isPlain = scalar.style == .plain || scalar.style == .any
        if name.isEmpty, !isPlain { return .string(text) }
        let value = coreValue(text)
        if name.isEmpty {
            if value == nil, [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"].contains(where: text.hasSuffix),
                text.utf8.count <= 5
            {
                throw failure("inf and nan have no place in JSON, and so none here", node)
            }
            return value ?? .string(text)
        }
        switch (name, value) {
        case ("tag:yaml.org,2002:int", .number(let number)?) where number.isInteger: return .number(number)
        case ("tag:yaml.org,2002:float", .number(let number)?): return .number(number)
        case ("tag:yaml.org,2002:bool", .bool(let flag)?): return .bool(flag)
        case ("tag:yaml.org,2002:null", .null?): return .null
        default: throw failure("the tag \(name) has no meaning here", node)
        }
    }

    /// What a plain scalar stands for (YAML 1.2.2 §10.3.2); `nil` for text.
    private static func coreValue(_ text: String) -> JSONValue? {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: break
        }
        guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return nil }
        if let number = JSONNumber(text: text) { return .number(number) }
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            return UInt64(text.dropFirst(2), radix: radix).map { .int($0) }
        }
        return decimal(text).flatMap { JSONNumber(text: $0) }.map(JSONValue.number)
    }

    /// A number that YAML writes otherwise than JSON, `+1`, `.5`, `1.`, `007`, as JSON would; `nil` for no number.
    private static func decimal(_ text: String) -> String? {
        var rest = text.utf8[...]
        var result = ""
        if let sign = rest.first, sign == 0x2B || sign == 0x2D {
            if sign == 0x2D { result = "-" }
            rest = rest.dropFirst()
        }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == 0x2E {
            fraction = rest.dropFirst().prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count + 1)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { return nil }
        let significant = whole.drop { $0 == 0x30 }
        result += significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self)
        if !fraction.isEmpty { result += "." + String(decoding: fraction, as: UTF8.self) }
        // What remains is an exponent, or the text is no number.
        return rest.isEmpty || rest.first.map { $0 | 0x20 } == 0x65
            ? result + String(decoding: rest, as: UTF8.self) : nil
    }
}
