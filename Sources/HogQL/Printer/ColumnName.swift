internal import AirlockCore

extension QueryExpression {
    /// What a column of a select list is called in an answer.
    ///
    /// An alias is its name, a field the last of its own, a property its keys (`properties.a.b` is `a__b`), and anything else
    /// is called what PostHog prints for it: with functions in the place of operators, so that `1 / 0` is `divide(1, 0)`. It
    /// follows from the tree alone: however a query was spelled, and printed anew on its way, its columns have the same names.
    public var columnName: String {
        if case .alias(_, let name) = kind { return name.name }
        if let parts = path, let name = Self.name(of: parts) { return name }
        var rewriter = FunctionForm()
        var printer = QueryPrinter(isForNames: true)
        do throws(AirlockError) {
            let form: QueryExpression = try rewriter.applied(to: self)
            printer.write(form)
        } catch {
            // A placeholder in a table's place: nothing that runs.
            return QueryPrinter.text(of: self)
        }
        return printer.text
    }

    private static func name(of parts: [PathPart]) -> String? {
        if let column = parts.firstIndex(of: .name("properties")), column + 1 < parts.count {
            return parts[(column + 1)...].map { part in
                switch part {
                case .name(let name): name
                case .index(let index): String(index)
                }
            }.joined(separator: "__")
        }
        // Behind a number stands an element of a tuple or an array, which is no field.
        let names = parts.compactMap { part -> String? in if case .name(let name) = part { name } else { nil } }
        return names.count == parts.count ? names.last : nil
    }
}

/// Replaces operators by the functions that PostHog reads them as (`a + b` by `plus(a, b)`), as it prints its trees.
struct FunctionForm: TreeRewriter {
    mutating func rewritten(_ expression: QueryExpression) throws(AirlockError) -> QueryExpression? {
        guard let kind = try rewritten(expression.kind) else { return nil }
        return QueryExpression(kind, range: expression.range)
    }

    func refuseTable(_ expression: QueryExpression) -> AirlockError {
        AirlockError(.unsupportedQuery, "a placeholder stands in a table's place")
    }

    private mutating func rewritten(_ kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind? {
        switch kind {
        case .arithmetic(let symbol, let left, let right): return try call(Self.name(of: symbol), [left, right])
        case .negate(let value): return try call("minus", [Self.number(0), value])
        case .concat(let operands): return try call("concat", operands.flatMap(Self.concatenated))
        case .compare(let comparison, let left, let right): return try compared(comparison, left, right)
        case .isNull(let value, let negated):
            return try call(negated ? "notEquals" : "equals", [value, QueryExpression(.constant(.null))])
        case .and(let operands): return try call("and", operands.flatMap(Self.conjuncts))
        case .or(let operands): return try call("or", operands.flatMap(Self.disjuncts))
        case .not(let value): return try call("not", [value])
        case .coalesce(let left, let right): return try call("ifNull", [left, right])
        case .ternary(let condition, let then, let otherwise): return try call("if", [condition, then, otherwise])
        case .caseWhen(let expression): return try call(expression)
        case .interval(let amount, let unit): return try call(unit.function, [amount])
        case .tuple(let elements): return try call("tuple", elements)
        case .dictionary(let entries):
            let tag = ["__hx_tag", "__hx_obj"].map { QueryExpression(.constant(.string($0))) }
            return try call("tuple", tag + entries.flatMap { [$0.key, $0.value] })
        case .template(let parts): return try text(parts)
        case .arrayAccess, .member: return try accessed(kind)
        default: return nil
        }
    }

    private mutating func call(_ name: String, _ arguments: [QueryExpression]) throws(AirlockError)
        -> QueryExpression.Kind
    {
        .call(FunctionCall(name: Identifier(name), arguments: try applied(to: arguments)))
    }

    private static func number(_ value: Int) -> QueryExpression {
        QueryExpression(.constant(.number(JSONNumber(value))))
    }

    private static func name(of symbol: ArithmeticOperator) -> String {
        switch symbol {
        case .add: "plus"
        case .subtract: "minus"
        case .multiply: "multiply"
        case .divide: "divide"
        case .modulo: "modulo"
        }
    }

    private mutating func compared(
        _ comparison: ComparisonOperator, _ left: QueryExpression, _ right: QueryExpression
    ) throws(AirlockError) -> QueryExpression.Kind? {
        func ignoringCase(_ pattern: QueryExpression) -> QueryExpression {
            let flag = QueryExpression(.constant(.string("(?i)")))
            return QueryExpression(.call(FunctionCall(name: Identifier("concat"), arguments: [flag, pattern])))
        }
        switch comparison {
        case .equal: return try call("equals", [left, right])
        case .notEqual: return try call("notEquals", [left, right])
        case .less: return try call("less", [left, right])
        case .lessOrEqual: return try call("lessOrEquals", [left, right])
        case .greater: return try call("greater", [left, right])
        case .greaterOrEqual: return try call("greaterOrEquals", [left, right])
        case .like: return try call("like", [left, right])
        case .notLike: return try call("notLike", [left, right])
        case .ilike: return try call("ilike", [left, right])
        case .notIlike: return try call("notILike", [left, right])
        case .isIn: return try call("in", [left, right])
        case .notIn: return try call("notIn", [left, right])
        case .matches: return try call("match", [left, right])
        case .matchesIgnoringCase: return try call("match", [left, ignoringCase(right)])
        case .notMatches, .notMatchesIgnoringCase:
            let pattern = comparison == .notMatches ? right : ignoringCase(right)
            let match = QueryExpression(try call("match", [left, pattern]))
            return .call(FunctionCall(name: Identifier("not"), arguments: [match]))
        case .inCohort, .notInCohort: return nil
        }
    }

    private mutating func call(_ expression: CaseExpression) throws(AirlockError) -> QueryExpression.Kind {
        let arguments =
            expression.branches.flatMap { [$0.when, $0.then] }
            + [expression.otherwise ?? QueryExpression(.constant(.null))]
        if let operand = expression.operand { return try call("_caseWithExpression", [operand] + arguments) }
        return try call(expression.branches.count == 1 ? "if" : "multiIf", arguments)
    }

    private mutating func text(_ parts: [TemplatePart]) throws(AirlockError) -> QueryExpression.Kind {
        let expressions = parts.map(Self.expression)
        switch expressions.count {
        case 0: return .constant(.string(""))
        case 1:
            let only: QueryExpression = try applied(to: expressions[0])
            return only.kind
        default: return try call("concat", expressions)
        }
    }

    private static func expression(_ part: TemplatePart) -> QueryExpression {
        switch part {
        case .text(let text): QueryExpression(.constant(.string(text)))
        case .expression(let expression): expression
        }
    }

    /// `properties['a b']` is the same path as ``properties.`a b` ``.
    private mutating func accessed(_ kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind? {
        let parts = QueryExpression(kind).path ?? []
        let names = parts.compactMap { part -> Identifier? in
            if case .name(let name) = part { Identifier(name) } else { nil }
        }
        if !names.isEmpty, names.count == parts.count { return .field(names) }
        guard case .member(let base, let name, let nullSafe) = kind else { return nil }
        return .arrayAccess(
            try applied(to: base), QueryExpression(.constant(.string(name.name))), nullSafe: nullSafe)
    }

    // MARK: What PostHog joins to one node

    private static func conjuncts(_ expression: QueryExpression) -> [QueryExpression] {
        if case .and(let operands) = expression.kind { operands.flatMap(conjuncts) } else { [expression] }
    }

    private static func disjuncts(_ expression: QueryExpression) -> [QueryExpression] {
        if case .or(let operands) = expression.kind { operands.flatMap(disjuncts) } else { [expression] }
    }

    private static func concatenated(_ expression: QueryExpression) -> [QueryExpression] {
        switch expression.kind {
        case .concat(let operands): operands.flatMap(concatenated)
        case .template(let parts) where parts.count > 1: parts.map(Self.expression)
        case .call(let call)
        where call.name.name == "concat" && call.parameters == nil && call.orderBy.isEmpty && call.filter == nil
            && !call.distinct:
            call.arguments
        default: [expression]
        }
    }
}
