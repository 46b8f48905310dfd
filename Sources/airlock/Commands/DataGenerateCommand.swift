import AirlockCore
import ArgumentParser
import LocalWarehouse

struct DataGenerateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Write the demo data set to a warehouse file.",
        discussion: """
            Three months of a small software company, always the same, with known truths: a funnel, retention, plans, \
            errors, an experiment.

            \(HelpText.exitCodes)
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("The warehouse file to make.", valueName: "file"))
    var data: String

    @Flag(help: "Replace the file if there is one.")
    var force = false

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func run() async throws {
        let (path, force) = (data, force)
        try await DataWork(quiet: quiet).run("generating") { progress in
            try await DemoData.generate(at: path, replacing: force) { progress($0, "generating") }
            return "\(path): written"
        }
    }
}
