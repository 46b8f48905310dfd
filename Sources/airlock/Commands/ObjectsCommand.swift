import AirlockCore
import ArgumentParser
import DriverKit
import Reporting

struct ObjectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "objects", abstract: "List what the data source holds.",
        discussion: HelpText.dataEnvironment + "\n\n" + HelpText.exitCodes)

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let rows = try await DataCall(data, host, output).ask("list_objects", rows: \.count) { driver in
            try await driver.listObjects().map { object -> [JSONValue] in
                [.string(object.name), .string(object.description), .bool(object.available), .bool(object.queryable)]
            }
        }
        try output.present(
            TableReport(table: Table(columns: ["object", "description", "available", "queryable"], rows: rows)))
    }
}
