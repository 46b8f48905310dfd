extension Analyzer {
    mutating func visit(_ expressions: [QueryExpression]) {
        for expression in expressions { visit(expression) }
    }

    mutating func visit(_ item: OrderItem) {
        visit(item.expression)
        for value in [item.fill?.from, item.fill?.to, item.fill?.step] { if let value { visit(value) } }
    }

    mutating func visit(_ window: WindowDefinition) {
        visit(window.partitionBy)
        for item in window.orderBy { visit(item) }
        for bound in [window.frame?.start, window.frame?.end] {
            switch bound {
            case .preceding(let amount)?, .following(let amount)?: visit(amount)
            default: break
            }
        }
    }

    mutating func visit(_ expression: QueryExpression) {
        if let path = expression.path {
            return read(
                path.map { part in
                    switch part {
                    case .name(let name): name
                    case .index(let index): String(index)
                    }
                })
        }
        switch expression.kind {
        case .constant, .field, .positional: break
        case .columns(let selection):
            switch selection.kind {
            case .all(let path): readAll(qualifiedBy: path.map(\.name))
            case .matching: readAll()
            case .listed(let columns): visit(columns)
            }
        case .call(let call):
            adviseOn(call, range: expression.range)
            visit(call)
        case .window(let call):
            add(function: call.name.name)
            visit(call.parameters ?? [])
            visit(call.arguments)
            if case .inline(let window) = call.over { visit(window) }
        case .callValue(let base, let arguments):
            visit(base)
            visit(arguments)
        case .lambda(let names, let body):
            parameters += names.map(\.name)
            visit(body)
            parameters.removeLast(names.count)
        case .placeholder(let inner): visitPlaceholder(inner)
        case .subquery(let statement): _ = visit(statement)
        case .compare(let comparison, let left, let right):
            if comparison == .inCohort || comparison == .notInCohort { read(["cohort_id"], ofJoined: "cohort_people") }
            adviseOn(comparison, left, right, range: expression.range)
            visit(left)
            visit(right)
        case .template(let parts):
            for case .expression(let inner) in parts { visit(inner) }
        case .caseWhen(let expression):
            if let operand = expression.operand { visit(operand) }
            for branch in expression.branches { visit([branch.when, branch.then]) }
            if let otherwise = expression.otherwise { visit(otherwise) }
        case .dictionary(let entries): for entry in entries { visit([entry.key, entry.value]) }
        case .arrayAccess(let base, let key, _):
            // By a computed name, any property may be read.
            visit(base)
            visit(key)
        default: visit(expression.kind.operands)
        }
    }

    private mutating func read(_ path: [String], ofJoined table: String) {
        add(table: table)
        scopes.append(Scope(sources: [Source(names: [], table: table)]))
        read(path)
        scopes.removeLast()
    }

    private mutating func visit(_ call: FunctionCall) {
        add(function: call.name.name)
        visit(call.parameters ?? [])
        if Self.readsRow(call.name.name) { readAll() }
        // `JSONExtractString(properties, 'x')` reads one property.
        if call.name.name.hasPrefix("JSON"), call.arguments.count > 1, let path = call.arguments[0].path,
            case .name("properties")? = path.last, case .constant(.string(let key)) = call.arguments[1].kind
        {
            visit(
                QueryExpression(
                    .arrayAccess(call.arguments[0], QueryExpression(.constant(.string(key))), nullSafe: false)))
            visit(Array(call.arguments.dropFirst(2)))
        } else if call.name.name.lowercased() == "count", call.arguments.count == 1, call.arguments[0].isPlainAsterisk {
            // `count(*)` counts rows and reads no column.
        } else {
            visit(call.arguments)
        }
        if let filter = call.filter { visit(filter) }
        for item in call.orderBy + call.withinGroup { visit(item) }
    }

    /// PostHog's functions that read columns they are not given.
    private static func readsRow(_ function: String) -> Bool {
        switch function {
        case "matchesAction", "getSurveyResponse", "uniqueSurveySubmissionsFilter": true
        default: false
        }
    }

    private mutating func visitPlaceholder(_ inner: QueryExpression) {
        if let name = inner.placeholderName {
            add(placeholder: name)
        } else {
            add(placeholder: QueryPrinter.text(of: inner))
        }
    }
}

extension QueryExpression {
    /// Of what stands between the braces of a placeholder: `x`, `filters.dateRange.from`.
    var placeholderName: String? {
        guard case .field(let names) = kind else { return nil }
        return names.map(\.name).joined(separator: ".")
    }

    var isPlainAsterisk: Bool {
        guard case .columns(let selection) = kind, case .all(of: []) = selection.kind else { return false }
        return selection.excluding.isEmpty
    }
}

extension QueryExpression.Kind {
    /// The operands of an operator; nothing for what is no operator.
    var operands: [QueryExpression] {
        switch self {
        case .alias(let value, _), .negate(let value), .not(let value), .isNull(let value, _), .cast(let value, _, _),
            .interval(let value, _), .tupleAccess(let value, _, _), .member(let value, _, _):
            [value]
        case .arithmetic(_, let left, let right), .coalesce(let left, let right),
            .isDistinctFrom(let left, let right, _):
            [left, right]
        case .concat(let operands), .and(let operands), .or(let operands), .tuple(let operands), .array(let operands):
            operands
        case .between(let value, let low, let high, _): [value, low, high]
        case .ternary(let condition, let then, let otherwise): [condition, then, otherwise]
        case .slice(let base, let from, let to): [base] + [from, to].compactMap { $0 }
        default: []
        }
    }
}
