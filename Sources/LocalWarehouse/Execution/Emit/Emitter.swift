internal import AirlockCore
internal import GRDB

/// Writes resolved queries as SQLite SQL. Every value is a bound parameter; every name is the emitter's own.
struct Emitter {
    private let sharedPlans: [QueryPlan]
    private var emittedShared: [Int: String] = [:]
    private var sharedOrder: [Int] = []
    private(set) var parameters: [DatabaseValue] = []
    private var parameterNumbers: [String: Int] = [:]
    private(set) var functions = RegisteredFunctions()
    private var functionNames: [String: String] = [:]

    init(shared: [QueryPlan]) { sharedPlans = shared }

    /// The whole statement.
    mutating func statement(_ plan: QueryPlan) -> String {
        let body = query(plan)
        guard !sharedOrder.isEmpty else { return body }
        let shared = sharedOrder.map { "\"q\($0)\" AS (\(emittedShared[$0] ?? ""))" }
        return "WITH " + shared.joined(separator: ", ") + " " + body
    }

    // MARK: - Expressions

    mutating func sql(_ node: Node) -> String {
        switch node.kind {
        case .constant(let value): return constant(value, node.type)
        case .column(let sql): return sql
        case .parameter: return "NULL"
        case .call(let call, let arguments):
            let written = arguments.map { sql($0) }
            if let native = call.sql { return native(written) }
            let name = scalar(call, arguments.map(\.type), node.type)
            return "\(name)(\(written.joined(separator: ", ")))"
        case .aggregate(let call, let arguments, let filter):
            let written = arguments.map { sql($0) }
            let clause = filter.map { " FILTER (WHERE \(condition($0)))" } ?? ""
            if let native = call.sql { return native(written, clause) }
            let name = aggregate(call, arguments.map(\.type), node.type)
            return "\(name)(\(written.joined(separator: ", ")))\(clause)"
        case .window(let window): return self.window(window, node.type)
        case .scalarQuery(let plan): return scalarQuery(plan, node.type)
        case .exists(let plan): return "EXISTS (\(query(plan)))"
        // The planner has put a column in its place.
        case .spread: return "NULL"
        case .membership(let value, let number, let nullable):
            let member = sql(value)
            let source = shared(number)
            guard value.isNullable || nullable else { return "(\(member) IN (SELECT \"c0\" FROM \(source)))" }
            // NULL is a member where it is among the values, and otherwise is not; never unknown.
            return "(CASE WHEN \(member) IS NULL THEN EXISTS (SELECT 1 FROM \(source) WHERE \"c0\" IS NULL) "
                + "ELSE \(member) IN (SELECT \"c0\" FROM \(source) WHERE \"c0\" IS NOT NULL) END)"
        }
    }

    /// ClickHouse refuses a second row, SQLite takes the first.
    private mutating func scalarQuery(_ plan: QueryPlan, _ type: ClickHouseType) -> String {
        guard !plan.isSingleRow else { return "(\(query(plan)))" }
        let fail = scalar(
            ScalarCall("several rows", seesNull: true, isDeterministic: false) { _ in
                throw ExecutionFault("a subquery that stands for a value has more than one row")
            }, [], type)
        return "(SELECT CASE WHEN count(*) > 1 THEN \(fail)() ELSE max(\"c0\") END FROM (\(query(plan))))"
    }

    /// An expression where only true and not true differ, so that NULL needs no care.
    mutating func condition(_ node: Node) -> String { sql(node) }

    private mutating func constant(_ value: Value, _ type: ClickHouseType) -> String {
        let stored: DatabaseValue
        switch value {
        case .null: return "NULL"
        case .int(let number): stored = type.isFloat ? Double(number).databaseValue : number.databaseValue
        case .double(let number):
            if number.isNaN { return "NULL" }
            stored = number.databaseValue
        case .string, .bytes: stored = value.text.databaseValue
        case .array(let elements): stored = ValueCoding.text(of: elements).databaseValue
        }
        let key = "\(stored.storage)"
        if let number = parameterNumbers[key] { return "?\(number)" }
        parameters.append(stored)
        parameterNumbers[key] = parameters.count
        return "?\(parameters.count)"
    }

    private mutating func scalar(_ call: ScalarCall, _ arguments: [ClickHouseType], _ result: ClickHouseType) -> String
    {
        let key = "s \(call.key) \(arguments) \(result)"
        if let name = functionNames[key] { return name }
        let name = "hq_s\(functions.scalars.count)"
        functionNames[key] = name
        functions.scalars.append((name, .init(call: call, argumentTypes: arguments, resultType: result)))
        return name
    }

    private mutating func aggregate(
        _ call: AggregateCall, _ arguments: [ClickHouseType], _ result: ClickHouseType,
        over frame: RegisteredFunctions.Aggregate.Frame? = nil
    ) -> String {
        let key = "a \(call.key) \(arguments) \(result) \(frame.map { "\($0)" } ?? "")"
        if let name = functionNames[key] { return name }
        let name = "hq_a\(functions.aggregates.count)"
        functionNames[key] = name
        functions.aggregates.append(
            (name, .init(call: call, argumentTypes: arguments, resultType: result, frame: frame)))
        return name
    }

    private mutating func window(_ window: WindowNode, _ result: ClickHouseType) -> String {
        var over: [String] = []
        if !window.partition.isEmpty {
            over.append("PARTITION BY " + window.partition.map { sql($0) }.joined(separator: ", "))
        }
        if !window.order.isEmpty {
            over.append("ORDER BY " + window.order.map { orderKey($0.key, $0.descending) }.joined(separator: ", "))
        }
        if !window.frame.isEmpty { over.append(window.frame) }
        return "\(windowCall(window, result)) OVER (\(over.joined(separator: " ")))"
    }

    private mutating func windowCall(_ window: WindowNode, _ result: ClickHouseType) -> String {
        switch window.function {
        case .native(let text): return text(window.arguments.map { sql($0) })
        case .aggregate(let call, let isFiltered):
            let arguments = isFiltered ? Array(window.arguments.dropLast()) : window.arguments
            let written = arguments.map { sql($0) }
            var clause = ""
            if isFiltered, let filter = window.arguments.last { clause = " FILTER (WHERE \(condition(filter)))" }
            // SQLite has no DISTINCT over a window.
            if !call.isDistinct, let native = call.sql { return native(written, clause) }
            let name = aggregate(
                call, arguments.map(\.type), result, over: window.startsFixed ? .growing : .sliding)
            return "\(name)(\(written.joined(separator: ", ")))\(clause)"
        }
    }

    /// A key of ORDER BY; NULL and NaN come last in either direction.
    private mutating func orderKey(_ node: Node, _ descending: Bool) -> String {
        var text = sql(node)
        // The constant's number must not be taken for a column's.
        if node.type.inner == .uuid { text = "(substr(\(text), 20) || substr(\(text), 1, 19))" }
        let nulls = node.isNullable || node.type.isNull || node.mayBeNaN ? " NULLS LAST" : ""
        return text + (descending ? " DESC" : "") + nulls
    }

    // MARK: - Queries

    mutating func query(_ plan: QueryPlan) -> String {
        switch plan.body {
        case .numbers(let start, let count):
            let (first, last) = (constant(.int(start), .int64), constant(.int(start.addingClamped(count)), .int64))
            return "WITH RECURSIVE \"n\"(\"c0\") AS (SELECT \(first) WHERE \(first) < \(last) UNION ALL "
                + "SELECT \"c0\" + 1 FROM \"n\" WHERE \"c0\" + 1 < \(last)) SELECT \"c0\" FROM \"n\""
                + limit(plan.limit)
        case .set(let first, let rest):
            var text = "SELECT * FROM (\(query(first)))"
            for (name, member) in rest { text += " \(name) SELECT * FROM (\(query(member)))" }
            return text + limit(plan.limit)
        case .counted(let name, let left, let right):
            let columns = plan.columns.indices.map { "\"c\($0)\"" }.joined(separator: ", ")
            func numbered(_ query: String) -> String {
                "SELECT \(columns), row_number() OVER (PARTITION BY \(columns)) FROM (\(query))"
            }
            let (first, second) = (numbered(query(left)), numbered(query(right)))
            return "SELECT \(columns) FROM (\(first) \(name) \(second))" + limit(plan.limit)
        case .select(let select): return self.select(select, plan.limit)
        }
    }

    private mutating func limit(_ limit: LimitPlan) -> String {
        guard limit.count != nil || limit.offset > 0 else { return "" }
        var text = " LIMIT \(constant(.int(limit.count ?? -1), .int64))"
        if limit.offset > 0 { text += " OFFSET \(constant(.int(limit.offset), .int64))" }
        return text
    }

    private mutating func select(_ select: SelectPlan, _ limit: LimitPlan) -> String {
        var columns = select.columns.enumerated().map { "\(sql($1)) AS \"c\($0)\"" }
        let orderTexts: [String] = select.order.map { orderKey($0.key, $0.descending) }
        let order = orderTexts.isEmpty ? "" : " ORDER BY " + orderTexts.joined(separator: ", ")
        let needsOuter = select.limitBy != nil || limit.withTies
        if needsOuter {
            // What is left out depends on the order, which is carried along as a row number.
            columns.append("row_number() OVER (\(order.isEmpty ? "" : String(order.dropFirst()))) AS \"o\"")
        }
        if let limitBy = select.limitBy {
            let keys = limitBy.keys.map { sql($0) }.joined(separator: ", ")
            columns.append("row_number() OVER (PARTITION BY \(keys)\(order)) AS \"l\"")
        }
        if limit.withTies { columns.append("rank() OVER (\(order.dropFirst())) AS \"r\"") }
        var text = "SELECT \(select.isDistinct ? "DISTINCT " : "")" + columns.joined(separator: ", ")
        for (index, join) in select.joins.enumerated() {
            text += index == 0 ? " FROM " : " \(join.keyword) "
            text += source(join)
            if index > 0, let condition = join.condition { text += " ON \(self.condition(condition))" }
        }
        if let filter = select.filter { text += " WHERE \(condition(filter))" }
        if !select.group.isEmpty { text += " GROUP BY " + select.group.map { groupKey($0) }.joined(separator: ", ") }
        if let having = select.having { text += " HAVING \(condition(having))" }
        guard needsOuter else { return text + order + self.limit(limit) }
        return outer(text, select, limit)
    }

    private mutating func outer(_ inner: String, _ select: SelectPlan, _ limit: LimitPlan) -> String {
        var conditions: [String] = []
        if let limitBy = select.limitBy {
            let offset = constant(.int(limitBy.offset), .int64)
            let end = constant(.int(limitBy.offset.addingClamped(limitBy.count)), .int64)
            conditions.append("\"l\" > \(offset) AND \"l\" <= \(end)")
        }
        var limit = limit
        if limit.withTies, let count = limit.count {
            let offset = constant(.int(limit.offset), .int64)
            conditions.append(
                "\"o\" > \(offset) AND \"r\" <= \(constant(.int(limit.offset.addingClamped(count)), .int64))")
            limit = LimitPlan()
        }
        let columns = select.columns.indices.map { "\"c\($0)\"" }.joined(separator: ", ")
        return "SELECT \(columns) FROM (\(inner)) WHERE \(conditions.joined(separator: " AND ")) ORDER BY \"o\""
            + self.limit(limit)
    }

    /// A bare parameter groups nothing, as it should, but a bare literal would be a column's number.
    /// Where a function keeps all values apart, its argument groups alike, and the function is called for each group only.
    private mutating func groupKey(_ node: Node) -> String {
        if case .call(let call, let arguments) = node.kind, call.keepsApart, arguments.count == 1 {
            return groupKey(arguments[0])
        }
        return sql(node)
    }

    private mutating func source(_ join: SelectPlan.Join) -> String {
        "\(source(join.source, join.alias)) AS \"\(join.alias)\""
    }

    /// What stands in FROM before the alias. Sources that wrap another know its rows by the same alias, so that their
    /// keys read alike inside and outside.
    private mutating func source(_ source: SelectPlan.Join.Source, _ alias: String) -> String {
        switch source {
        case .table(let name): return "\"\(name)\""
        case .plan(let plan): return "(\(query(plan)))"
        case .shared(let number): return shared(number)
        case .elements(let array): return "json_each(\(sql(array)))"
        case .distinct(let inner, let keys, let filter):
            let list = keys.map { sql($0) }.joined(separator: ", ")
            let rows = self.source(inner, alias)
            let clause = filter.map { " WHERE \(condition($0))" } ?? ""
            return "(SELECT * FROM (SELECT \"\(alias)\".*, row_number() OVER (PARTITION BY \(list)) AS \"n\" "
                + "FROM \(rows) AS \"\(alias)\"\(clause)) WHERE \"n\" = 1)"
        case .bounded(let inner, let keys, let key, let isNext, let filter):
            let list = keys.map { sql($0) }.joined(separator: ", ")
            let value = sql(key)
            let rows = self.source(inner, alias)
            return "(SELECT \"\(alias)\".*, \(isNext ? "lead" : "lag")(\(value)) OVER (PARTITION BY \(list) "
                + "ORDER BY \(value)) AS \"b\" FROM \(rows) AS \"\(alias)\" WHERE \(condition(filter)))"
        case .marked(let inner): return "(SELECT *, 1 AS \"m\" FROM \(self.source(inner, alias)))"
        }
    }

    /// The name of a query that stands once in WITH, however often it is used.
    private mutating func shared(_ number: Int) -> String {
        if emittedShared[number] == nil, number < sharedPlans.count {
            let text = query(sharedPlans[number])
            emittedShared[number] = text
            // What it names itself was emitted before it.
            sharedOrder.append(number)
        }
        return "\"q\(number)\""
    }
}
