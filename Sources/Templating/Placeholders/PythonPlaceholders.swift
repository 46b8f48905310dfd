internal import AirlockCore

/// Finds the placeholders of a Python script: `{{ name }}` among the code, its double braces closed up, on one line.
///
/// As Python this would be a set that holds a set, which cannot be (a set is not hashable); so no meaning is taken
/// from any script. `{{1, 2}}` and the like stay as they are.
enum PythonPlaceholders {
    static func scan(_ bytes: [UInt8]) -> PlaceholderScan {
        let tokenizer = PythonTokenizer(bytes)
        let lines = LineIndex(bytes)
        var scan = PlaceholderScan()
        var context = Context(bytes: bytes)
        let code = tokenizer.tokens
        var index = 0
        while index < code.count {
            let token = code[index]
            switch token.kind {
            case .string, .formattedString, .comment:
                if token.kind != .comment { scan.words.insert(content(bytes[token.range])) }
                if let place = hidden(in: bytes, token.range) {
                    scan.problems.append(misplaced(place.name, token.kind, lines.position(of: place.offset)))
                }
            case .name: scan.words.insert(String(decoding: bytes[token.range], as: UTF8.self))
            default: break
            }
            if let (name, range, end) = placeholder(code, at: index, bytes) {
                let position = lines.position(of: range.lowerBound)
                let next = code[end...].first { $0.kind != .comment }
                if bytes[range].contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0x23 || $0 == 0x5C }) {
                    scan.problems.append(
                        Problem(
                            "placeholder_split", "a placeholder stands on one line, with nothing but its name inside",
                            line: position.line, column: position.column))
                } else if let reason = context.objection(before: next) {
                    scan.problems.append(
                        Problem(
                            "placeholder_place", "{{ \(name) }} \(reason): it stands where an expression may stand",
                            line: position.line, column: position.column))
                } else {
                    scan.placeholders.append(Placeholder(name: name, range: range, position: position))
                }
                for part in code[index..<end] { context.pass(part) }
                index = end
            } else {
                context.pass(token)
                index += 1
            }
        }
        if let start = tokenizer.unterminated {
            let position = lines.position(of: start)
            scan.problems.append(
                Problem(
                    "unterminated_string", "a string starts here and has no end", line: position.line,
                    column: position.column))
        }
        return scan
    }

    /// - Returns: also the index of the token after it; a comment may stand inside, for a better message.
    private static func placeholder(
        _ code: [PythonToken], at index: Int, _ bytes: [UInt8]
    ) -> (name: String, range: Range<Int>, end: Int)? {
        func isBrace(_ index: Int, _ brace: UInt8) -> Bool {
            guard index < code.count, code[index].kind == .operator else { return false }
            return code[index].range.count == 1 && bytes[code[index].range.lowerBound] == brace
        }
        func isPair(_ index: Int, _ brace: UInt8) -> Bool {
            isBrace(index, brace) && isBrace(index + 1, brace)
                && code[index].range.upperBound == code[index + 1].range.lowerBound
        }
        func afterComments(_ index: Int) -> Int {
            var index = index
            while index < code.count, code[index].kind == .comment { index += 1 }
            return index
        }
        guard isPair(index, 0x7B) else { return nil }
        let word = afterComments(index + 2)
        guard word < code.count, code[word].kind == .name else { return nil }
        let closing = afterComments(word + 1)
        guard isPair(closing, 0x7D) else { return nil }
        let name = String(decoding: bytes[code[word].range], as: UTF8.self)
        return (name, code[index].range.lowerBound..<code[closing + 1].range.upperBound, closing + 2)
    }

    /// A placeholder's look inside a string or comment: exactly two braces, a name, two braces. Three, as in
    /// `f"{{{name}}}"`, are Python's way to write a brace before a field.
    private static func hidden(in bytes: [UInt8], _ range: Range<Int>) -> (name: String, offset: Int)? {
        var index = range.lowerBound
        while index < range.upperBound {
            guard bytes[index] == 0x7B else {
                index += 1
                continue
            }
            let start = index
            while index < range.upperBound, bytes[index] == 0x7B { index += 1 }
            guard index - start == 2 else { continue }
            var cursor = index
            while cursor < range.upperBound, bytes[cursor] == 0x20 || bytes[cursor] == 0x09 { cursor += 1 }
            let nameStart = cursor
            while cursor < range.upperBound, isNameByte(bytes[cursor]) { cursor += 1 }
            let nameEnd = cursor
            while cursor < range.upperBound, bytes[cursor] == 0x20 || bytes[cursor] == 0x09 { cursor += 1 }
            if nameEnd > nameStart, !isDigit(bytes[nameStart]), cursor + 1 < range.upperBound, bytes[cursor] == 0x7D,
                bytes[cursor + 1] == 0x7D
            {
                return (String(decoding: bytes[nameStart..<nameEnd], as: UTF8.self), start)
            }
        }
        return nil
    }

    private static func misplaced(
        _ name: String, _ kind: PythonToken.Kind, _ position: SourcePosition
    ) -> Problem {
        let message =
            switch kind {
            case .comment: "{{ \(name) }} inside a comment is never filled in; write the name without braces"
            case .formattedString:
                "{{ \(name) }} inside an f-string is never filled in; a query's {\(name)} belongs in a plain string "
                    + "beside it, the value itself is airlock.params[\"\(name)\"]"
            default:
                "{{ \(name) }} inside a string is never filled in; use airlock.params[\"\(name)\"], "
                    + "or pass the value to the query as a parameter"
            }
        return Problem("placeholder_in_text", message, line: position.line, column: position.column)
    }

    /// A string's text without prefix and quotes, as it is written.
    private static func content(_ literal: ArraySlice<UInt8>) -> String {
        var text = literal
        while let first = text.first, first != 0x22, first != 0x27 { text.removeFirst() }
        while let first = text.first, first == 0x22 || first == 0x27 { text.removeFirst() }
        while let last = text.last, last == 0x22 || last == 0x27 { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
    }
}

/// What stands before a placeholder, to tell whether an expression may follow.
private struct Context {
    let bytes: [UInt8]
    private var previous: PythonToken?
    /// The first word of the statement.
    private var statement: String?
    private var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private func text(_ token: PythonToken) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

    mutating func pass(_ token: PythonToken) {
        switch token.kind {
        case .comment: return
        case .newline:
            (previous, statement, depth) = (nil, nil, 0)
            return
        case .operator:
            switch bytes[token.range.lowerBound] {
            case 0x28, 0x5B, 0x7B: depth += 1
            case 0x29, 0x5D, 0x7D: depth = max(0, depth - 1)
            case 0x3B where depth == 0:
                (previous, statement) = (nil, nil)
                return
            default: break
            }
        default: break
        }
        if statement == nil { statement = token.kind == .name ? text(token) : "" }
        previous = token
    }

    private static let beforeExpression: Set<String> = [
        "and", "assert", "await", "case", "elif", "else", "from", "if", "in", "is", "match", "not", "or", "raise",
        "return", "while", "with", "yield",
    ]
    private static let afterExpression: Set<String> = [
        "and", "as", "async", "else", "for", "from", "if", "in", "is", "not", "or",
    ]
    private static let statementsWithoutExpressions: Set<String> = ["import", "from", "global", "nonlocal", "del"]
    private static let assignments: Set<String> = [
        "=", ":=", "+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**=",
    ]

    /// Why no placeholder may stand here; `nil` when it may.
    func objection(before next: PythonToken?) -> String? {
        if let statement, Self.statementsWithoutExpressions.contains(statement) {
            return "is part of '\(statement) …'"
        }
        if let previous {
            switch previous.kind {
            case .name:
                let word = text(previous)
                if !Self.beforeExpression.contains(word) { return "stands directly after '\(word)'" }
            case .number, .string, .formattedString: return "stands directly after another value"
            case .operator:
                switch text(previous) {
                case ")", "]", "}", "...": return "stands directly after another value"
                case ".": return "stands after '.', where a name belongs"
                default: break
                }
            default: break
            }
        }
        guard let next else { return nil }
        switch next.kind {
        case .name:
            let word = text(next)
            if !Self.afterExpression.contains(word) { return "stands directly before '\(word)'" }
        case .number, .string, .formattedString: return "stands directly before another value"
        case .operator:
            let sign = text(next)
            if Self.assignments.contains(sign) || sign == ":" && previous == nil {
                return "cannot be assigned to"
            }
            if sign == "{" { return "stands directly before another value" }
        default: break
        }
        return nil
    }
}
