import ArgumentParser

struct LimitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "limits", abstract: "List the limits of a run with their defaults and maxima.",
        discussion: """
            A template may set limits of its own; --limit name=value of 'run' and 'exec' goes before both. Times are \
            written 500ms, 20s, 2m, 1h; sizes 512KiB, 64MiB, 2GiB.

            \(HelpText.exitCodes)
            """)

    @OptionGroup var output: OutputOptions

    func run() throws { try output.present(LimitTable.report) }
}
