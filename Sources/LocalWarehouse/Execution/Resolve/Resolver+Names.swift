internal import AirlockCore
internal import HogQL

extension ScopeTable {
    /// The columns of `SELECT *`.
    var starNames: [String] {
        switch content {
        case .shape(let shape, _): shape.fields.map(\.name)
        case .plan(let plan): plan.columns.map(\.name)
        }
    }

    var allNames: [String] {
        switch content {
        case .shape(let shape, _): shape.names
        case .plan(let plan): plan.columns.map(\.name)
        }
    }

    func has(_ name: String) -> Bool {
        switch content {
        case .shape(let shape, _): shape.field(name) != nil
        case .plan(let plan): plan.columns.contains { $0.name == name }
        }
    }
}

extension Resolver {
    /// What a path of names and indices stands for.
    func reference(_ parts: [PathPart], _ scope: SelectScope, _ range: SourceRange) throws(AirlockError) -> Reference {
        guard case .name(let first)? = parts.first else { throw invalid("a path must start with a name", range) }
        var rest = parts.dropFirst()
        var reference: Reference
        if let parameter = scope.lambdas.reversed().lazy.compactMap({ $0[first] }).first {
            reference = .node(parameter)
        } else if !rest.isEmpty, let table = scope.tables.first(where: { $0.name == first }) {
            reference = .table(table)
        } else if let alias = scope.aliases[first] {
            reference = alias
        } else if let found = try column(first, scope, range) {
            reference = found
        } else if case .expression(_, let expression, let outer)? = scope.ctes.find(first) {
            _ = outer
            let node = try nested(range) { () throws(AirlockError) in try expr(expression.syntax, scope) }
            reference = .node(node)
        } else if !rest.isEmpty, outerScopes.dropLast().contains(where: { $0.tables.contains { $0.name == first } }) {
            throw AirlockError(
                .unsupportedQuery, Refusal.correlated.message + ": '\(first)'", at: location(range),
                hint: Refusal.correlated.remedy)
        } else {
            throw unknown(first, scope, range)
        }
        while let part = rest.first {
            switch reference {
            case .table(let table):
                guard case .name(let name) = part else { throw invalid("a table has no element by number", range) }
                guard let next = try field(name, of: table, scope, range) else {
                    throw unknown(name, of: table, range)
                }
                reference = next
                rest = rest.dropFirst()
            case .json(let column, let properties):
                return .node(try property(column, properties, Array(rest), range))
            case .node(let node):
                reference = .node(try step(node, part, range))
                rest = rest.dropFirst()
            }
        }
        return reference
    }

    private func step(_ node: Node, _ part: PathPart, _ range: SourceRange) throws(AirlockError) -> Node {
        switch (node.type, part) {
        case (.tuple(let types), .index(let index)):
            guard index >= 1, index <= types.count else {
                throw invalid("the tuple has \(types.count) elements, none of number \(index)", range)
            }
            return Containers.element(of: node, at: index - 1, types[index - 1])
        case (.array, .index(let index)):
            return try bind("arrayElement", [node, .int(Int64(index))], range)
        case (_, .name(let name)):
            throw invalid(
                "'\(name)' cannot be read from a value of type \(typeName(node.type))", range,
                hint: "Keys are read from columns of JSON, as properties.\(name); for other text use JSONExtractString."
            )
        default: throw invalid("a value of type \(typeName(node.type)) has no elements", range)
        }
    }

    func node(_ reference: Reference, _ range: SourceRange) throws(AirlockError) -> Node {
        switch reference {
        case .node(let node): return node
        case .json(let node, _): return node
        case .table(let table):
            throw invalid("'\(table.name ?? "a joined table")' is a table; name one of its columns", range)
        }
    }

    /// A column without its table's name: what USING has merged, or else a name that is in one table only.
    private func column(_ name: String, _ scope: SelectScope, _ range: SourceRange) throws(AirlockError) -> Reference? {
        if let merged = scope.merged[name] { return .node(merged) }
        let owners = scope.tables.filter { $0.has(name) }
        guard let owner = owners.first else { return nil }
        guard owners.count == 1 else {
            let names = owners.map { "\($0.name ?? "a subquery").\(name)" }
            throw invalid("'\(name)' is ambiguous: \(names.joined(separator: ", "))", range)
        }
        return try field(name, of: owner, scope, range)
    }

    func field(
        _ name: String, of table: ScopeTable, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> Reference? {
        let alias = table.alias
        switch table.content {
        case .plan(let plan):
            guard let index = plan.columns.firstIndex(where: { $0.name == name }) else { return nil }
            let column = plan.columns[index]
            if table.isOuter, column.mayBeNaN, !column.type.isNullable {
                throw unsupported(
                    "a column that may be NaN on the outer side of a join", range, hint: "Use ifNull(x, 0) inside.")
            }
            let node = Node.column("\"\(alias)\".\"c\(index)\"", column.type, mayBeNaN: column.mayBeNaN)
            let shown = table.isOuter ? NullHandling.defaulted(node) : node
            // PostHog looks for definitions only where it sees the table itself.
            return column.isJSON ? .json(shown, nil) : .node(shown)
        case .shape(let shape, let properties):
            guard let field = shape.field(name) else { return nil }
            switch field {
            case .column(let storage, let type):
                let node = Node.column("\"\(alias)\".\"\(storage)\"", type)
                return .node(table.isOuter ? NullHandling.defaulted(node) : node)
            case .defaulted(let storage, let type):
                return .node(NullHandling.defaulted(.column("\"\(alias)\".\"\(storage)\"", type)))
            case .json(let storage, let own):
                // A group's properties are typed by the relation they are reached through.
                let scoped = own == .group(-1) ? properties : own
                let node = Node.column("\"\(alias)\".\"\(storage)\"", .string)
                return .json(table.isOuter ? NullHandling.defaulted(node) : node, scoped)
            case .alias(let path): return try self.field(path[0], of: table, scope, range)
            case .missing: throw unsupported("the column '\(name)' of \(shape.name)", range)
            case .relation(let target, let key, let foreignKey, let extra):
                return .table(try relation(name, of: table, target, key, foreignKey, extra, scope, range))
            }
        }
    }

    /// Joins another table the first time one of its columns is named.
    private func relation(
        _ name: String, of table: ScopeTable, _ target: String, _ key: String, _ foreignKey: String,
        _ extra: TableShape.Condition?, _ scope: SelectScope, _ range: SourceRange
    ) throws(AirlockError) -> ScopeTable {
        if let known = table.relations[name] { return known }
        if let joining, joining == table.alias {
            throw unsupported(
                "'\(name)' of a table inside its own ON", range, hint: "Join the table it stands for by name.")
        }
        guard let shape = TableShape.named(target) else { throw unsupported("'\(name)'", range) }
        let alias = newAlias()
        var group: QuerySchema.PropertyScope?
        var condition = Node.column("\"\(alias)\".\"\(foreignKey)\" = \"\(table.alias)\".\"\(key)\"", .uint8)
        if let extra {
            group = .group(Int(extra.value))
            let column = Node.column("\"\(alias)\".\"\(extra.column)\"", .int64)
            plainNulls += 1
            defer { plainNulls -= 1 }
            condition = and(condition, try compare(.equal, column, .int(extra.value), range))
        }
        let joined = ScopeTable(name: nil, alias: alias, content: .shape(shape, scope: group), isOuter: true)
        table.relations[name] = joined
        scope.joins.append(
            .init(source: .table(shape.storage), alias: alias, keyword: "LEFT JOIN", condition: condition))
        return joined
    }

    // MARK: - Unknown names

    private func unknown(_ name: String, _ scope: SelectScope, _ range: SourceRange) -> AirlockError {
        if let outer = outerScopes.dropLast().last(where: { outer in outer.tables.contains { $0.has(name) } }) {
            let table = outer.tables.first { $0.has(name) }?.name
            return AirlockError(
                .unsupportedQuery, Refusal.correlated.message + ": '\(table.map { "\($0)." } ?? "")\(name)'",
                at: location(range), hint: Refusal.correlated.remedy)
        }
        let candidates = scope.tables.flatMap(\.allNames) + scope.aliases.keys + scope.tables.compactMap(\.name)
        var hint = nearestName(to: name, in: candidates).map { "Did you mean '\($0)'?" }
        if hint == nil, scope.tables.contains(where: { $0.has("properties") }) {
            hint = "An event's own fields are under properties: properties.\(name)."
        }
        return invalid("there is no column '\(name)' here", range, hint: hint)
    }

    private func unknown(_ name: String, of table: ScopeTable, _ range: SourceRange) -> AirlockError {
        let title: String
        switch table.content {
        case .shape(let shape, _): title = table.name ?? shape.name
        case .plan: title = table.name ?? "the subquery"
        }
        return invalid(
            "\(title) has no column '\(name)'", range,
            hint: nearestName(to: name, in: table.allNames).map { "Did you mean '\($0)'?" })
    }
}
