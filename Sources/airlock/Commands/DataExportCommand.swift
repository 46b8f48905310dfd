import ArgumentParser

struct DataExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a warehouse's events as JSONL, in the shape that import reads.",
        discussion: HelpText.warehouseEnvironment + "\n\n" + HelpText.exitCodes)

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("The file, written whole or not at all; '-' is standard output.", valueName: "file"))
    var output = "-"

    @Option(
        name: .customLong("event"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Only events of this name. May be repeated.", valueName: "name"))
    var events: [String] = []

    @OptionGroup(title: "Data") var data: DataOptions

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() async throws {
        try await DataExport(source: data.localSource(), output: output, events: events, quiet: quiet).execute()
    }
}
