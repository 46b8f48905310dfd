import AirlockCore
import ArgumentParser
import Reporting
import Templating

struct TemplatesListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List all templates.", discussion: HelpText.exitCodes)

    @OptionGroup var templates: TemplateOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let rows = try templates.source.catalogue.list().map { entry -> [JSONValue] in
            let variables = entry.manifest?.variables.map(\.name).joined(separator: ", ") ?? ""
            let title =
                entry.manifest.map { $0.title ?? $0.description ?? "" } ?? "broken: see 'airlock templates check'"
            return [.string(entry.name), .string(title), .string(variables), .string(entry.path ?? "built-in")]
        }
        try output.present(
            TableReport(table: Table(columns: ["name", "title", "variables", "source"], rows: rows)))
    }
}
