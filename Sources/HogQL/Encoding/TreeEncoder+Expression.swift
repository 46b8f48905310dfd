internal import AirlockCore

extension TreeEncoder {
    func encoded(_ expression: QueryExpression) -> JSONValue {
        let range = expression.range
        switch expression.kind {
        case .constant(let constant): return encoded(constant, range)
        case .field(let path): return node(.field, range, ["path": names(path)])
        case .columns(let selection): return encoded(selection, range)
        case .positional(let index): return node(.positional, range, ["index": .int(index)])
        case .call(let call): return encoded(call, range)
        case .window(let call): return encoded(call, range)
        case .callValue(let base, let arguments):
            return node(.callValue, range, ["base": encoded(base), "arguments": list(arguments)])
        case .alias(let value, let name):
            return node(.alias, range, ["value": encoded(value), "name": .string(name.name)])
        case .caseWhen(let expression): return encoded(expression, range)
        case .cast(let value, let type, let isOptional):
            var printer = QueryPrinter()
            printer.write(type)
            return node(
                .cast, range,
                ["value": encoded(value), "type": .string(printer.text), "optional": flag(isOptional)])
        case .interval(let amount, let unit):
            return node(.interval, range, ["value": encoded(amount), "unit": .string(unit.rawValue)])
        case .tuple(let elements): return node(.tuple, range, ["elements": list(elements)])
        case .array(let elements): return node(.array, range, ["elements": list(elements)])
        case .dictionary(let entries):
            let pairs = entries.map { object(["key": encoded($0.key), "value": encoded($0.value)]) }
            return node(.dictionary, range, ["entries": .array(pairs)])
        case .lambda(let parameters, let body):
            return node(.lambda, range, ["parameters": names(parameters), "body": encoded(body)])
        case .template(let parts):
            let encodedParts = parts.map { part in
                switch part {
                case .text(let text): JSONValue.string(text)
                case .expression(let inner): encoded(inner)
                }
            }
            return node(.template, range, ["parts": .array(encodedParts)])
        case .subquery(let statement): return node(.subquery, range, ["query": encoded(statement)])
        case .placeholder(let inner): return node(.placeholder, range, ["content": encoded(inner)])
        case .tupleAccess, .arrayAccess, .member, .slice: return encoded(access: expression)
        default: return encoded(operation: expression)
        }
    }

    private func encoded(_ constant: Constant, _ range: SourceRange) -> JSONValue {
        switch constant {
        case .null: node(.constant, range, ["value": JSONValue.null])
        case .bool(let value): node(.constant, range, ["value": .bool(value)])
        case .number(let number): node(.constant, range, ["value": .number(number)])
        case .string(let value): node(.constant, range, ["value": .string(value)])
        case .infinity(let negative):
            node(.constant, range, ["special": .string(negative ? "-infinity" : "infinity")])
        case .nan: node(.constant, range, ["special": "nan"])
        }
    }

    private func encoded(access expression: QueryExpression) -> JSONValue {
        let range = expression.range
        switch expression.kind {
        case .tupleAccess(let base, let index, let isNullSafe):
            return node(
                .tupleAccess, range,
                ["base": encoded(base), "index": .int(index), "null_safe": flag(isNullSafe)])
        case .arrayAccess(let base, let key, let isNullSafe):
            return node(
                .arrayAccess, range, ["base": encoded(base), "key": encoded(key), "null_safe": flag(isNullSafe)])
        case .member(let base, let name, let isNullSafe):
            return node(
                .member, range,
                ["base": encoded(base), "name": .string(name.name), "null_safe": flag(isNullSafe)])
        case .slice(let base, let from, let to):
            return node(.slice, range, ["base": encoded(base), "from": optional(from), "to": optional(to)])
        default: return .null
        }
    }

    private func encoded(operation expression: QueryExpression) -> JSONValue {
        let range = expression.range
        switch expression.kind {
        case .negate(let value): return node(.negate, range, ["value": encoded(value)])
        case .not(let value): return node(.not, range, ["value": encoded(value)])
        case .arithmetic(let symbol, let left, let right):
            return binary(.arithmetic, range, symbol.rawValue, left, right)
        case .compare(let comparison, let left, let right):
            return binary(.compare, range, comparison.rawValue, left, right)
        case .coalesce(let left, let right): return binary(.coalesce, range, nil, left, right)
        case .concat(let operands): return node(.concat, range, ["operands": list(operands)])
        case .and(let operands): return node(.and, range, ["operands": list(operands)])
        case .or(let operands): return node(.or, range, ["operands": list(operands)])
        case .isNull(let value, let negated):
            return node(.isNull, range, ["value": encoded(value), "negated": flag(negated)])
        case .isDistinctFrom(let left, let right, let negated):
            return node(
                .isDistinct, range, ["left": encoded(left), "right": encoded(right), "negated": flag(negated)])
        case .between(let value, let low, let high, let negated):
            return node(
                .between, range,
                ["value": encoded(value), "low": encoded(low), "high": encoded(high), "negated": flag(negated)])
        case .ternary(let condition, let then, let otherwise):
            return node(
                .ternary, range,
                ["condition": encoded(condition), "then": encoded(then), "else": encoded(otherwise)])
        default: return .null
        }
    }

    private func binary(
        _ kind: NodeKind, _ range: SourceRange, _ symbol: String?, _ left: QueryExpression, _ right: QueryExpression
    ) -> JSONValue {
        node(kind, range, ["operator": symbol.map { .string($0) }, "left": encoded(left), "right": encoded(right)])
    }

    private func encoded(_ expression: CaseExpression, _ range: SourceRange) -> JSONValue {
        let branches = expression.branches.map { object(["when": encoded($0.when), "then": encoded($0.then)]) }
        return node(
            .caseWhen, range,
            [
                "operand": optional(expression.operand), "branches": .array(branches),
                "else": optional(expression.otherwise),
            ])
    }
}
