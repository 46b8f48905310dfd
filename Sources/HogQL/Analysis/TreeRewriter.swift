internal import AirlockCore

/// Rebuilds a tree with some of its expressions replaced.
protocol TreeRewriter {
    /// What takes the place of `expression`; `nil` to keep it and go on below it.
    mutating func rewritten(_ expression: QueryExpression) throws(AirlockError) -> QueryExpression?

    /// Why a placeholder cannot stand in the place of a table or a query.
    func refuseTable(_ expression: QueryExpression) -> AirlockError
}

extension TreeRewriter {
    mutating func applied(to list: [QueryExpression]) throws(AirlockError) -> [QueryExpression] {
        var result: [QueryExpression] = []
        result.reserveCapacity(list.count)
        for expression in list { result.append(try applied(to: expression)) }
        return result
    }

    mutating func applied(to expression: QueryExpression?) throws(AirlockError) -> QueryExpression? {
        guard let expression else { return nil }
        let result: QueryExpression = try applied(to: expression)
        return result
    }

    mutating func applied(to expression: QueryExpression) throws(AirlockError) -> QueryExpression {
        if let replaced = try rewritten(expression) { return replaced }
        var result = expression
        result.kind = try applied(to: expression.kind)
        return result
    }

    // Split by kinds, because each level of the tree costs the stack a frame with room for every case of the function.
    private mutating func applied(to kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .constant, .field, .positional: kind
        case .arithmetic, .compare, .coalesce, .isDistinctFrom: try applied(toBinary: kind)
        case .concat, .and, .or, .tuple, .array: try applied(toList: kind)
        case .alias, .negate, .not, .isNull, .cast, .interval: try applied(toUnary: kind)
        case .tupleAccess, .arrayAccess, .member, .slice, .callValue: try applied(toAccess: kind)
        case .between, .ternary, .caseWhen: try applied(toCondition: kind)
        case .call, .window, .columns, .lambda: try applied(toCall: kind)
        case .dictionary, .template, .subquery, .placeholder: try applied(toNested: kind)
        }
    }

    private mutating func applied(toBinary kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .arithmetic(let symbol, let left, let right):
            .arithmetic(symbol, try applied(to: left), try applied(to: right))
        case .compare(let comparison, let left, let right):
            .compare(comparison, try applied(to: left), try applied(to: right))
        case .coalesce(let left, let right): .coalesce(try applied(to: left), try applied(to: right))
        case .isDistinctFrom(let left, let right, let negated):
            .isDistinctFrom(try applied(to: left), try applied(to: right), negated: negated)
        default: kind
        }
    }

    private mutating func applied(toList kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .concat(let operands): .concat(try applied(to: operands))
        case .and(let operands): .and(try applied(to: operands))
        case .or(let operands): .or(try applied(to: operands))
        case .tuple(let elements): .tuple(try applied(to: elements))
        case .array(let elements): .array(try applied(to: elements))
        default: kind
        }
    }

    private mutating func applied(toUnary kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .alias(let value, let name): .alias(try applied(to: value), name)
        case .negate(let value): .negate(try applied(to: value))
        case .not(let value): .not(try applied(to: value))
        case .isNull(let value, let negated): .isNull(try applied(to: value), negated: negated)
        case .cast(let value, let type, let optional): .cast(try applied(to: value), type, optional: optional)
        case .interval(let amount, let unit): .interval(try applied(to: amount), unit)
        default: kind
        }
    }

    private mutating func applied(toAccess kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .tupleAccess(let base, let index, let nullSafe):
            .tupleAccess(try applied(to: base), index, nullSafe: nullSafe)
        case .arrayAccess(let base, let key, let nullSafe):
            .arrayAccess(try applied(to: base), try applied(to: key), nullSafe: nullSafe)
        case .member(let base, let name, let nullSafe): .member(try applied(to: base), name, nullSafe: nullSafe)
        case .slice(let base, let from, let to):
            .slice(try applied(to: base), from: try applied(to: from), to: try applied(to: to))
        case .callValue(let base, let arguments): .callValue(try applied(to: base), try applied(to: arguments))
        default: kind
        }
    }

    private mutating func applied(toCondition kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .between(let value, let low, let high, let negated):
            return .between(
                try applied(to: value), low: try applied(to: low), high: try applied(to: high), negated: negated)
        case .ternary(let condition, let then, let otherwise):
            return .ternary(try applied(to: condition), then: try applied(to: then), else: try applied(to: otherwise))
        case .caseWhen(var expression):
            expression.operand = try applied(to: expression.operand)
            for index in expression.branches.indices {
                expression.branches[index].when = try applied(to: expression.branches[index].when)
                expression.branches[index].then = try applied(to: expression.branches[index].then)
            }
            expression.otherwise = try applied(to: expression.otherwise)
            return .caseWhen(expression)
        default: return kind
        }
    }

    private mutating func applied(toCall kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .call(var call):
            if let parameters = call.parameters { call.parameters = try applied(to: parameters) }
            call.arguments = try applied(to: call.arguments)
            call.filter = try applied(to: call.filter)
            call.orderBy = try applied(to: call.orderBy)
            call.withinGroup = try applied(to: call.withinGroup)
            return .call(call)
        case .window(var call):
            if let parameters = call.parameters { call.parameters = try applied(to: parameters) }
            call.arguments = try applied(to: call.arguments)
            if case .inline(let window) = call.over { call.over = .inline(try applied(to: window)) }
            return .window(call)
        case .columns(var selection):
            if case .listed(let columns) = selection.kind { selection.kind = .listed(try applied(to: columns)) }
            return .columns(selection)
        case .lambda(let parameters, let body): return .lambda(parameters, try applied(to: body))
        default: return kind
        }
    }

    private mutating func applied(toNested kind: QueryExpression.Kind) throws(AirlockError) -> QueryExpression.Kind {
        switch kind {
        case .dictionary(var entries):
            for index in entries.indices {
                entries[index].key = try applied(to: entries[index].key)
                entries[index].value = try applied(to: entries[index].value)
            }
            return .dictionary(entries)
        case .template(var parts):
            for index in parts.indices {
                if case .expression(let inner) = parts[index] { parts[index] = .expression(try applied(to: inner)) }
            }
            return .template(parts)
        case .subquery(let statement): return .subquery(try applied(to: statement))
        case .placeholder(let inner): return .placeholder(try applied(to: inner))
        default: return kind
        }
    }
}
