internal import AirlockCore
internal import HogQL

extension Resolver {
    func comparison(
        _ symbol: ComparisonOperator, _ left: QueryExpression, _ right: QueryExpression, _ scope: SelectScope,
        _ range: SourceRange
    ) throws(AirlockError) -> Node {
        switch symbol {
        case .isIn, .notIn:
            let member = try membership(left, right, scope, range)
            return symbol == .isIn ? member : Logic.not(member)
        case .inCohort, .notInCohort:
            let member = try cohort(left, right, scope, range)
            return symbol == .inCohort ? member : Logic.not(member)
        case .like, .notLike, .ilike, .notIlike, .matches, .notMatches, .matchesIgnoringCase, .notMatchesIgnoringCase:
            return try pattern(symbol, try expr(left, scope), try expr(right, scope), range)
        default: return try compare(symbol, try expr(left, scope), try expr(right, scope), range)
        }
    }

    private func pattern(
        _ symbol: ComparisonOperator, _ left: Node, _ right: Node, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let (name, negated): (String, Bool) =
            switch symbol {
            case .like: ("like", false)
            case .notLike: ("like", true)
            case .ilike: ("ilike", false)
            case .notIlike: ("ilike", true)
            case .matches: ("match", false)
            case .notMatches: ("match", true)
            case .matchesIgnoringCase: ("matchIgnoringCase", false)
            default: ("matchIgnoringCase", true)
            }
        let found = NullHandling.decided(try bind(name, [left, right], range), unknownIs: false)
        return negated ? Logic.not(found) : found
    }

    /// `=`, `!=`, `<` and their kin, in two values: a comparison with NULL is false, and `!=` true.
    func compare(
        _ symbol: ComparisonOperator, _ left: Node, _ right: Node, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let (left, right) = try comparable(left, right, range)
        let type = ClickHouseType.common(left.type, right.type)?.inner ?? left.type.inner
        let nullable = left.isNullable || right.isNullable || left.type.isNull || right.type.isNull
        let mayBeNaN = left.mayBeNaN || right.mayBeNaN
        let sqlSymbol: String =
            switch symbol {
            case .equal: "="
            case .notEqual: "<>"
            default: symbol.rawValue
            }
        let plain = plainNulls > 0
        let bothVary = left.constant == nil && right.constant == nil
        let nullsAgree = !plain && (bothVary || left.isConstantNull || right.isConstantNull)
        let evaluate: ScalarCall.Evaluate = { values in
            if values[0].isNull || values[1].isNull {
                let both = values[0].isNull && values[1].isNull
                switch symbol {
                case .equal: return .bool(nullsAgree && both)
                case .notEqual: return .bool(!(nullsAgree && both))
                default: return .bool(false)
                }
            }
            let isNaN = [values[0], values[1]].contains { if case .double(let x) = $0 { x.isNaN } else { false } }
            if isNaN { return .bool(symbol == .notEqual) }
            let order = Value.order(values[0], values[1], as: type)
            switch symbol {
            case .equal: return .bool(order == .same)
            case .notEqual: return .bool(order != .same)
            case .less: return .bool(order == .ascending)
            case .lessOrEqual: return .bool(order != .descending)
            case .greater: return .bool(order == .descending)
            default: return .bool(order != .ascending)
            }
        }
        let isEquality = symbol == .equal || symbol == .notEqual
        let key = "\(sqlSymbol)\(plain ? " plain" : nullsAgree ? " agree" : "")"
        if type.isContainer, !isEquality || type.holdsFloats {
            return .call(ScalarCall(key, seesNull: true, evaluate: evaluate), .uint8, [left, right])
        }
        let uuids = type == .uuid && !isEquality
        let sql: @Sendable ([String]) -> String = { parts in
            var (a, b) = (parts[0], parts[1])
            if uuids { (a, b) = (Self.uuidKey(a), Self.uuidKey(b)) }
            if plain || !(nullable || mayBeNaN) { return "(\(a) \(sqlSymbol) \(b))" }
            if isEquality, !mayBeNaN, nullsAgree || nullable && !bothVary {
                return "(\(a) IS \(symbol == .equal ? "" : "NOT ")\(b))"
            }
            return "coalesce(\(a) \(sqlSymbol) \(b), \(symbol == .notEqual ? 1 : 0))"
        }
        return .call(
            ScalarCall(key, sql: sql, seesNull: true, repeats: uuids ? 2 : 1, evaluate: evaluate), .uint8,
            [left, right])
    }

    static func uuidKey(_ sql: String) -> String { "(substr(\(sql), 20) || substr(\(sql), 1, 19))" }

    /// Brings two sides to types that can be compared: a constant text becomes what the other side is.
    private func comparable(_ left: Node, _ right: Node, _ range: SourceRange) throws(AirlockError) -> (Node, Node) {
        if left.type.isNull || right.type.isNull { return (left, right) }
        if case .string(let text)? = left.constant, !right.type.isString {
            return (try constant(text, as: right.type, range), right)
        }
        if case .string(let text)? = right.constant, !left.type.isString {
            return (left, try constant(text, as: left.type, range))
        }
        if left.type.isNumeric, right.type.isNumeric { return (left, right) }
        guard let common = ClickHouseType.common(left.type, right.type) else {
            throw invalid(
                "\(typeName(left.type)) and \(typeName(right.type)) cannot be compared", range,
                hint: hint(left.type, right.type))
        }
        if left.type.isDateOrTime || left.type.isContainer || left.type.isWide || right.type.isWide {
            return (
                try cast(left, to: common.nullable(if: left.isNullable), range),
                try cast(right, to: common.nullable(if: right.isNullable), range)
            )
        }
        return (left, right)
    }

    private func hint(_ left: ClickHouseType, _ right: ClickHouseType) -> String? {
        if left.isString, right.isNumeric || right.isString, left.isNumeric || right.isNumeric {
            return "Convert one side: toFloat(x) or toString(x)."
        }
        if left.isTime, right.isNumeric || right.isTime, left.isNumeric || right.isNumeric {
            return "Convert the number: toDateTime(seconds)."
        }
        return nil
    }

    /// A constant text as a value of another type.
    func constant(_ text: String, as type: ClickHouseType, _ range: SourceRange) throws(AirlockError) -> Node {
        let value: Value?
        switch type.inner {
        case .date: value = DateTimeReader.date(text, allowRest: true).map(Value.int)
        case .dateTime, .dateTime64:
            let zone = type.calendar(calendar)
            value = DateTimeReader.bestEffort(text, calendar: zone).map(Value.int)
        case .integer:
            value = NumberText.integer(text).map(Value.int)
        case .float: value = NumberText.double(text).map(Value.double)
        case .bool:
            let lowered = text.lowercased()
            value = ["true", "1"].contains(lowered) ? .int(1) : ["false", "0"].contains(lowered) ? .int(0) : nil
        case .uuid: value = Conversions.uuid(text).map(Value.string)
        default: value = nil
        }
        guard let value else {
            throw invalid("the text cannot be read as \(typeName(type.inner))", range)
        }
        return .constant(value, type.inner)
    }

    // MARK: - IN

    private func membership(
        _ left: QueryExpression, _ right: QueryExpression, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let value = try expr(left, scope)
        var source = right
        if case .field(let path) = right.kind, path.count == 1,
            case .query(_, _, let plan, _)? = scope.ctes.find(path[0].name)
        {
            return try membership(value, in: plan, range)
        }
        if case .subquery(let statement) = source.kind {
            return try membership(value, in: try plan(statement, scope.ctes), range)
        }
        source = right.withoutAlias
        let list: [Node]
        switch source.kind {
        case .tuple(let parts):
            var nodes: [Node] = []
            for part in parts { nodes.append(try expr(part, scope)) }
            // `(1, 2) IN (1, 2)` compares with one tuple, not with two numbers.
            let isOne = !value.type.isNull && value.type.isContainer && !nodes.contains { $0.type.isContainer }
            list = isOne ? [Containers.tuple(nodes)] : nodes
        default: return try membership(value, inNode: try expr(source, scope), range)
        }
        return try membership(value, of: list, range)
    }

    /// Membership in a list that is an expression: an array, a tuple, or one value.
    func membership(_ value: Node, inNode node: Node, _ range: SourceRange) throws(AirlockError) -> Node {
        let list: [Node]
        if case .array(let elements)? = node.constant, let element = node.type.element {
            list = elements.map { Node.constant($0, $0.isNull ? .null : element.inner) }
        } else if case .array(let elements)? = node.constant, case .tuple(let types) = node.type,
            !value.type.isContainer
        {
            list = zip(elements, types).map { Node.constant($0, $0.isNull ? .null : $1) }
        } else if case .call(let call, let parts) = node.kind,
            call.key == "array" || (call.key == "tuple" && !value.type.isContainer)
        {
            list = parts
        } else if node.type.element != nil {
            return NullHandling.decided(try bind("has", [node, value], range), unknownIs: false)
        } else {
            list = [node]
        }
        return try membership(value, of: list, range)
    }

    private func membership(_ value: Node, of list: [Node], _ range: SourceRange) throws(AirlockError) -> Node {
        var members: [Node] = []
        var holdsNull = false
        for item in list {
            if item.isConstantNull {
                holdsNull = true
                continue
            }
            let (_, other) = try comparable(value, item, range)
            members.append(other)
        }
        let nulls = holdsNull
        let mayMeetNull = value.isNullable || nulls || members.contains { $0.isNullable }
        let call = ScalarCall(
            "IN\(nulls ? " NULL" : "")",
            sql: { parts in
                let list = parts.dropFirst().joined(separator: ", ")
                let found = list.isEmpty ? "0" : "(\(parts[0]) IN (\(list)))"
                guard mayMeetNull else { return found }
                return "(CASE WHEN \(parts[0]) IS NULL THEN \(nulls ? 1 : 0) ELSE coalesce(\(found), 0) END)"
            }, seesNull: true, repeats: 2
        ) { values in
            if values[0].isNull { return .bool(nulls) }
            return .bool(values.dropFirst().contains { $0 == values[0] })
        }
        return .call(call, .uint8, [value] + members)
    }

    private func membership(_ value: Node, in plan: QueryPlan, _ range: SourceRange) throws(AirlockError) -> Node {
        if case .tuple(let types) = value.type, plan.columns.count > 1 {
            guard types.count == plan.columns.count else {
                throw invalid(
                    "the tuple has \(types.count) elements, the subquery \(plan.columns.count) columns", range)
            }
            // The subquery's rows become tuples of one column.
            let alias = newAlias()
            var select = SelectPlan()
            select.joins = [.init(source: .plan(plan), alias: alias, keyword: "", condition: nil)]
            var parts: [Node] = []
            for (index, column) in plan.columns.enumerated() {
                let node = Node.column("\"\(alias)\".\"c\(index)\"", column.type, mayBeNaN: column.mayBeNaN)
                parts.append(node)
            }
            let row = try cast(Containers.tuple(parts), to: value.type, range)
            select.columns = [row]
            let rows = QueryPlan(
                columns: [.init(name: "row", type: row.type, mayBeNaN: false)], body: .select(select))
            return Node(
                .membership(value, share(rows), nullable: false), .uint8,
                signature: "member\(newSlot())(\(value.signature))", children: [value], repeats: 2)
        }
        guard plan.columns.count == 1, let column = plan.columns.first else {
            throw invalid("the subquery of IN must have one column", range)
        }
        guard value.type.isNull || column.type.isNull || ClickHouseType.common(value.type, column.type) != nil else {
            throw invalid("\(typeName(value.type)) cannot be among values of \(typeName(column.type))", range)
        }
        let sameFamily =
            value.type.inner == column.type.inner || (value.type.isNumeric && column.type.isNumeric)
            || (value.type.isTime && column.type.isTime)
        guard sameFamily || value.type.isNull || column.type.isNull else {
            throw unsupported(
                "IN between \(typeName(value.type)) and a subquery of \(typeName(column.type))", range,
                hint: "Convert one of them.")
        }
        return Node(
            .membership(value, share(plan), nullable: column.type.isNullable), .uint8,
            signature: "member\(newSlot())(\(value.signature))", children: [value], repeats: 2)
    }

    /// A cohort by its number or its name.
    private func cohortNumber(_ expression: QueryExpression, _ scope: SelectScope) throws(AirlockError) -> Int64 {
        switch try expr(expression, scope).constant {
        case .int(let id)?: return id
        case .string(let name)?:
            if let id = schema.cohorts[name] { return id }
            throw invalid(
                "there is no cohort '\(name)' in the warehouse", expression.range,
                hint: nearestName(to: name, in: Array(schema.cohorts.keys)).map { "Did you mean '\($0)'?" }
                    ?? (schema.cohorts.isEmpty ? "It knows no names of cohorts: use the cohort's number." : nil))
        default: throw invalid("IN COHORT needs a cohort's number or name", expression.range)
        }
    }

    private func cohort(
        _ left: QueryExpression, _ right: QueryExpression, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Node {
        let value = try expr(left, scope)
        let id = try cohortNumber(right, scope)
        guard value.type.inner == .uuid else {
            throw invalid("IN COHORT needs a person's id, not \(typeName(value.type))", range)
        }
        let alias = newAlias()
        var select = SelectPlan()
        select.joins = [.init(source: .table("cohort_people"), alias: alias, keyword: "", condition: nil)]
        select.columns = [.column("\"\(alias)\".\"person_id\"", .uuid)]
        select.filter = try compare(.equal, .column("\"\(alias)\".\"cohort_id\"", .int64), .int(id), range)
        let plan = QueryPlan(
            columns: [.init(name: "person_id", type: .uuid, mayBeNaN: false)], body: .select(select))
        return Node(
            .membership(value, share(plan), nullable: false), .uint8,
            signature: "cohort \(id)(\(value.signature))", children: [value], repeats: 2)
    }
}

extension ClickHouseType {
    /// Whether floats are somewhere inside, whose texts do not tell equality (0 and -0).
    var holdsFloats: Bool {
        switch self {
        case .float: true
        case .nullable(let inner), .array(let inner): inner.holdsFloats
        case .map(let key, let value): key.holdsFloats || value.holdsFloats
        case .tuple(let elements): elements.contains(where: \.holdsFloats)
        default: false
        }
    }
}
