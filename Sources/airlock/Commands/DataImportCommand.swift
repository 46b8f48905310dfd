import AirlockCore
public import ArgumentParser
public import LocalWarehouse

extension WarehouseImport.Format: ExpressibleByArgument {}

struct DataImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add the events of a JSONL or CSV file, or cohorts, to a warehouse file.",
        discussion: """
            JSONL is PostHog's export shape, an event on each line: uuid, event, timestamp, distinct_id, properties, and \
            where present person_id, person or person_properties, $session_id, created_at. CSV needs a mapping; columns \
            that it does not name become properties:

              airlock data import sales.csv --data sales.airlock \\
                --map timestamp=date --map distinct_id=customer --map "event='purchase'"

            Cohorts are lists of persons, for IN COHORT: a line for each cohort, with id, name, distinct_ids or person_ids, or \
            for each member, with cohort_id, cohort_name and distinct_id or person_id. Their persons' events come first.

            All may be gzip. Lines that are no event are counted, quoted and kept aside in a file beside the \
            warehouse. When the import fails or is cancelled, the warehouse is as it was.

            \(HelpText.exitCodes)
            """)

    @Argument(help: "The file of events to read; '-' is standard input.")
    var file: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A JSONL or CSV file of cohorts; '-' is standard input.", valueName: "file"))
    var cohorts: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The warehouse file to make or to add to (default: $AIRLOCK_DATA).", valueName: "file"))
    var data: String?

    @Option(help: ArgumentHelp("automatic (by the file's name, then its content), jsonl or csv.", valueName: "format"))
    var format: WarehouseImport.Format = .automatic

    @Option(
        name: .customLong("map"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "For CSV: which column, or 'constant', becomes which part. May be repeated.", valueName: "part=column"))
    var map: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("For CSV (default: found out).", valueName: "character"))
    var delimiter: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A file of property types that are not to be detected.", valueName: "file"))
    var definitions: String?

    @Flag(name: [.short, .long], help: "Say nothing but errors.")
    var quiet = false

    func validate() throws {
        guard file != nil || cohorts != nil else {
            throw ValidationError("Name a file of events, or --cohorts FILE.")
        }
        guard file != "-" || cohorts != "-" else {
            throw ValidationError("Standard input can be the events or the cohorts, not both.")
        }
    }

    func run() async throws {
        let target = try ImportJob.target(data)
        let events = try file.map { file in
            try ImportJob(
                file: file, target: target, format: format, map: map, delimiter: delimiter, definitions: definitions)
        }
        let members = cohorts.map { CohortJob(work: CohortImport(input: $0, target: target)) }
        try await DataWork(quiet: quiet).run("reading") { progress in
            let said = [try await events?.run(progress), try await members?.run(progress)]
            return said.compactMap { $0 }.joined(separator: "\n")
        }
    }
}
