public import AirlockCore
public import ArgumentParser
public import Reporting

extension OutputFormat: ExpressibleByArgument {}
extension IsolationReport.Level: ExpressibleByArgument {}

/// How and where a command answers.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "table, json, jsonl, csv, markdown or html. With json, standard output holds one document and nothing else.",
            valueName: "format"))
    var format: OutputFormat = .table

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("Write to this file, whole or not at all; '-' is standard output.", valueName: "file"))
    var output: String?

    @Flag(name: [.short, .long], help: "Say nothing on standard error but errors: no progress, no status line.")
    var quiet = false

    var console: Console { Console(path: output, isQuiet: quiet) }

    /// Writes a table, in the form asked for.
    func present(_ report: TableReport) throws {
        try write(report.document(format, style: console.outputStyle))
    }

    /// Writes a document of the format asked for. Those not made for a terminal are made harmless on one.
    func write(_ document: String) throws {
        if format == .table || format == .json {
            try console.write(document)
        } else {
            try console.write(data: document)
        }
    }
}
