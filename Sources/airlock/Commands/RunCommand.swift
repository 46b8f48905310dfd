import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a template.",
        discussion: """
            A template's variables are flags of their own: 'airlock run top-events --days 14'. What variables there are, \
            with types, ranges and defaults, 'airlock run TEMPLATE --help' shows. Values come from, weakest first: the \
            default, --vars FILE, AIRLOCK_VAR_NAME, --set name=value, --name value.

            \(HelpText.runEnvironment)

            \(HelpText.exitCodes)
            """)

    @Argument(help: "The template's name, or the path of a file (with a '/' or ending in .py).")
    var template: String

    @OptionGroup(title: "Variables") var variables: VariableOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "The run") var run: RunOptions
    @OptionGroup(title: "Templates") var templates: TemplateOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        try await RunCall(
            template: templates.source.template(template), variables: variables.inputs(), output: output, data: data,
            host: host,
            run: run, preparesData: true
        ).execute()
    }
}
