import AirlockCore
import ArgumentParser
import Reporting
import Templating

struct TemplatesShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a template: its variables, access and limits.",
        discussion: HelpText.exitCodes)

    @Argument(help: "The template's name, or the path of a file.")
    var template: String

    @Flag(help: "Print the template's text instead.")
    var source = false

    @OptionGroup var templates: TemplateOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let template = try templates.source.template(self.template)
        if source { return try output.console.write(data: template.source) }
        try TemplatePresentation(template).present(output)
    }
}
