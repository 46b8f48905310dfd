import AirlockCore
import ArgumentParser
import Templating

struct TemplatesRenderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Print the script that a run would run.",
        discussion: """
            Takes variables as 'run' does. Nothing runs and no data is looked at: names of events, properties, cohorts \
            and tables are taken as they are.

            \(HelpText.exitCodes)
            """)

    @Argument(help: "The template's name, or the path of a file.")
    var template: String

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"))
    var output: String?

    @OptionGroup(title: "Variables") var variables: VariableOptions
    @OptionGroup(title: "Templates") var templates: TemplateOptions

    func run() throws {
        let template = try templates.source.template(self.template)
        let script = try template.render(template.validateOffline(variables.inputs()))
        try Console(path: output, isQuiet: false).write(data: script.text)
    }
}
