internal import AirlockCore

/// Writes a tree as HogQL that reads back as the same tree.
public struct QueryPrinter {
    var text = ""
    /// Whether columns are to be named, as PostHog prints them, instead of a query written that reads back.
    var isForNames = false

    /// Another printer of the same kind.
    var another: QueryPrinter { QueryPrinter(isForNames: isForNames) }

    /// The query on one line.
    public static func text(of statement: QueryStatement) -> String {
        var printer = QueryPrinter()
        printer.write(statement)
        return printer.text
    }

    public static func text(of expression: QueryExpression) -> String {
        var printer = QueryPrinter()
        printer.write(expression)
        return printer.text
    }

    mutating func write(_ string: String) { text += string }

    mutating func write(_ name: Identifier) { text += Literal.quoted(name.name) }

    mutating func write(path: [Identifier]) { separated(path, by: ".") { $0.write($1) } }

    mutating func separated<Element>(
        _ elements: [Element], by separator: String = ", ", _ body: (inout QueryPrinter, Element) -> Void
    ) {
        for (index, element) in elements.enumerated() {
            if index > 0 { text += separator }
            body(&self, element)
        }
    }

    mutating func write(_ expressions: [QueryExpression]) { separated(expressions) { $0.write($1) } }

    /// Writes `expression` where the parser reads operators that bind at least as tightly as `minimum`.
    mutating func write(_ expression: QueryExpression, _ minimum: Binding = .alias) {
        guard let binding = expression.kind.binding, binding < minimum else { return write(bare: expression.kind) }
        write(enclosed: expression.kind)
    }

    /// Writes in parentheses, which a NOT that is written as a call does not need.
    private mutating func write(enclosed kind: QueryExpression.Kind) {
        var inner = another
        inner.write(bare: kind)
        if case .not = kind, inner.text.hasPrefix("not(") {
            text += inner.text
        } else {
            text += "(\(inner.text))"
        }
    }

    /// Writes what an access, a call or a sign stands next to.
    mutating func write(base expression: QueryExpression, beforeBracket: Bool = false) {
        if expression.kind.isAccessible { return write(bare: expression.kind) }
        // `1.5.2` and `3[1]` are accesses, `3.1` is not.
        if case .constant(let constant) = expression.kind, constant.isCallable, beforeBracket || constant.hasFraction {
            return write(bare: expression.kind)
        }
        write(enclosed: expression.kind)
    }
}

extension ColumnSelection {
    var isWrittenWithAsterisk: Bool {
        if case .all = kind { true } else { !excluding.isEmpty }
    }
}

extension Constant {
    /// Whether it is written with a decimal point and no exponent, so that another point goes on to an access.
    var hasFraction: Bool {
        guard case .number(let number) = self else { return false }
        let text = number.text.utf8
        return text.contains(0x2E) && !text.contains { $0 | 0x20 == 0x65 }
    }

    /// Whether parentheses behind the bare literal call it.
    var isCallable: Bool {
        switch self {
        case .null, .string, .nan: true
        case .bool: false
        case .number(let number): number.text.utf8.first != 0x2D
        case .infinity(let negative): !negative
        }
    }
}

extension QueryExpression.Kind {
    /// How tightly the outermost operator binds; `nil` when there is none.
    var binding: Binding? {
        switch self {
        // A lambda takes in all that follows it.
        case .alias, .lambda: .alias
        // Beside an operator an asterisk would multiply.
        case .columns(let selection): selection.isWrittenWithAsterisk ? .alias : nil
        case .ternary: .ternary
        case .or: .or
        case .and: .and
        // So does one behind NOT.
        case .not(let operand): operand.endsInLambda ? .alias : .not
        case .between: .between
        case .coalesce: .nullish
        case .isDistinctFrom: .distinctFrom
        case .isNull: .isNull
        case .compare: .comparison
        case .concat: .additive
        case .arithmetic(let arithmetic, _, _):
            arithmetic == .add || arithmetic == .subtract ? .additive : .multiplicative
        default: nil
        }
    }

    /// Whether `.name`, `[…]` and `(…)` may follow without parentheses.
    var isAccessible: Bool {
        switch self {
        case .field, .call, .window, .callValue, .array, .tuple, .arrayAccess, .tupleAccess, .member, .slice, .subquery,
            .placeholder, .constant(.string), .cast:
            true
        default: false
        }
    }
}
