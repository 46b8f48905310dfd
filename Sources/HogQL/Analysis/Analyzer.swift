/// Walks a tree with the scopes its names are looked up in.
struct Analyzer {
    /// A table, or a query in a table's place.
    struct Source {
        /// The alias and the table's own path, either of which may stand before a column.
        var names: [[String]]
        /// The table read; `nil` for a query, whose own reads are counted already.
        var table: String?
        /// Of a query: what it gives; `nil` when that cannot be said.
        var columns: Set<String>?
        var range = SourceRange.none
    }

    /// The names of one SELECT.
    struct Scope {
        var sources: [Source] = []
        /// Aliases of the select list, of ARRAY JOIN and of WITH.
        var aliases: Set<String> = []
    }

    var analysis = Analysis()
    private var seenColumns: Set<Analysis.Column> = []
    private var seenProperties: Set<String> = []
    private var seenFunctions: Set<String> = []
    private var seenPlaceholders: Set<String> = []
    private var seenTables: Set<String> = []
    /// Innermost last.
    var scopes: [Scope] = []
    /// The queries of WITH that are visible, innermost last, with the columns they give.
    var commonTables: [(name: String, columns: Set<String>?)] = []
    /// How many queries stand around the one at hand; its rows are the answer when there are none.
    var queryDepth = 0
    /// Parameters of the lambdas around.
    var parameters: [String] = []

    func finished() -> Analysis { analysis }

    // MARK: Findings

    mutating func add(table: String) {
        if seenTables.insert(table).inserted { analysis.tables.append(table) }
    }

    mutating func add(function: String) {
        if seenFunctions.insert(function).inserted { analysis.functions.append(function) }
    }

    mutating func add(placeholder: String) {
        if seenPlaceholders.insert(placeholder).inserted { analysis.placeholders.append(placeholder) }
    }

    /// A column that counts for every table in scope makes lists as long as the product; beyond this the whole table is
    /// counted, which is more, and so on the safe side.
    private static let maxFindings = 10_000

    private mutating func add(column: String, of table: String) {
        let isLong = analysis.columns.count >= Self.maxFindings
        let column = Analysis.Column(table: table, column: isLong ? "*" : column)
        if seenColumns.insert(column).inserted { analysis.columns.append(column) }
    }

    private mutating func add(property name: String, of column: String, in table: String) {
        let property = "\(table).\(column).\(analysis.properties.count >= Self.maxFindings ? "*" : name)"
        if seenProperties.insert(property).inserted { analysis.properties.append(property) }
    }

    /// All columns of a table, and so all its properties.
    mutating func addAll(of table: String) {
        add(column: "*", of: table)
        if KnownTables.has("properties", in: table) != false { add(property: "*", of: "properties", in: table) }
    }

    // MARK: Names

    /// Counts a path that starts at `table`.
    private mutating func read(_ path: ArraySlice<String>, of table: String) {
        guard let first = path.first, first != "*" else { return addAll(of: table) }
        let rest = path.dropFirst()
        if let joined = KnownTables.joined(by: first, of: table) {
            add(column: first, of: table)
            add(table: joined)
            return read(rest, of: joined)
        }
        // One property is read, and not the column that holds it with all others.
        if let name = rest.first { return add(property: name, of: first, in: table) }
        add(column: first, of: table)
        if first == "properties" { add(property: "*", of: "properties", in: table) }
    }

    /// Counts a path by looking its first name up in the scopes, innermost first.
    mutating func read(_ path: [String]) {
        guard let first = path.first, !parameters.contains(first) else { return }
        for scope in scopes.reversed() {
            if read(path, qualifiedIn: scope) { return }
            if read(path, first, in: scope) { return }
        }
    }

    /// `e.timestamp`, `events.timestamp`.
    private mutating func read(_ path: [String], qualifiedIn scope: Scope) -> Bool {
        var isFound = false
        for source in scope.sources {
            for name in source.names where path.count > name.count && path.starts(with: name) {
                isFound = true
                if let table = source.table { read(path[name.count...], of: table) }
            }
        }
        // `properties.x` beside a table called `properties` may be either.
        guard isFound, let first = path.first else { return isFound }
        for source in scope.sources {
            if let table = source.table, KnownTables.has(first, in: table) == true { read(path[...], of: table) }
        }
        return true
    }

    /// A bare column: of the tables that have it, else of those that may.
    private mutating func read(_ path: [String], _ first: String, in scope: Scope) -> Bool {
        var (certain, possible): ([String], [String]) = ([], [])
        var isGiven = scope.aliases.contains(first)
        for source in scope.sources {
            if let table = source.table {
                switch KnownTables.has(first, in: table) {
                case true?: certain.append(table)
                case nil: possible.append(table)
                case false?: break
                }
            } else if source.columns?.contains(first) ?? true {
                isGiven = true
            }
        }
        let known = certain + possible
        for table in known { read(path[...], of: table) }
        if !known.isEmpty || isGiven { return true }
        // A name nobody is known to have: it counts for every table here.
        let tables = scope.sources.compactMap(\.table)
        for table in tables { read(path[...], of: table) }
        return !tables.isEmpty
    }

    /// `*`, `COLUMNS('…')`, and what reads a row as a whole.
    mutating func readAll(qualifiedBy path: [String] = []) {
        guard let scope = scopes.last else { return }
        if path.isEmpty {
            for source in scope.sources { if let table = source.table { addAll(of: table) } }
        } else {
            read(path + ["*"])
        }
    }
}
