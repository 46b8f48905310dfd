internal import AirlockCore

extension QueryPrinter {
    mutating func write(bare kind: QueryExpression.Kind) {
        switch kind {
        case .constant(let constant): write(constant)
        case .field(let names): write(path: names)
        case .columns(let selection): write(selection)
        case .positional(let position): write("#\(position)")
        case .call(let call): write(call)
        case .window(let call): write(call)
        case .callValue(let base, let arguments):
            writeCallee(base)
            writeArguments(arguments)
        case .alias(let value, let name):
            // The alias of a lambda would end up in its body.
            if value.endsInLambda { write(value, .ternary) } else { write(value) }
            write(" AS ")
            write(name)
        case .negate(let operand): writeNegated(operand)
        case .not(let operand): writeNot(operand)
        case .cast(let value, let type, let optional):
            write(optional ? "TRY_CAST(" : "CAST(")
            write(value, .ternary)
            write(" AS ")
            write(type)
            write(")")
        case .interval(let amount, let unit):
            write("INTERVAL ")
            switch amount.kind {
            case .constant, .field: write(amount)
            default:
                write("(")
                write(amount)
                write(")")
            }
            write(" \(unit.rawValue.uppercased())")
        case .caseWhen(let expression): write(expression)
        case .tuple(let elements):
            write("(")
            write(elements)
            write(elements.count == 1 ? ",)" : ")")
        case .array(let elements):
            write("[")
            write(elements)
            write("]")
        case .dictionary(let entries):
            write("{")
            separated(entries) {
                $0.write($1.key, .or)
                $0.write(": ")
                $0.write($1.value)
            }
            write("}")
        case .lambda(let parameters, let body):
            // Without parentheses a name before it in a list would become a parameter.
            let isBare = isForNames && parameters.count == 1
            if !isBare { write("(") }
            separated(parameters) { $0.write($1) }
            write(isBare ? " -> " : ") -> ")
            write(body, .ternary)
        case .template(let parts): write(parts)
        case .subquery(let statement):
            write("(")
            write(statement)
            write(")")
        case .placeholder(let expression):
            write("{")
            write(expression)
            write("}")
        case .tupleAccess, .arrayAccess, .member, .slice: write(access: kind)
        default: write(operation: kind)
        }
    }

    private mutating func write(operation kind: QueryExpression.Kind) {
        switch kind {
        case .arithmetic(let arithmetic, let left, let right):
            let binding: Binding = kind.binding ?? .additive
            write(left, " \(arithmetic.rawValue) ", right, binding, binding.tighter)
        case .concat(let operands):
            for (index, operand) in operands.enumerated() {
                if index > 0 { write(" || ") }
                // A nested one would be joined to this one.
                if case .concat = operand.kind {
                    write(operand, .multiplicative)
                } else {
                    write(operand, index == 0 ? .additive : .multiplicative)
                }
            }
        case .compare(let comparison, let left, let right): write(comparison, left, right)
        case .isNull(let value, let negated):
            write(value, .isNull)
            write(negated ? " IS NOT NULL" : " IS NULL")
        case .isDistinctFrom(let left, let right, let negated):
            write(left, negated ? " IS NOT DISTINCT FROM " : " IS DISTINCT FROM ", right, .distinctFrom, .isNull)
        case .and(let operands): separated(operands, by: " AND ") { $0.write($1, .not) }
        case .or(let operands): separated(operands, by: " OR ") { $0.write($1, .and) }
        case .between(let value, let low, let high, let negated):
            write(value, negated ? " NOT BETWEEN " : " BETWEEN ", low, .between, .between)
            write(" AND ")
            write(high, .nullish)
        case .coalesce(let left, let right): write(left, " ?? ", right, .nullish, .distinctFrom)
        case .ternary(let condition, let then, let otherwise):
            write(condition, " ? ", then, .or, .ternary)
            write(" : ")
            write(otherwise, .ternary)
        default: break
        }
    }

    private mutating func write(
        _ left: QueryExpression, _ symbol: String, _ right: QueryExpression, _ leftMinimum: Binding,
        _ rightMinimum: Binding
    ) {
        write(left, leftMinimum)
        write(symbol)
        write(right, rightMinimum)
    }

    private mutating func write(
        _ comparison: ComparisonOperator, _ left: QueryExpression, _ right: QueryExpression
    ) {
        write(left, .comparison)
        write(" \(comparison.rawValue) ")
        guard comparison == .isIn || comparison == .notIn, case .constant = right.kind else {
            return write(right, .additive)
        }
        write("(")
        write(right)
        write(")")
    }

    /// `-5` would read back as a number and `--` as a comment.
    private mutating func writeNegated(_ operand: QueryExpression) {
        write("-")
        write(base: operand)
    }

    /// `NOT (…)` reads as a call of the function `not`, which is then what is written.
    private mutating func writeNot(_ operand: QueryExpression) {
        switch operand.kind {
        case .lambda, .subquery:
            write("NOT ")
            return write(bare: operand.kind)
        default: break
        }
        if operand.isPlainAsterisk { return write("NOT *") }
        var inner = another
        inner.write(operand, .not)
        guard inner.text.utf8.first == 0x28 else { return write("NOT \(inner.text)") }
        // The parentheses are the operand's own, or its first part's. Never printed twice: NOTs may nest.
        let isEnclosed = operand.kind.binding.map { $0 < .not } ?? false
        write(isEnclosed ? "not\(inner.text)" : "not(\(inner.text))")
    }

    private mutating func write(access kind: QueryExpression.Kind) {
        switch kind {
        case .tupleAccess(let base, let index, let nullSafe):
            if case .constant(.bool) = base.kind { write(bare: base.kind) } else { write(base: base) }
            write(nullSafe ? "?.\(index)" : ".\(index)")
        case .arrayAccess(let base, let key, let nullSafe):
            write(base: base, beforeBracket: true)
            write(nullSafe ? "?.[" : "[")
            write(key)
            write("]")
        case .member(let base, let name, let nullSafe):
            // `(a).b` is not the path `a.b`, nor is `(a.1).e5` the number `1.e5`, or `(1.0).e5` a `0.e5` behind it.
            if !nullSafe, case .field = base.kind {
                write("(")
                write(base)
                write(")")
            } else {
                write(base: base)
            }
            write(nullSafe ? "?." : ".")
            let mayBeExponent = name.name.utf8.first.map { $0 | 0x20 == 0x65 } ?? false
            switch base.kind {
            case .tupleAccess where mayBeExponent, .constant where mayBeExponent:
                write("`\(name.name.replacingBackticks)`")
            default: write(name)
            }
        case .slice(let base, let from, let to):
            write(base: base, beforeBracket: true)
            write("[")
            if let from { write(from, .or) }
            write(":")
            if let to { write(to, .or) }
            write("]")
        default: break
        }
    }

    private mutating func write(_ constant: Constant) {
        switch constant {
        case .null: write("NULL")
        case .bool(let value): write(value ? "true" : "false")
        case .number(let number) where isForNames && !number.isWrittenAsInteger:
            write(number.double.map { "\($0)" } ?? number.text)
        case .number(let number): write(number.text)
        case .string(let value): write(Literal.encoded(value))
        case .infinity(let negative):
            write(isForNames ? negative ? "-Inf" : "Inf" : negative ? "-inf" : "inf")
        case .nan: write(isForNames ? "NaN" : "nan")
        }
    }

    private mutating func write(_ parts: [TemplatePart]) {
        write("f'")
        for part in parts {
            switch part {
            case .text(let text): write(Literal.escaped(text, template: true))
            case .expression(let expression):
                write("{")
                write(expression)
                write("}")
            }
        }
        write("'")
    }

    private mutating func write(_ expression: CaseExpression) {
        write("CASE")
        if let operand = expression.operand {
            write(" ")
            write(operand)
        }
        for branch in expression.branches {
            write(" WHEN ")
            write(branch.when)
            write(" THEN ")
            write(branch.then)
        }
        if let otherwise = expression.otherwise {
            write(" ELSE ")
            write(otherwise)
        }
        write(" END")
    }

    private mutating func write(_ selection: ColumnSelection) {
        switch selection.kind {
        case .all(let path):
            write(path: path)
            write(path.isEmpty ? "*" : ".*")
        case .matching(let pattern):
            write("COLUMNS(\(Literal.encoded(pattern)))")
        case .listed(let columns):
            write("COLUMNS(")
            write(columns)
            // A lone string would be a pattern.
            if columns.count == 1, case .constant(.string) = columns[0].kind { write(",") }
            write(")")
        }
        guard !selection.excluding.isEmpty else { return }
        write(" EXCLUDE (")
        separated(selection.excluding) { $0.write(path: $1) }
        write(")")
    }
}

extension String {
    /// With backticks and backslashes doubled, for a name in backticks.
    fileprivate var replacingBackticks: String {
        String(decoding: utf8.flatMap { $0 == 0x60 || $0 == 0x5C ? [$0, $0] : [$0] }, as: UTF8.self)
    }
}
