public import AirlockCore

/// A whole run in any of the output formats.
public struct RunReport: Sendable {
    public var result: RunResult
    /// Where artifacts were written to, by name; the documents then name the file instead of holding its bytes.
    public var artifactPaths: [String: String]

    public init(_ result: RunResult, artifactPaths: [String: String] = [:]) {
        self.result = result
        self.artifactPaths = artifactPaths
    }

    /// The document for standard output or a file, ending in a line feed unless it is empty.
    ///
    /// - Parameter style: what the output can show; used by `table` and for the charts of `markdown`.
    public func document(_ format: OutputFormat, style: TerminalStyle) -> String {
        switch format {
        case .table: terminalText(style)
        case .json: SafeText.json(jsonValue.prettyJSON) + "\n"
        case .jsonl: exportedTables.map { JSONLines.text($0.table) }.joined()
        case .csv: CSV.text(exportedTables)
        case .markdown: markdownText
        case .html: htmlText
        }
    }

    /// What `csv` and `jsonl` hold: the tables, or where a run showed only charts, the charts' data.
    private var exportedTables: [TitledTable] {
        let tables = result.outputs.compactMap { output -> TitledTable? in
            if case .table(let title, let table) = output { TitledTable(title: title, table: table) } else { nil }
        }
        if !tables.isEmpty { return tables }
        return result.outputs.compactMap { output in
            if case .chart(let chart) = output { TitledTable(title: chart.title, table: chart.data) } else { nil }
        }
    }
}

/// A table under its title.
struct TitledTable {
    var title: String?
    var table: Table
}
