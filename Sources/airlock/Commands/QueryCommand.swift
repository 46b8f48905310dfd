import AirlockCore
import ArgumentParser
import DriverKit

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Run a HogQL query and print its rows.",
        discussion: """
              airlock query 'SELECT event, count() FROM events WHERE event = {name} GROUP BY event' --value name=signup
              airlock query --explain 'SELECT properties.plan FROM events' --format json

            What of HogQL the local warehouse answers, docs/hogql.md lists.

            \(HelpText.dataEnvironment)

            \(HelpText.exitCodes)
            """)

    @Argument(
        help: ArgumentHelp("The query, with {name} where a value stands; '-' is standard input.", valueName: "hogql"))
    var text: String

    @Option(
        name: .customLong("value"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A value: JSON, or else text. May be repeated.", valueName: "name=value"))
    var values: [String] = []

    @Flag(
        help: ArgumentHelp(
            "Run nothing: show the tables, columns, properties and functions used, and what makes the query dear.",
            discussion: "With --format json, the syntax tree as well."))
    var explain = false

    @Option(help: ArgumentHelp("The most rows that are fetched.", valueName: "count"))
    var maxRows = 10_000

    @Option(help: ArgumentHelp("Give up after this time.", valueName: "time"))
    var timeout = "60s"

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let query = try QueryInput(text: text, values: values, maxRows: maxRows, timeout: timeout)
        guard !explain else { return try QueryExplanation(of: query.text).present(output) }
        try await DataCall(data, host, output).query(query.text, values: query.values, options: query.options)
    }
}
