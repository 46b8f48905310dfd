import ArgumentParser

struct BatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "Make the runs that a file lists, a line each.",
        discussion: """
            A line is a JSON object: an id of its own, the name or path of a template or the path of a script, and where \
            wanted values for its variables and limits:

              {"id": "us-7", "template": "top-events", "vars": {"days": 7}}
              {"id": "mine", "script": "check.py", "limits": {"wall": "5s"}}

            Each run's result is a line too: the id, the status, and all else that 'airlock run --format json' tells of it. \
            Results come in the order in which the runs end:

              airlock batch runs.jsonl > results.jsonl
              jq -c '{id: .id, status: .status}' results.jsonl

            All lines are looked at before the first run begins, and all that is wrong is said at once. Values come from \
            the line alone; limits from the template, then --limit, then the line. Ctrl-C ends what runs (those results say \
            'cancelled') and begins no more. What is missing then, or after a crash, the same command makes up for:

              airlock batch runs.jsonl --output results.jsonl --continue results.jsonl

            \(HelpText.templateEnvironment)

            The exit code is 0 if all runs succeeded, 130 when cancelled; else that of the runs that did not succeed, if \
            they share one, or 1:

            \(HelpText.exitCodes)
            """)

    @Argument(help: "The file of runs, one JSON object a line; '-' is standard input.")
    var file: String

    @OptionGroup(title: "Many runs") var jobs: JobOptions
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "The runs") var run: RunOptions
    @OptionGroup(title: "Templates") var templates: TemplateOptions
    @OptionGroup(title: "Settings") var host: HostOptions

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp(
            "Append each result to this file as a whole line (default: standard output). One that holds results already "
                + "has to be named with --continue too.", valueName: "file"))
    var output: String?

    @Option(
        name: .customLong("continue"), parsing: .unconditional,
        help: ArgumentHelp(
            "Skip the ids whose results this file holds, but for cancelled ones; it need not be there yet.",
            valueName: "file"))
    var earlier: String?

    @Flag(name: [.short, .long], help: "Say nothing on standard error but errors: no progress, no closing line.")
    var quiet = false

    func run() async throws {
        try await BatchCall(
            file: file, width: try jobs.width(), data: data, host: host, run: run, templates: templates.source,
            output: output, earlier: earlier, quiet: quiet
        ).execute()
    }
}
