import ArgumentParser

struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        // Parsed by itself, it need not look for --generate-completion-script, which takes a millisecond.
        commandName: "exec", _superCommandName: "airlock",
        abstract: "Run an ad-hoc script with the same limits and broker.",
        discussion: """
            The script need not be a template. If it has a metadata block, it may declare variables, access and limits \
            as a template does; without one nothing is rendered, it may read all tables, and the default limits hold.

              echo 'import airlock; print(airlock.query("SELECT 1"))' | airlock exec -

            \(HelpText.execEnvironment)

            \(HelpText.exitCodes)
            """)

    @Argument(help: "The script's file; '-' is standard input.")
    var file: String

    @OptionGroup(title: "Variables") var variables: VariableOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "The run") var run: RunOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Output") var timing: TimingOptions

    func run() async throws {
        let inputs = try variables.inputs(readsInput: file == "-")
        try await RunCall(
            template: TemplateSource.script(file), variables: inputs, output: output, data: data, host: host, run: run,
            preparesData: false, showsTimings: timing.timings
        ).execute()
    }
}
