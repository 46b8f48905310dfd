import AirlockCore
import HogQL

extension NormalForm {
    init(_ expression: QueryExpression) {
        switch expression.kind {
        case .constant(let constant): self.init(constant)
        case .field(let names): self = .field(names.map(\.name))
        case .columns(let selection): self.init(selection)
        case .positional(let index): self = .node("PositionalRef", ["index": .word(String(index))])
        case .call(let call): self.init(call)
        case .window(let call): self.init(call)
        case .callValue(let base, let arguments):
            self = .node("ExprCall", ["expr": Self(base), "args": .listed(arguments)])
        case .alias(let value, let name):
            self = .node("Alias", ["alias": .string(name.name), "expr": Self(value)])
        case .cast(let value, let type, let optional):
            self = .node(
                optional ? "TryCast" : "TypeCast", ["expr": Self(value), "type_name": .string(Self.name(of: type))])
        case .interval(let amount, let unit): self = .call(unit.function, [Self(amount)])
        case .caseWhen(let expression): self.init(expression)
        case .tuple(let elements): self = .node("Tuple", ["exprs": .listed(elements)])
        case .array(let elements): self = .node("Array", ["exprs": .listed(elements)])
        case .dictionary(let entries):
            self = .node("Dict", ["items": .list(entries.map { .list([Self($0.key), Self($0.value)]) })])
        case .lambda(let names, let body):
            self = .node("Lambda", ["args": .list(names.map { .string($0.name) }), "expr": Self(body)])
        case .template(let parts): self.init(parts)
        case .subquery(let statement): self.init(statement)
        case .placeholder(let inner): self = .node("Placeholder", ["expr": Self(inner)])
        case .tupleAccess, .arrayAccess, .member, .slice: self.init(access: expression.kind)
        default: self.init(operation: expression.kind)
        }
    }

    private init(_ constant: Constant) {
        switch constant {
        case .null: self = .word("null")
        case .bool(let value): self = .word(value ? "true" : "false")
        case .number(let number): self = .number(number)
        case .string(let value): self = .string(value)
        case .infinity(let negative): self = .word(negative ? "-Infinity" : "Infinity")
        case .nan: self = .word("NaN")
        }
    }

    private init(access kind: QueryExpression.Kind) {
        switch kind {
        case .tupleAccess(let base, let index, let isNullSafe):
            let position = NormalForm.word(String(index))
            self = .node("TupleAccess", ["tuple": Self(base), "index": position, "nullish": .flag(isNullSafe)])
        case .arrayAccess(let base, let key, let isNullSafe):
            self = .node("ArrayAccess", ["array": Self(base), "property": Self(key), "nullish": .flag(isNullSafe)])
        case .member(let base, let name, let isNullSafe):
            let key = NormalForm.string(name.name)
            self = .node("ArrayAccess", ["array": Self(base), "property": key, "nullish": .flag(isNullSafe)])
        case .slice(let base, let from, let to):
            self = .node(
                "ArraySlice", ["array": Self(base), "start_expr": from.map(Self.init), "end_expr": to.map(Self.init)])
        default: self = .word("?")
        }
    }

    private init(operation kind: QueryExpression.Kind) {
        switch kind {
        case .negate(let operand):
            self = .node("ArithmeticOperation", ["left": .word("0"), "op": .string("-"), "right": Self(operand)])
        case .arithmetic(let symbol, let left, let right):
            self = .node(
                "ArithmeticOperation", ["left": Self(left), "op": .string(symbol.rawValue), "right": Self(right)])
        case .concat(let operands): self = .call("concat", operands.flatMap(Self.concatenated))
        case .compare(let comparison, let left, let right):
            self = .node(
                "CompareOperation",
                ["left": Self(left), "op": .string(Self.name(of: comparison)), "right": Self(right)]
            )
        case .isNull(let value, let negated):
            self = .node(
                "CompareOperation",
                [
                    "is_null_comparison_style": .flag(true), "left": Self(value),
                    "op": .string(negated ? "!=" : "=="), "right": .word("null"),
                ])
        case .isDistinctFrom(let left, let right, let negated):
            self = .node("IsDistinctFrom", ["left": Self(left), "right": Self(right), "negated": .flag(negated)])
        case .and(let operands):
            self = .node("And", ["exprs": .list(operands.flatMap { Self.flattened($0, isAnd: true) })])
        case .or(let operands):
            self = .node("Or", ["exprs": .list(operands.flatMap { Self.flattened($0, isAnd: false) })])
        case .not(let operand): self = .node("Not", ["expr": Self(operand)])
        case .between(let value, let low, let high, let negated):
            self = .node(
                "BetweenExpr",
                ["expr": Self(value), "low": Self(low), "high": Self(high), "negated": .flag(negated)])
        case .coalesce(let left, let right): self = .call("ifNull", [Self(left), Self(right)])
        case .ternary(let condition, let then, let otherwise):
            self = .call("if", [Self(condition), Self(then), Self(otherwise)])
        default: self = .word("?")
        }
    }

    /// PostHog joins `(a AND b) AND c` to one node.
    private static func flattened(_ expression: QueryExpression, isAnd: Bool) -> [NormalForm] {
        switch expression.kind {
        case .and(let operands) where isAnd: operands.flatMap { flattened($0, isAnd: isAnd) }
        case .or(let operands) where !isAnd: operands.flatMap { flattened($0, isAnd: isAnd) }
        default: [NormalForm(expression)]
        }
    }

    /// Likewise whatever has become a plain call of `concat`.
    private static func concatenated(_ expression: QueryExpression) -> [NormalForm] {
        switch expression.kind {
        case .concat(let operands): operands.flatMap(concatenated)
        case .template(let parts) where parts.count > 1: parts.map(NormalForm.init)
        case .call(let call)
        where call.name.name == "concat" && call.parameters == nil && call.orderBy.isEmpty && call.filter == nil
            && !call.distinct:
            call.arguments.map(NormalForm.init)
        default: [NormalForm(expression)]
        }
    }

    private static func name(of comparison: ComparisonOperator) -> String {
        switch comparison {
        case .equal: "=="
        case .matches: "=~"
        case .matchesIgnoringCase: "=~*"
        default: comparison.rawValue.lowercased()
        }
    }

    private init(_ parts: [TemplatePart]) {
        switch parts.count {
        case 0: self = .string("")
        case 1: self.init(parts[0])
        default: self = .call("concat", parts.map(Self.init))
        }
    }

    private init(_ part: TemplatePart) {
        switch part {
        case .text(let text): self = .string(text)
        case .expression(let expression): self.init(expression)
        }
    }

    private init(_ expression: CaseExpression) {
        let branches = expression.branches.flatMap { [Self($0.when), Self($0.then)] }
        let arguments = branches + [expression.otherwise.map(Self.init) ?? .word("null")]
        if let operand = expression.operand {
            self = .call("_caseWithExpression", [Self(operand)] + arguments)
        } else {
            self = .call(expression.branches.count == 1 ? "if" : "multiIf", arguments)
        }
    }
}
