/// A table of a FROM clause, as names are looked up in it.
final class ScopeTable {
    enum Content {
        case shape(TableShape, scope: QuerySchema.PropertyScope?)
        case plan(QueryPlan)
    }

    /// What the query calls it.
    let name: String?
    /// What the SQL calls it.
    let alias: String
    let content: Content
    /// Whether its columns are NULL where a join found no row.
    var isOuter: Bool
    var relations: [String: ScopeTable] = [:]

    init(name: String?, alias: String, content: Content, isOuter: Bool = false) {
        self.name = name
        self.alias = alias
        self.content = content
        self.isOuter = isOuter
    }
}

/// What a name stands for.
enum Reference {
    case node(Node)
    /// JSON text whose keys are properties.
    case json(Node, QuerySchema.PropertyScope?)
    case table(ScopeTable)
}

/// The names of one SELECT.
final class SelectScope {
    var tables: [ScopeTable] = []
    var joins: [SelectPlan.Join] = []
    var aliases: [String: Reference] = [:]
    var aliasOrder: [String] = []
    /// Columns that USING has merged: what their name stands for without a table's.
    var merged: [String: Node] = [:]
    /// Conditions that joins put on the rows of the whole.
    var required: Node?
    private(set) var columns: [Node] = []
    private(set) var columnNames: [String] = []
    /// The numbers of the columns that are JSON with properties for keys.
    private(set) var jsonColumns: Set<Int> = []
    var windows: [String: NamedWindowSyntax] = [:]
    /// Innermost last.
    var lambdas: [[String: Node]] = []
    let ctes: CTEScope
    /// Where aggregates may not stand: the clause's name.
    var withoutAggregates: String?

    init(ctes: CTEScope) { self.ctes = ctes }

    /// A further column of the select list.
    func add(_ reference: Reference, _ node: Node, _ name: String) {
        if case .json = reference { jsonColumns.insert(columns.count) }
        columns.append(node)
        columnNames.append(name)
    }
}

/// The queries and expressions that WITH has named, outer ones included.
indirect enum CTEScope {
    case none
    case query(String, number: Int, QueryPlan, outer: CTEScope)
    case expression(String, CTEExpression, outer: CTEScope)

    func find(_ name: String) -> CTEScope? {
        var scope = self
        while true {
            switch scope {
            case .none: return nil
            case .query(let own, _, _, let outer):
                if own == name { return scope }
                scope = outer
            case .expression(let own, _, let outer):
                if own == name { return scope }
                scope = outer
            }
        }
    }

    var queryNames: [String] {
        var names: [String] = []
        var scope = self
        while true {
            switch scope {
            case .none: return names
            case .query(let own, _, _, let outer):
                names.append(own)
                scope = outer
            case .expression(_, _, let outer): scope = outer
            }
        }
    }
}
