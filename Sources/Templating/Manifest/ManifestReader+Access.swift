internal import AirlockCore

extension ManifestReader {
    mutating func readAccess(_ table: JSONObject) {
        let base = Self.tool + "/access"
        refuseUnknownKeys(in: table, at: base, known: ["methods", "tables", "columns", "writes"])
        var access = TemplateAccess()
        access.methods = texts(table, "methods", at: base)
        access.tables = texts(table, "tables", at: base)
        access.writes = flag(table, "writes", at: base) ?? false
        let known = TemplateAccess.readMethods + TemplateAccess.writeMethods
        for (index, method) in (access.methods ?? []).enumerated() where !isFull {
            if !known.contains(method) {
                report(
                    "unknown_method", "there is no method '\(method)'\(nearest(method, known))",
                    at: "\(base)/methods/\(index)", suggested: nearestName(to: method, in: known).map(JSONValue.string))
            } else if TemplateAccess.writeMethods.contains(method), !access.writes {
                report(
                    "writes", "'\(method)' changes the source: it needs 'writes = true' beside it",
                    at: "\(base)/methods/\(index)")
            }
        }
        if let columns = self.table(table, "columns", at: base) {
            let tables = access.tables.map { Set($0) }
            for name in columns.keys {
                if let tables, !tables.contains(name) {
                    report(
                        "unknown_table", "columns of '\(name)', which is not among 'tables'",
                        at: JSONPointer.appending(name, to: base + "/columns"))
                }
                access.columns[name] = texts(columns, name, at: base + "/columns")
            }
        }
        setAccess(access)
    }
}
