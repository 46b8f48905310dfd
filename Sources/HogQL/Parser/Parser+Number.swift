internal import AirlockCore

extension Parser {
    /// A number with its sign. `-0` is 0, `017` is 17, `1e400` is infinite, as PostHog has it.
    mutating func number() throws(SyntaxFailure) -> QueryExpression {
        var negative = false
        if at(.dash) || at(.plus) {
            guard startsNumber(at: index + 1) else { throw unexpected("an expression", hint: "Leave the plus out.") }
            negative = advance().kind == .dash
        }
        guard startsNumber(at: index) else { throw unexpected("a number") }
        let token = advance()
        switch token.kind {
        case .word:
            return QueryExpression(.constant(token.keyword == .nan ? .nan : .infinity(negative: negative)))
        case .hexadecimal: return try integer(token, radix: 16, negative)
        case .binary: return try integer(token, radix: 2, negative)
        case .float:
            let text = text(token)
            if text.utf8.dropFirst().first.map({ $0 | 0x20 }) == 0x78 {
                return try decimal("\(Double(text) ?? 0)", negative, token)
            }
            return try decimal(text, negative, token)
        case .dot:
            guard at(.integer) else { throw unexpected("an expression") }
            return try decimal("0.\(text(advance()))", negative, token)
        default: return try decimal(text(token) + (try fraction(after: token)), negative, token)
        }
    }

    /// What makes `1` the decimal `1.5` or `1.`; not before a name, as in `1.a`.
    private mutating func fraction(after token: Token) throws(SyntaxFailure) -> String {
        guard at(.dot) else { return "" }
        let next = peek()
        // PostHog has 017 for a number of its own kind, and 017.5 for its fifth element.
        let isOctal =
            token.upper - token.lower > 1 && lexer.bytes[Int(token.lower)] == 0x30
            && lexer.bytes[Int(token.lower)..<Int(token.upper)].allSatisfy { $0 <= 0x37 }
        if next.kind == .integer {
            guard !isOctal else {
                throw refuse("a fraction behind leading zeros", at: token, hint: "Leave the zeros out.")
            }
            index += 2
            return ".\(text(next))"
        }
        guard !isOctal else { return "" }
        // `1.from t` is the number 1. and FROM, `1.from` alone a member.
        let isAccess =
            next.isName
            && (next.keyword?.isTypeLikeAlias ?? true || next.lower == self.token.upper && isNameBehindDot)
        guard !isAccess, next.kind != .asterisk || next.lower > self.token.upper else { return "" }
        index += 1
        return ".0"
    }

    /// At a dot, whether the keyword behind it is a member's name.
    private var isNameBehindDot: Bool {
        switch peek().keyword {
        case .and, .or, .as, .from, .in, .is, .like, .ilike, .between, .not, .then, .else, .end, .when, .where,
            .prewhere, .group, .having, .qualify, .window, .order, .limit, .offset, .union, .with, .desc, .for:
            isEvidentName(at: index + 1)
        default: true
        }
    }

    private func integer(_ token: Token, radix: Int, _ negative: Bool) throws(SyntaxFailure) -> QueryExpression {
        guard let value = UInt64(text(token).dropFirst(2), radix: radix) else {
            throw fail("the number does not fit 64 bits", at: token, hint: "Write it in decimal.")
        }
        return try decimal(String(value), negative, token)
    }

    private func decimal(
        _ written: String, _ negative: Bool, _ token: Token
    ) throws(SyntaxFailure) -> QueryExpression {
        // JSON has no `1.`, `.5`, `1.e5` or leading zeros.
        var text = written[...]
        if text.utf8.first == 0x2E { text = "0" + text }
        let leading = text.utf8.prefix { $0 == 0x30 }.count
        if leading > 0 {
            let digits = text.utf8.dropFirst(leading).first.map(isDigit) ?? false
            text = text.dropFirst(digits ? leading : leading - 1)
        }
        var plain = String(text)
        if let point = plain.utf8.firstIndex(of: 0x2E) {
            let next = plain.utf8.index(after: point)
            if next == plain.utf8.endIndex || !isDigit(plain.utf8[next]) { plain.insert("0", at: next) }
        }
        guard let number = JSONNumber(text: negative ? "-\(plain)" : plain) else {
            throw fail("the number has too many digits", at: token)
        }
        if number.double == nil, !number.isWrittenAsInteger {
            return QueryExpression(.constant(.infinity(negative: negative)))
        }
        return QueryExpression(.constant(.number(number)))
    }
}
