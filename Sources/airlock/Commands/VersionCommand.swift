import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print the versions of Airlock and of what it is made with.")

    @OptionGroup var output: OutputOptions

    func run() throws { try output.present(VersionInfo.report) }
}
