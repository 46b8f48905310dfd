public import AirlockCore

/// One table in any of the output formats: what a query answered, a list of objects.
public struct TableReport: Sendable {
    public var title: String?
    public var table: Table
    /// Why there are more rows than the table holds, in a few words; `nil` when it holds all.
    public var cutReason: String?
    /// Members of the JSON document beside the table's own.
    public var details: JSONObject

    public init(title: String? = nil, table: Table, cutReason: String? = nil, details: JSONObject = [:]) {
        self.title = title
        self.table = table
        self.cutReason = cutReason
        self.details = details
    }

    /// The document for standard output or a file.
    public func document(_ format: OutputFormat, style: TerminalStyle) -> String {
        switch format {
        case .table:
            let lines = TerminalTable(title: title, table: table, cutReason: cutReason, style: style).lines()
            return lines.joined(separator: "\n") + "\n"
        case .json:
            var object = details
            for (key, value) in table.jsonObject { object[key] = value }
            return SafeText.json(JSONValue.object(object).prettyJSON) + "\n"
        case .jsonl: return JSONLines.text(table)
        case .csv: return CSV.text([TitledTable(title: title, table: table)])
        case .markdown:
            let heading = title.map { "## " + Markdown.escape($0) + "\n\n" } ?? ""
            return heading + Markdown.table(table)
        case .html:
            var page = HTMLPage(title: title ?? "Table")
            page.add(title: title, table: table, cutReason: cutReason)
            return page.text
        }
    }
}
