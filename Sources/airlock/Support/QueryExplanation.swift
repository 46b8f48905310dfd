import AirlockCore
import HogQL
import Reporting

/// What a query touches and what it may cost, found in its text alone: no data is looked at.
struct QueryExplanation {
    private let text: String
    private let statement: QueryStatement
    private let analysis: Analysis

    /// - Throws: the syntax error, with its line in the query.
    init(of text: String) throws {
        self.text = text
        do throws(AirlockError) {
            statement = try parseSelect(text)
        } catch {
            throw QueryPlace.failure(error, in: text)
        }
        analysis = Analysis(statement)
    }

    func present(_ output: OutputOptions) throws {
        guard output.format != .json else {
            let document: JSONValue = [
                "status": "succeeded", "analysis": analysis.json(in: text), "tree": statement.json(in: text),
            ]
            return try output.console.write(SafeText.json(document.prettyJSON) + "\n")
        }
        guard output.format == .table else {
            return try output.present(TableReport(table: table(withHints: true)))
        }
        let document = TableReport(table: table(withHints: false)).document(.table, style: output.console.outputStyle)
        try output.console.write(document + analysis.costHints.map(self.text(of:)).joined())
    }

    private func table(withHints: Bool) -> Table {
        let columns = analysis.columns.map { "\($0.table).\($0.column)" }
        let rows: [(String, [String])] = [
            ("tables", analysis.tables), ("columns", columns), ("properties", analysis.properties),
            ("functions", analysis.functions), ("placeholders", analysis.placeholders),
            ("limit", [analysis.limit.map(String.init) ?? "none"]), ("offset", [analysis.usesOffset ? "yes" : "no"]),
        ]
        let hints = withHints ? analysis.costHints.map { ("hint", [$0.kind.advice]) } : []
        return Table(
            columns: ["what", "used"],
            rows: (rows + hints).filter { !$0.1.isEmpty }.map {
                [.string($0.0), .string($0.1.joined(separator: ", "))]
            })
    }

    /// The advice, and the line of the query that it is about.
    private func text(of hint: CostHint) -> String {
        let place = AirlockError(.invalidQuery, "", at: location(of: hint.range.lower, in: text))
        let excerpt = QueryPlace.excerpt(place, of: text).map { "  \($0)\n" }.joined()
        return "\nhint: \(hint.kind.advice)\n\(excerpt)"
    }
}
