internal import AirlockCore

extension Term {
    // MARK: Comparisons

    public static func == (left: Term, right: Term) -> Term { compare(.equal, left, right) }
    public static func != (left: Term, right: Term) -> Term { compare(.notEqual, left, right) }
    public static func < (left: Term, right: Term) -> Term { compare(.less, left, right) }
    public static func <= (left: Term, right: Term) -> Term { compare(.lessOrEqual, left, right) }
    public static func > (left: Term, right: Term) -> Term { compare(.greater, left, right) }
    public static func >= (left: Term, right: Term) -> Term { compare(.greaterOrEqual, left, right) }

    public var isNull: Term { Term(.isNull(expression, negated: false), of: [self]) }
    public var isNotNull: Term { Term(.isNull(expression, negated: true), of: [self]) }

    /// Whether the term is one of a list or of a query's rows; of an empty list, false.
    public func isIn(_ list: Term) -> Term {
        // `IN (a, b)` is what everyone reads as a list; `IN ()` is none.
        if case .array(let elements) = list.expression.kind, !elements.isEmpty {
            var tuple = Term(.tuple(elements))
            tuple.fault = list.fault
            return Term.compare(.isIn, self, tuple)
        }
        return Term.compare(.isIn, self, list)
    }

    /// Both ends included.
    public func isBetween(_ low: Term, _ high: Term) -> Term {
        Term(
            .between(expression, low: low.expression, high: high.expression, negated: false), of: [self, low, high])
    }

    /// Whether the text occurs in the term; case counts. `%` and `_` in it stand for themselves.
    public func contains(_ text: String) -> Term { like("%\(Literal.likePattern(text))%") }

    /// Whether the term begins with the text; case counts.
    public func hasPrefix(_ text: String) -> Term { like("\(Literal.likePattern(text))%") }

    private func like(_ pattern: String) -> Term { Term.compare(.like, self, .value(.string(pattern))) }

    private static func compare(_ comparison: ComparisonOperator, _ left: Term, _ right: Term) -> Term {
        Term(.compare(comparison, left.expression, right.expression), of: [left, right])
    }

    // MARK: Logic

    public static func && (left: Term, right: Term) -> Term {
        // One node for `a && b && c`, as the parser makes it.
        if case .and(let operands) = left.expression.kind {
            return Term(.and(operands + [right.expression]), of: [left, right])
        }
        return Term(.and([left.expression, right.expression]), of: [left, right])
    }

    public static func || (left: Term, right: Term) -> Term {
        if case .or(let operands) = left.expression.kind {
            return Term(.or(operands + [right.expression]), of: [left, right])
        }
        return Term(.or([left.expression, right.expression]), of: [left, right])
    }

    /// The function `not`, which is what `NOT (a)` means in HogQL.
    public static prefix func ! (operand: Term) -> Term { .call("not", operand) }

    // MARK: Arithmetic

    public static func + (left: Term, right: Term) -> Term { arithmetic(.add, left, right) }
    public static func - (left: Term, right: Term) -> Term { arithmetic(.subtract, left, right) }
    public static func * (left: Term, right: Term) -> Term { arithmetic(.multiply, left, right) }
    public static func / (left: Term, right: Term) -> Term { arithmetic(.divide, left, right) }

    private static func arithmetic(_ symbol: ArithmeticOperator, _ left: Term, _ right: Term) -> Term {
        Term(.arithmetic(symbol, left.expression, right.expression), of: [left, right])
    }
}
