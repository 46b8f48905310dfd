import ArgumentParser

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        // Parsed by itself, it need not look for --generate-completion-script, which takes a millisecond.
        commandName: "run", _superCommandName: "airlock",
        abstract: "Run a template.",
        discussion: """
            A template's variables are flags of their own: 'airlock run top-events --days 14'. What variables there are, \
            with types, ranges and defaults, 'airlock run TEMPLATE --help' shows. Values come from, weakest first: the \
            default, --vars FILE, AIRLOCK_VAR_NAME, --set name=value, --name value.

            With --matrix the template is run for every combination of the values, some at a time, and the answer is one \
            table with a row for each:

              airlock run top-events --matrix days=7,30 --matrix limit=3,10

            Its exit code is 0 if all cells succeeded; else the code below of those that did not, if they share one, or 1.

            \(HelpText.runEnvironment)

            \(HelpText.exitCodes)
            """)

    @Argument(help: "The template's name, or the path of a file (with a '/' or ending in .py).")
    var template: String

    @OptionGroup(title: "Variables") var variables: VariableOptions
    @OptionGroup(title: "Many runs") var matrix: MatrixOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "The run") var run: RunOptions
    @OptionGroup(title: "Templates") var templates: TemplateOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Output") var timing: TimingOptions

    func run() async throws {
        let call = RunCall(
            template: try templates.source.template(template), variables: try variables.inputs(), output: output,
            data: data, host: host, run: run, preparesData: true, showsTimings: timing.timings)
        if matrix.texts.isEmpty {
            try matrix.refuseJobs()
            try await call.execute()
        } else {
            try await MatrixCall(call, try matrix.matrix(of: call), jobs: try matrix.jobs.width()).execute()
        }
    }
}
