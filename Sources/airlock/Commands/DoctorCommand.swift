import ArgumentParser

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what this host offers the sandbox, and how to get what is missing.",
        discussion: """
            Ends with 70 when no run is possible: no isolation, or no interpreter.

            \(HelpText.runEnvironment)

            \(HelpText.exitCodes)
            """)

    @OptionGroup(title: "Templates") var templates: TemplateOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let examination = await Examination.make(templates.source)
        try examination.present(output)
        if !examination.canRun { throw ExitCode(70) }
    }
}
