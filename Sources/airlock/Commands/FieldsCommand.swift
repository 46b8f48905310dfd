import AirlockCore
import ArgumentParser
import DriverKit
import Reporting

struct FieldsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields", abstract: "List the fields of an object.",
        discussion: HelpText.dataEnvironment + "\n\n" + HelpText.exitCodes)

    @Argument(help: "The object's name; 'airlock objects' lists them.")
    var object: String

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let object = self.object
        let absent: JSONValue = output.format == .table ? "" : .null
        let rows = try await DataCall(data, host, output).ask("get_fields", rows: \.count) { driver in
            try await driver.fields(of: object).map { field -> [JSONValue] in
                [.string(field.name), .string(field.type), .string(field.description), field.example ?? absent]
            }
        }
        try output.present(
            TableReport(table: Table(columns: ["field", "type", "description", "example"], rows: rows)))
    }
}
