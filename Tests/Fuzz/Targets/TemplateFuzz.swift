import AirlockCore

@testable import Templating

/// Whole templates: metadata block, TOML, manifest, placeholders, rendering. Every fault has its line; a sound template
/// renders to a script of as many lines that is the same template without placeholders.
enum TemplateFuzz: FuzzTarget {
    static let name = "template"

    static func check(_ bytes: [UInt8]) throws(Complaint) {
        let lines = LineIndex(bytes).lineCount + 1
        let report = Template.check(bytes: bytes)
        try ErrorRules.check(report.problems, lines: lines)
        try ErrorRules.check(report.notes, lines: lines)
        let template: Template
        do throws(AirlockError) {
            template = try Template(name: "fuzz", bytes: bytes)
        } catch {
            try ErrorRules.check(error, lines: lines)
            return try hold(!report.isValid, "the check passes a template that cannot be read")
        }
        _ = template.variables.jsonSchema
        try checkRendering(template, report)
    }

    private static func checkRendering(_ template: Template, _ report: TemplateReport) throws(Complaint) {
        let values: JSONObject
        do throws(AirlockError) {
            values = try template.validateOffline(VariableInputs()).values
        } catch {
            try ErrorRules.check(error, lines: LineIndex(Array(template.source.utf8)).lineCount + 1)
            // A variable without a default keeps a sound template from being rendered; `None` takes its place.
            values = JSONObject()
        }
        let script: RenderedScript
        do throws(AirlockError) {
            script = try template.render(values)
        } catch {
            return try hold(!report.isValid, "a sound template cannot be rendered: \(error)")
        }
        let rendered = Array(script.text.utf8)
        let lineCount = LineIndex(Array(template.source.utf8)).lineCount
        try hold(script.lineCount == lineCount, "\(lineCount) lines become \(script.lineCount)")
        try hold(
            LineIndex(rendered).lineCount == lineCount, "\(lineCount) lines become \(LineIndex(rendered).lineCount)")
        guard template.hasManifest, rendered.count <= Template.maxBytes else { return }
        let again: Template
        do throws(AirlockError) {
            again = try Template(name: "fuzz", bytes: rendered)
        } catch {
            throw Complaint("the rendered script is no template: \(error)")
        }
        try hold(again.manifest == template.manifest, "rendering changes the manifest")
        let left = template.manifest.runtime.placeholders(in: rendered).placeholders
        try hold(left.isEmpty, "placeholders are left: \(left.map(\.name))")
    }
}
