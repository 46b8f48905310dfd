import AirlockCore
import Reporting
import Templating

/// A template, for `templates show`.
struct TemplatePresentation {
    let template: Template

    init(_ template: Template) { self.template = template }

    /// The head of the template in text, then its variables as a table; in JSON one document of both.
    func present(_ output: OutputOptions) throws {
        let report = TableReport(
            table: variableTable, details: output.format == .json ? details : JSONObject())
        guard output.format == .table else {
            if output.format == .json {
                return try output.console.write(SafeText.json(JSONValue.object(details).prettyJSON) + "\n")
            }
            return try output.present(report)
        }
        let style = output.console.outputStyle
        try output.console.write(
            head.joined(separator: "\n") + "\n\n"
                + (template.manifest.variables.isEmpty ? "" : report.document(.table, style: style)))
    }

    private var head: [String] {
        let manifest = template.manifest
        var lines = [SafeText.line(template.name)]
        for text in [manifest.title, manifest.description] { if let text { lines.append(SafeText.line(text)) } }
        lines += ["", "source:  " + SafeText.line(template.path ?? "built-in"), "digest:  " + template.digest]
        if let range = manifest.requiresPython { lines.append("python:  " + SafeText.line(range.text)) }
        if !manifest.tags.isEmpty {
            lines.append("tags:    " + manifest.tags.map { SafeText.line($0) }.joined(separator: ", "))
        }
        return lines + TemplateFacts.lines(manifest)
    }

    private var variableTable: Table {
        let rows = template.manifest.variables.map { variable -> [JSONValue] in
            [
                .string(variable.name), .string(VariableFacts.text(variable)),
                .string(variable.description ?? variable.title ?? ""),
            ]
        }
        return Table(columns: ["variable", "value", "description"], rows: rows)
    }

    private var details: JSONObject {
        let manifest = template.manifest
        func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
        func names(_ value: [String]?) -> JSONValue { value.map { .array($0.map(JSONValue.string)) } ?? .null }
        let columns = manifest.access.columns.sorted { $0.key < $1.key }.map { ($0.key, names($0.value)) }
        return [
            "name": .string(template.name), "title": text(manifest.title), "description": text(manifest.description),
            "path": text(template.path), "digest": .string(template.digest),
            "requires_python": text(manifest.requiresPython?.text), "tags": names(manifest.tags),
            "variables": template.variables.jsonSchema,
            "access": [
                "methods": names(manifest.access.methods), "tables": names(manifest.access.tables),
                "columns": .object(JSONObject(columns)), "writes": .bool(manifest.access.writes),
            ],
            "profile": .string(manifest.profile.rawValue),
            "dependencies": .array(manifest.dependencies.map { .string($0.text) }),
            "result": manifest.result ?? .null,
        ]
    }
}
