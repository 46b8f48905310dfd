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
        case .window(let window): return self.window(window)
        case .scalarQuery(let plan): return "(\(query(plan)))"
        case .membership(let value, let number, let nullable):
            let member = sql(value)
            let source = shared(number)
            guard value.isNullable || nullable else { return "(\(member) IN (SELECT \"c0\" FROM \(source)))" }
            // NULL is a member where it is among the values, and otherwise is not; never unknown.
            return "(CASE WHEN \(member) IS NULL THEN EXISTS (SELECT 1 FROM \(source) WHERE \"c0\" IS NULL) "
                + "ELSE \(member) IN (SELECT \"c0\" FROM \(source) WHERE \"c0\" IS NOT NULL) END)"
        }
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
        case .string(let text): stored = text.databaseValue
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
        _ call: AggregateCall, _ arguments: [ClickHouseType], _ result: ClickHouseType
    ) -> String {
        let key = "a \(call.key) \(arguments) \(result)"
        if let name = functionNames[key] { return name }
        let name = "hq_a\(functions.aggregates.count)"
        functionNames[key] = name
        functions.aggregates.append((name, .init(call: call, argumentTypes: arguments, resultType: result)))
        return name
    }

    private mutating func window(_ window: WindowNode) -> String {
        var over: [String] = []
        if !window.partition.isEmpty {
            over.append("PARTITION BY " + window.partition.map { sql($0) }.joined(separator: ", "))
        }
        if !window.order.isEmpty {
            over.append("ORDER BY " + window.order.map { orderKey($0.key, $0.descending) }.joined(separator: ", "))
        }
        if !window.frame.isEmpty { over.append(window.frame) }
        let call = window.function(window.arguments.map { sql($0) })
        return window.finish("\(call) OVER (\(over.joined(separator: " ")))")
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
        let needsOuter = select.limitBy != nil || select.qualify != nil || limit.withTies
        if needsOuter {
            // Filters on windows stand outside; the order is carried along as a row number.
            columns.append("row_number() OVER (\(order.isEmpty ? "" : String(order.dropFirst()))) AS \"o\"")
        }
        if let limitBy = select.limitBy {
            let keys = limitBy.keys.map { sql($0) }.joined(separator: ", ")
            columns.append("row_number() OVER (PARTITION BY \(keys)\(order)) AS \"l\"")
        }
        if let qualify = select.qualify { columns.append("\(sql(qualify)) AS \"f\"") }
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
        if select.qualify != nil { conditions.append("\"f\"") }
        var limit = limit
        if limit.withTies, let count = limit.count {
            conditions.append("\"r\" <= \(constant(.int(count), .int64))")
            limit.count = nil
        }
        let columns = select.columns.indices.map { "\"c\($0)\"" }.joined(separator: ", ")
        return "SELECT \(columns) FROM (\(inner)) WHERE \(conditions.joined(separator: " AND ")) ORDER BY \"o\""
            + self.limit(limit)
    }

    /// A bare parameter groups nothing, as it should, but a bare literal would be a column's number.
    private mutating func groupKey(_ node: Node) -> String { sql(node) }

    private mutating func source(_ join: SelectPlan.Join) -> String {
        switch join.source {
        case .table(let name): return "\"\(name)\" AS \"\(join.alias)\""
        case .plan(let plan): return "(\(query(plan))) AS \"\(join.alias)\""
        case .shared(let number): return "\(shared(number)) AS \"\(join.alias)\""
        case .elements(let array): return "json_each(\(sql(array))) AS \"\(join.alias)\""
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
