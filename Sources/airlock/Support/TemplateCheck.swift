import AirlockCore
import Reporting
import Templating

/// Templates looked through, for `templates check`.
struct TemplateCheck {
    private var entries: [(name: String, path: String, report: TemplateReport)] = []

    init(_ names: [String], _ source: TemplateSource) throws(AirlockError) {
        let catalogue = source.catalogue
        for name in names.isEmpty ? try catalogue.names() : names {
            let (found, bytes, path) = try catalogue.content(name)
            entries.append((found, path ?? "\(found).py (built-in)", Template.check(bytes: bytes)))
        }
    }

    var problemCount: Int { entries.reduce(0) { $0 + $1.report.problems.count } }

    func present(_ output: OutputOptions) throws {
        if output.format == .json {
            return try output.console.write(SafeText.json(document.prettyJSON) + "\n")
        }
        guard output.format == .table else { return try output.present(TableReport(table: table)) }
        var lines: [String] = []
        for entry in entries {
            let path = SafeText.line(entry.path)
            for problem in entry.report.problems { lines.append(line(path, "error", problem)) }
            for note in entry.report.notes { lines.append(line(path, "note", note)) }
            if entry.report.isValid { lines.append("\(path): valid") }
        }
        try output.console.write(lines.map { $0 + "\n" }.joined())
    }

    /// `file:line:column: error: message`, as compilers write it and editors read it.
    private func line(_ path: String, _ kind: String, _ problem: Problem) -> String {
        var text = path
        if let line = problem.line { text += ":\(line)" + (problem.column.map { ":\($0)" } ?? "") }
        text += ": \(kind): " + SafeText.line(problem.message) + " [\(problem.code)]"
        if let suggested = problem.suggested { text += "; suggested: " + SafeText.line(suggested.json) }
        return text
    }

    private var document: JSONValue {
        let templates = entries.map { entry -> JSONValue in
            [
                "name": .string(entry.name), "path": .string(entry.path), "valid": .bool(entry.report.isValid),
                "problems": .array(entry.report.problems.map(\.jsonValue)),
                "notes": .array(entry.report.notes.map(\.jsonValue)),
            ]
        }
        return ["valid": .bool(problemCount == 0), "templates": .array(templates)]
    }

    private var table: Table {
        let rows = entries.flatMap { entry in
            entry.report.problems.map { problem -> [JSONValue] in
                [
                    .string(entry.name), problem.line.map { .int($0) } ?? .null,
                    problem.column.map { .int($0) } ?? .null, .string(problem.code), .string(problem.message),
                ]
            }
        }
        return Table(columns: ["template", "line", "column", "code", "message"], rows: rows)
    }
}
