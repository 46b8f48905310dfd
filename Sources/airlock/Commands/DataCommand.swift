import ArgumentParser

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Make, fill, empty and describe local warehouse files.",
        subcommands: [
            DataGenerateCommand.self, DataImportCommand.self, DataExportCommand.self, DataInfoCommand.self,
        ])
}
