import ArgumentParser

struct DataInfoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Say what a warehouse holds.",
        discussion: HelpText.warehouseEnvironment + "\n\n" + HelpText.exitCodes)

    @Flag(help: "Search the whole file for damage.")
    var check = false

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        try await DataInfo(source: data.localSource(), output: output, checks: check).execute()
    }
}
