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
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let object = self.object
        let rows = try await DataCall(data, output).ask { driver in
            try await driver.fields(of: object).map { field -> [JSONValue] in
                [.string(field.name), .string(field.type), .string(field.description), field.example ?? .null]
            }
        }
        try output.present(
            TableReport(table: Table(columns: ["field", "type", "description", "example"], rows: rows)))
    }
}
