internal import AirlockCore
internal import HogQL

extension Resolver {
    func from(_ clause: FromClause, _ scope: SelectScope) throws(AirlockError) {
        let (first, source) = try table(clause.first, scope)
        scope.tables.append(first)
        scope.joins.append(.init(source: source, alias: first.alias, keyword: "", condition: nil))
        for join in clause.joins { try self.join(join, scope) }
        var seen: Set<String> = []
        for table in scope.tables {
            guard let name = table.name else { continue }
            guard seen.insert(name).inserted else {
                throw invalid("two tables in FROM are called '\(name)'", clause.first.range, hint: "Give one an alias.")
            }
        }
    }

    func table(
        _ reference: TableReference, _ scope: SelectScope
    ) throws(AirlockError) -> (ScopeTable, SelectPlan.Join.Source) {
        if reference.sample != nil { throw refuse(.sample, reference.range) }
        if reference.isFinal { throw refuse(.final, reference.range) }
        let alias = newAlias()
        let name = reference.alias?.name
        func derived(
            _ plan: QueryPlan, _ name: String?, _ source: SelectPlan.Join.Source?
        ) throws(AirlockError) -> (ScopeTable, SelectPlan.Join.Source) {
            var plan = plan
            if !reference.columnNames.isEmpty {
                guard reference.columnNames.count == plan.columns.count else {
                    throw invalid(
                        "\(reference.columnNames.count) column names for \(plan.columns.count) columns",
                        reference.range)
                }
                plan = plan.renamed(reference.columnNames.map(\.name))
            }
            return (ScopeTable(name: name, alias: alias, content: .plan(plan)), source ?? .plan(plan))
        }
        switch reference.relation {
        case .table(let path):
            let written = path.map(\.name).joined(separator: ".")
            if path.count == 1, case .query(_, let number, let plan, _)? = scope.ctes.find(written) {
                return try derived(plan, name ?? written, .shared(number))
            }
            if let shape = TableShape.named(written) {
                return (
                    ScopeTable(name: name ?? written, alias: alias, content: .shape(shape, scope: nil)),
                    .table(shape.storage)
                )
            }
            if TableShape.absent.contains(written) {
                throw unsupported("the table '\(written)'", reference.range)
            }
            let names = TableShape.all.map(\.name) + scope.ctes.queryNames
            throw invalid(
                "there is no table '\(written)'", reference.range,
                hint: nearestName(to: written, in: names).map { "Did you mean '\($0)'?" }
                    ?? "There are \(names.joined(separator: ", ")).")
        case .function(let function, let arguments):
            guard function.name == "numbers", arguments.count == 1 || arguments.count == 2 else {
                throw unsupported("the table function '\(function.name)'", function.range)
            }
            var bounds: [Int64] = []
            for argument in arguments { bounds.append(try rowCount(argument, "numbers()")) }
            let plan = QueryPlan(
                columns: [.init(name: "number", type: .uint64, mayBeNaN: false)],
                body: .numbers(start: bounds.count == 2 ? bounds[0] : 0, count: bounds.last ?? 0))
            return try derived(plan, name ?? "numbers", nil)
        case .subquery(let statement):
            return try derived(try plan(statement, scope.ctes), name, nil)
        case .values: throw refuse(.values, reference.range)
        case .placeholder(let expression):
            throw invalid("a placeholder cannot stand for a table", expression.range)
        case .pivot: throw refuse(.pivot, reference.range)
        case .unpivot: throw refuse(.unpivot, reference.range)
        }
    }

    func arrayJoin(_ clause: ArrayJoinClause, _ scope: SelectScope, _ range: SourceRange) throws(AirlockError) {
        var names: [String?] = []
        var arrays: [Node] = []
        for item in clause.arrays {
            var (expression, name): (QueryExpression, String?) = (item, nil)
            if case .alias(let inner, let alias) = item.kind { (expression, name) = (inner, alias.name) }
            let array = try expr(expression, scope)
            guard array.type.element != nil else {
                throw invalid("ARRAY JOIN needs an array, not \(typeName(array.type))", item.range)
            }
            if name == nil, case .name(let last)? = expression.path?.last { name = last }
            names.append(name)
            arrays.append(array)
        }
        let zipped = arrays.count == 1 ? arrays[0] : try Containers.zip(arrays, self, range)
        guard !zipped.containsAggregate, !zipped.containsWindow else {
            throw invalid("an aggregate cannot stand in ARRAY JOIN", range, hint: "Write arrayJoin(…) in the columns.")
        }
        guard !zipped.containsSpread else { throw unsupported("arrayJoin inside ARRAY JOIN", range) }
        let (join, element) = try spread(zipped, outer: clause.kind == .left, range)
        scope.joins.append(join)
        for (index, name) in names.enumerated() {
            var node = element
            if arrays.count > 1 {
                node = Containers.element(of: element, at: index, arrays[index].type.element ?? .nothing)
            }
            if let name { scope.aliases[name] = .node(node) }
        }
    }

    /// A join that makes a row for each element of an array, and the column the elements stand in.
    func spread(
        _ array: Node, outer: Bool, _ range: SourceRange
    ) throws(AirlockError) -> (SelectPlan.Join, Node) {
        guard let element = array.type.element else {
            throw invalid("arrayJoin needs an array, not \(typeName(array.type))", range)
        }
        let alias = newAlias()
        let keyword = outer ? "LEFT JOIN" : "JOIN"
        // SQLite's reader of decimals is not exact to the last digit, so floats travel as text.
        let spreadFloats = element.isFloat
        let source = spreadFloats ? Containers.textsOfFloats(array) : array
        let join = SelectPlan.Join(
            source: .elements(source), alias: alias, keyword: keyword, condition: outer ? .int(1) : nil)
        var stored = Node.column("\"\(alias)\".\"value\"", spreadFloats ? .nullable(.string) : element)
        if spreadFloats { stored = Containers.float(fromText: stored, nullable: element.isNullable) }
        if outer, !element.isNullable { stored = NullHandling.defaulted(stored) }
        return (join, stored)
    }
}
