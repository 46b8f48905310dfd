import AirlockCore

@testable import HogQL

/// Queries: what is read prints to a text that reads, prints and is analysed the same; what is not read ends in an error
/// at a place of the text.
enum QueryFuzz: FuzzTarget {
    static let name = "hogql"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let text = String(decoding: bytes, as: UTF8.self)
        let statement: QueryStatement
        do throws(AirlockError) {
            statement = try parseSelect(text)
        } catch {
            return try check(error, in: text)
        }
        let analysis = Analysis(statement)
        _ = analysis.json(in: text)
        _ = statement.json(in: text)
        let printed = QueryPrinter.text(of: statement)
        let again: QueryStatement
        do throws(AirlockError) {
            again = try parseSelect(printed)
        } catch {
            // Parentheses that the printer adds may cross the bounds of depth and length.
            return try hold(isOfSize(error), "printed as \(printed)\nwhich fails: \(error)")
        }
        let reprinted = QueryPrinter.text(of: again)
        try hold(reprinted == printed, "printed as \(printed)\nand then as \(reprinted)")
        // Permissions rest on these.
        let second = Analysis(again)
        try hold(second.tables == analysis.tables, "tables \(analysis.tables), then \(second.tables)")
        try hold(second.columns == analysis.columns, "columns \(analysis.columns), then \(second.columns)")
        try hold(second.properties == analysis.properties, "\(analysis.properties), then \(second.properties)")
        // A NOT before a parenthesis reads as a call of the function.
        let functions = analysis.functions.filter { $0 != "not" }
        try hold(second.functions.filter { $0 != "not" } == functions, "\(functions), then \(second.functions)")
        try hold(second.placeholders == analysis.placeholders, "\(analysis.placeholders), then \(second.placeholders)")
        try hold(second.limit == analysis.limit, "limits \(String(describing: (analysis.limit, second.limit)))")
        try check(substitutingIn: statement, analysis)
    }

    /// A value in place of a placeholder stays a value: the query reads nothing that it did not read before.
    private static func check(substitutingIn statement: QueryStatement, _ analysis: Analysis) throws(Complaint) {
        guard !analysis.placeholders.isEmpty else { return }
        let hostile: JSONValue = "x' OR event = \"e\" -- `{\\"
        let values = JSONObject(analysis.placeholders.map { ($0, hostile) })
        guard let filled = try? statement.substituting(values) else { return }
        let touched = Analysis(filled)
        try hold(Set(touched.tables).isSubset(of: analysis.tables), "a value reads \(touched.tables)")
        try hold(Set(touched.columns).isSubset(of: analysis.columns), "a value reads \(touched.columns)")
        let printed = QueryPrinter.text(of: filled)
        guard let again = (try? parseSelect(printed)).map(Analysis.init) else { return }
        try hold(again.tables == touched.tables, "printed, it reads \(again.tables): \(printed)")
        try hold(again.columns == touched.columns, "printed, it reads \(again.columns): \(printed)")
    }

    private static func check(_ error: AirlockError, in text: String) throws(Complaint) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        try ErrorRules.check(error, lines: lines.count)
        guard case .query(let line, let column)? = error.location else {
            throw Complaint("the error has no place: \(error.message)")
        }
        try hold((1...lines[line - 1].count + 1).contains(column), "column \(column) of line \(line)")
    }

    private static func isOfSize(_ error: AirlockError) -> Bool {
        [Parser.tooDeepHint, Parser.tooHighHint, Lexer.tooLongHint, Lexer.tooDeepHint].contains(error.hint)
    }
}
