internal import AirlockCore
internal import HogQL

extension Resolver {
    func expr(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> Node {
        try node(try reference(expression, scope), expression.range)
    }

    /// As `expr`, but keeps what a name stands for, so that an alias of a JSON column still has keys.
    func reference(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> Reference {
        try nested(expression.range) { () throws(AirlockError) in
            if let path = expression.path { return try reference(path, scope, expression.range) }
            return .node(try checkSize(try build(expression, scope), expression.range))
        }
    }

    private func all(_ expressions: [QueryExpression], _ scope: SelectScope) throws(AirlockError) -> [Node] {
        var nodes: [Node] = []
        for expression in expressions { nodes.append(try expr(expression, scope)) }
        return nodes
    }

    private func build(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> Node {
        let range = expression.range
        switch expression.kind {
        case .constant(let constant): return try literal(constant, range)
        case .field: throw invalid("a name is missing", range)
        case .columns: throw invalid("'*' can stand only in the select list and in count(*)", range)
        case .positional(let index):
            guard index >= 1, index <= scope.columns.count else { throw invalid("there is no column #\(index)", range) }
            return scope.columns[index - 1]
        case .call(let call): return try self.call(call, scope, range)
        case .window(let call): return try window(call, scope, range)
        case .callValue: throw refuse(.callValue, range)
        case .alias(let inner, let name):
            let reference = try reference(inner, scope)
            scope.aliases[name.name] = reference
            return try node(reference, range)
        case .negate(let inner): return try arithmetic(.subtract, .int(0), try expr(inner, scope), range)
        case .arithmetic(let symbol, let left, let right):
            return try arithmetic(symbol, try expr(left, scope), try expr(right, scope), range)
        case .concat(let parts): return try bind("concat", try all(parts, scope), range)
        case .compare(let symbol, let left, let right): return try comparison(symbol, left, right, scope, range)
        case .isNull(let inner, let negated):
            return try bind(negated ? "isNotNull" : "isNull", [try expr(inner, scope)], range)
        case .isDistinctFrom(let left, let right, let negated):
            let same = try compare(.equal, try expr(left, scope), try expr(right, scope), range)
            return negated ? same : Logic.not(same)
        case .and(let parts): return try logic(parts, scope, Logic.and)
        case .or(let parts): return try logic(parts, scope, Logic.or)
        case .not(let inner): return Logic.not(try truth(inner, scope))
        case .between(let value, let low, let high, let negated):
            let node = try expr(value, scope)
            let above = try compare(.greaterOrEqual, node, try expr(low, scope), range)
            let below = try compare(.lessOrEqual, node, try expr(high, scope), range)
            return negated ? Logic.not(and(above, below)) : and(above, below)
        case .coalesce(let left, let right):
            return try bind("ifNull", [try expr(left, scope), try expr(right, scope)], range)
        case .ternary(let condition, let then, let otherwise):
            return try bind("if", try all([condition, then, otherwise], scope), range)
        case .caseWhen(let expression): return try caseWhen(expression, scope, range)
        case .cast(let inner, let type, let optional):
            return try cast(try expr(inner, scope), toNamed: type, optional: optional, range)
        case .interval(let amount, let unit): return try bind(unit.function, [try expr(amount, scope)], range)
        case .tuple(let parts): return try bind("tuple", try all(parts, scope), range)
        case .array(let parts): return try bind("array", try all(parts, scope), range)
        case .dictionary: throw refuse(.dictionary, range)
        case .tupleAccess(let base, let index, let nullSafe):
            if nullSafe { throw unsupported("'?.'", range) }
            return try bind("tupleElement", [try expr(base, scope), .int(Int64(index))], range)
        case .arrayAccess(let base, let key, let nullSafe):
            if nullSafe { throw unsupported("'?.'", range) }
            if case .json(let column, let properties) = try reference(base, scope) {
                guard case .string(let name)? = try expr(key, scope).constant else {
                    throw invalid("the key of a property must be a constant", key.range)
                }
                return try property(column, properties, [.name(name)], range)
            }
            return try bind("arrayElement", [try expr(base, scope), try expr(key, scope)], range)
        case .member(_, let name, _): throw unsupported("'.\(name.name)' on an expression", range)
        case .slice(let base, let low, let high):
            return try slice(try expr(base, scope), low, high, scope, range)
        case .lambda: throw invalid("a lambda can stand only as the argument of a function such as arrayMap", range)
        case .template(let parts):
            var nodes: [Node] = []
            for part in parts {
                switch part {
                case .text(let text): nodes.append(.string(text))
                case .expression(let inner): nodes.append(try expr(inner, scope))
                }
            }
            return try bind("concat", nodes, range)
        case .subquery(let statement):
            let plan = try plan(statement, scope.ctes)
            guard plan.columns.count == 1, let column = plan.columns.first else {
                throw invalid("a subquery that stands for a value must have one column", range)
            }
            // Without a row it is NULL, whatever its column's type; a second row is one too many.
            let single =
                plan.isSingleRow || plan.limit.withTies
                ? plan : plan.limited(LimitPlan(count: min(plan.limit.count ?? 2, 2), offset: plan.limit.offset))
            return Node(
                .scalarQuery(single), column.type.asNullable, signature: "query\(newSlot())", mayBeNaN: column.mayBeNaN)
        case .placeholder(let name): return try placeholder(name, range)
        }
    }

    // MARK: - Constants

    private func literal(_ constant: Constant, _ range: SourceRange) throws(AirlockError) -> Node {
        switch constant {
        case .null: return .null
        case .bool(let value): return .constant(.bool(value), .bool)
        case .number(let number):
            if number.isWrittenAsInteger {
                guard let value = number.int64 else { throw unsupported("integers beyond 64 bits", range) }
                return .int(value)
            }
            guard let value = number.double else { throw invalid("the number is out of range", range) }
            return .constant(.double(value), .float)
        case .string(let text): return .string(text)
        case .infinity(let negative): return .constant(.double(negative ? -.infinity : .infinity), .float)
        case .nan: return .constant(.double(.nan), .float)
        }
    }

    private func placeholder(_ expression: QueryExpression, _ range: SourceRange) throws(AirlockError) -> Node {
        guard let path = expression.path, path.count == 1, case .name(let name) = path[0] else {
            throw unsupported("placeholders other than {name}", range)
        }
        guard let value = values[name] else {
            throw invalid(
                "the placeholder {\(name)} has no value", range,
                hint: nearestName(to: name, in: values.keys).map { "Did you mean {\($0)}?" }
                    ?? "Pass it with the query's values.")
        }
        return try constant(value, name, range)
    }

    private func constant(_ value: JSONValue, _ name: String, _ range: SourceRange) throws(AirlockError) -> Node {
        switch value {
        case .null: return .null
        case .bool(let flag): return .constant(.bool(flag), .bool)
        case .number(let number): return try literal(.number(number), range)
        case .string(let text):
            guard !text.utf8.contains(0) else { throw invalid("the value of {\(name)} holds a NUL", range) }
            return .string(text)
        case .array(let elements):
            var nodes: [Node] = []
            for element in elements { nodes.append(try constant(element, name, range)) }
            return try bind("array", nodes, range)
        case .object:
            throw invalid("the value of {\(name)} is an object; a query takes numbers, text, lists", range)
        }
    }

    // MARK: - Logic

    func truth(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> Node {
        try condition(expression, scope)
    }

    private func logic(
        _ parts: [QueryExpression], _ scope: SelectScope, _ join: ([Node]) -> Node
    ) throws(AirlockError) -> Node {
        var nodes: [Node] = []
        for part in parts { nodes.append(try truth(part, scope)) }
        return join(nodes)
    }

    private func caseWhen(
        _ expression: CaseExpression, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        var arguments: [Node] = []
        let operand = try expression.operand.map { item throws(AirlockError) in try expr(item, scope) }
        for branch in expression.branches {
            let when: Node
            if let operand {
                when = try compare(.equal, operand, try expr(branch.when, scope), branch.when.range)
            } else {
                when = try truth(branch.when, scope)
            }
            arguments += [when, try expr(branch.then, scope)]
        }
        arguments.append(try expression.otherwise.map { item throws(AirlockError) in try expr(item, scope) } ?? .null)
        return try bind("multiIf", arguments, range)
    }

    private func slice(
        _ base: Node, _ low: QueryExpression?, _ high: QueryExpression?, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let from = try low.map { item throws(AirlockError) in try expr(item, scope) } ?? .int(1)
        guard let high else { return try bind("arraySlice", [base, from], range) }
        let to = try expr(high, scope)
        guard case .int(let first)? = from.constant, case .int(let last)? = to.constant, first > 0, last >= first - 1
        else { throw unsupported("slices with bounds that are not constants from 1", range) }
        return try bind("arraySlice", [base, from, .int(last - first + 1)], range)
    }

    // MARK: - Functions

    /// A function applied to resolved arguments.
    func bind(_ name: String, _ arguments: [Node], _ range: SourceRange) throws(AirlockError) -> Node {
        guard let binder = ScalarCatalog.all[name] else { throw unsupported("the function '\(name)'", range) }
        return try checkSize(
            try binder(FunctionBinding(name: name, arguments: arguments, resolver: self, range: range)), range)
    }

    private func call(
        _ call: FunctionCall, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let name = call.name.name
        if let binder = HigherOrder.all[name], call.arguments.contains(where: \.isLambda) {
            try refuseExtras(call, name, range)
            return try binder(
                LambdaBinding(name: name, arguments: call.arguments, scope: scope, resolver: self, range: range))
        }
        if name == "arrayJoin" {
            try refuseExtras(call, name, range)
            guard call.arguments.count == 1 else { throw invalid("arrayJoin takes one array", range) }
            return try arrayJoin(try expr(call.arguments[0], scope), scope, range)
        }
        if name.lowercased() == "exists", case .subquery(let statement)? = call.arguments.first?.kind {
            try refuseExtras(call, name, range)
            guard call.arguments.count == 1 else { throw invalid("EXISTS takes one subquery", range) }
            return Node(.exists(try plan(statement, scope.ctes)), .uint8, signature: "exists\(newSlot())")
        }
        if name == "grouping" {
            try refuseExtras(call, name, range)
            return try grouping(try all(call.arguments, scope), scope, range)
        }
        if let canonical = ScalarCatalog.canonicalName(name) {
            try refuseExtras(call, name, range)
            return try bind(canonical, try all(call.arguments, scope), range)
        }
        if let found = AggregateCatalog.find(name) { return try aggregate(call, found, scope, range) }
        if AggregateCatalog.windowOnly.contains(name) {
            throw invalid("\(name) is a window function and needs OVER (…)", range)
        }
        if let reason = RefusedFunctions.reason(name) {
            throw unsupported("the function '\(name)'", call.name.range, hint: reason)
        }
        throw invalid(
            "there is no function '\(name)' that the local warehouse knows", call.name.range,
            hint: nearestName(to: name, in: ScalarCatalog.names + AggregateCatalog.names + HigherOrder.names)
                .map { "Did you mean '\($0)'?" })
    }

    private func arrayJoin(
        _ array: Node, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        guard let element = array.type.element else {
            throw invalid("arrayJoin needs an array, not \(typeName(array.type))", range)
        }
        if joining != nil { throw unsupported("arrayJoin in JOIN … ON", range) }
        return Node(
            .spread(array), element, signature: "arrayJoin(\(array.signature))", children: [array],
            mayBeNaN: element.isFloat)
    }

    private func grouping(
        _ keys: [Node], _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        if let clause = scope.withoutAggregates { throw invalid("grouping() cannot stand in \(clause)", range) }
        guard !keys.isEmpty, keys.count <= 60 else { throw invalid("grouping() takes keys of GROUP BY", range) }
        return Grouping.node(keys)
    }

    private func refuseExtras(_ call: FunctionCall, _ name: String, _ range: SourceRange) throws(AirlockError) {
        if call.parameters != nil { throw invalid("\(name) takes no parameters before its arguments", range) }
        if call.distinct { throw invalid("DISTINCT belongs to aggregate functions; \(name) is none", range) }
        if call.filter != nil { throw invalid("FILTER belongs to aggregate functions; \(name) is none", range) }
        if !call.orderBy.isEmpty { throw invalid("ORDER BY belongs to aggregate functions; \(name) is none", range) }
    }

    private func aggregate(
        _ call: FunctionCall, _ found: AggregateCatalog.Found, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let name = call.name.name
        if let clause = scope.withoutAggregates {
            throw invalid(
                "the aggregate \(name) cannot stand in \(clause)", range,
                hint: clause == "WHERE" ? "Use HAVING, or aggregate in a subquery." : nil)
        }
        if !call.orderBy.isEmpty { throw refuse(.aggregateOrder, range) }
        var syntax = call.arguments
        if syntax.count == 1, case .columns(let selection) = syntax[0].kind, case .all = selection.kind { syntax = [] }
        var arguments = try all(syntax, scope)
        var parameters: [Node] = []
        for parameter in call.parameters ?? [] {
            let node = try expr(parameter, scope)
            guard node.constant != nil else {
                throw invalid("a parameter of \(name) must be a constant", parameter.range)
            }
            parameters.append(node)
        }
        if arguments.contains(where: \.containsAggregate) {
            throw invalid(
                "an aggregate stands inside the aggregate \(name)", range, hint: "Compute the inner one in a subquery.")
        }
        if arguments.contains(where: \.containsWindow) {
            throw invalid("a window function stands inside the aggregate \(name)", range)
        }
        var filter: Node?
        if found.isFiltered {
            guard let last = arguments.popLast() else {
                throw invalid("\(name) needs a condition as its last argument", range)
            }
            guard last.type.isNumeric || last.type.isNull else {
                throw invalid("the last argument of \(name) must be a condition, not \(typeName(last.type))", range)
            }
            filter = last
        }
        if let clause = call.filter {
            let condition = try condition(clause, scope)
            filter = filter.map { and($0, condition) } ?? condition
        }
        return try found.bind(
            AggregateBinding(
                name: name, arguments: arguments, parameters: parameters, isDistinct: call.distinct, filter: filter,
                resolver: self, range: range), found)
    }
}

extension QueryExpression {
    var isLambda: Bool { if case .lambda = kind { true } else { false } }
}
