internal import AirlockCore
internal import DriverKit

/// What a run may read and change. Decided on the parsed query, never on its text.
public struct Grants: Sendable, Hashable {
    /// The driver contract's reading methods, which are granted unless a template says otherwise.
    public static let readingMethods = ["list_objects", "get_fields", "query"]

    /// Methods that may be called, by name. Default: ``readingMethods``.
    public var methods: [String]
    /// Tables that may be read; `nil` for all.
    public var tables: [String]?
    /// Columns that may be read, by table; a table without an entry gives all of its columns. A table's properties
    /// are granted with the column that holds them (`properties`) or one by one (`properties.$browser`).
    public var columns: [String: [String]]
    /// Whether methods that change the source may be called: needs the template's and the caller's word.
    public var writes: Bool

    public init(
        methods: [String] = Grants.readingMethods, tables: [String]? = nil, columns: [String: [String]] = [:],
        templateWrites: Bool = false, callerWrites: Bool = false
    ) {
        self.methods = methods
        self.tables = tables
        self.columns = columns
        writes = templateWrites && callerWrites
        isWriteGrantedByTemplate = templateWrites
    }

    /// Kept for the message: whose word is missing.
    private var isWriteGrantedByTemplate: Bool

    /// - Throws: `permission_denied`, naming what was asked and what is granted.
    func check(method: String, writes changes: Bool) throws(AirlockError) {
        guard methods.contains(method) else {
            throw denied("the method '\(method)' is not granted; granted are: \(Grants.list(methods))", .methods)
        }
        guard !changes || writes else {
            throw AirlockError(
                .permissionDenied, "the method '\(method)' changes data, and writes are not granted",
                hint: isWriteGrantedByTemplate
                    ? "The template asks for writes; the caller has to allow them with --allow-writes."
                    : "Set writes = true under [tool.airlock.access] in the template, and run with --allow-writes.")
        }
    }

    func check(object: String) throws(AirlockError) {
        guard let tables, !tables.contains(object) else { return }
        throw denied("the table '\(object)' is not granted; granted are: \(Grants.list(tables))", .tables)
    }

    /// Whether the field of an object may be read: of others not even the example is shown.
    func admits(field: String, of object: String) -> Bool {
        guard let granted = columns[object] else { return true }
        let holder = field.split(separator: ".", maxSplits: 1).first.map(String.init) ?? field
        return granted.contains("*") || granted.contains(field) || granted.contains(holder)
    }

    func check(_ analysis: QueryAnalysis) throws(AirlockError) {
        for table in analysis.tables { try check(object: table) }
        for read in analysis.columns {
            if read.table.isEmpty {
                // Whose column it is could not be told, so it must be granted for every table that is read.
                for table in analysis.tables { try check(column: read.column, of: table) }
            } else {
                try check(object: read.table)
                try check(column: read.column, of: read.table)
            }
        }
        for property in analysis.properties { try check(property: property, tables: analysis.tables) }
    }

    private func check(column: String, of table: String) throws(AirlockError) {
        guard let granted = columns[table], !granted.contains("*"), !granted.contains(column) else { return }
        let asked = column == "*" ? "all columns of '\(table)' are" : "the column '\(table).\(column)' is"
        throw denied("\(asked) not granted; granted are: \(Grants.list(granted))", .columns)
    }

    /// - Parameter property: as the analysis names it, `events.properties.$browser`.
    private func check(property: String, tables: [String]) throws(AirlockError) {
        let owners = tables.filter { property.hasPrefix($0 + ".") }
        if owners.isEmpty, columns.isEmpty { return }
        guard let table = owners.max(by: { $0.utf8.count < $1.utf8.count }) else {
            throw denied("the property '\(property)' belongs to none of the tables that are read", .columns)
        }
        let field = String(property.dropFirst(table.count + 1))
        guard !admits(field: field, of: table) else { return }
        let granted = Grants.list(columns[table] ?? [])
        throw denied("the property '\(property)' is not granted; granted of '\(table)' are: \(granted)", .columns)
    }

    private enum Key: String { case methods, tables, columns }

    private func denied(_ message: String, _ key: Key) -> AirlockError {
        AirlockError(
            .permissionDenied, message,
            hint: "A template grants more with '\(key.rawValue)' under [tool.airlock.access].")
    }

    private static func list(_ names: [String]) -> String {
        guard !names.isEmpty else { return "none" }
        let shown = names.sorted().prefix(20).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }
}
