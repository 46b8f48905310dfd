import AirlockCore
import ArgumentParser
import PostHog

struct CaptureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "capture", abstract: "Send events to PostHog, and lose none.",
        discussion: """
              airlock capture signup --distinct-id ada --property plan=pro --driver posthog
              airlock capture --file events.jsonl --driver posthog
              airlock capture --pending --driver posthog

            Events are put on the disk first and taken off it when PostHog has confirmed them. What cannot be sent in time \
            waits there; the next 'airlock capture' of the same project sends it, and so does --pending, which accepts \
            nothing new.

            A file holds an event on each line: {"event", "distinct_id", "properties", "timestamp", "uuid"}, the last three \
            as you like. Lines that are no event are counted and quoted, and the others are sent. A file can be sent again \
            after whatever interruption: events with a timestamp keep their uuid, and PostHog keeps one of each.

            \(HelpText.captureEnvironment)

            \(HelpText.captureExitCodes)
            """)

    @Argument(help: "The event's name.")
    var event: String?

    @Option(
        name: .customLong("distinct-id"), parsing: .unconditional,
        help: ArgumentHelp("Whose event it is.", valueName: "id"))
    var distinctID: String?

    @Option(
        name: [.short, .customLong("property")], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A property: JSON, or else text. May be repeated.", valueName: "name=value"))
    var properties: [String] = []

    @Option(help: ArgumentHelp("As 2026-01-31T12:00:00Z (default: now).", valueName: "time"))
    var timestamp: String?

    @Option(help: ArgumentHelp("What PostHog tells copies of the event by (default: a new one).", valueName: "uuid"))
    var uuid: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Send the events of a JSONL file; '-' is standard input.", valueName: "file"))
    var file: String?

    @Flag(help: "Send what earlier commands left on the disk, and nothing new.")
    var pending = false

    @Option(help: ArgumentHelp("How long to go on sending; what is left then waits on the disk.", valueName: "time"))
    var timeout = "60s"

    @Option(help: ArgumentHelp("The most events in a request.", valueName: "count"))
    var batch = 1000

    /// As the driver's own settings have it.
    private static let maxBatch = 100_000

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Settings") var host: HostOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func validate() throws {
        guard [event != nil, file != nil, pending].count(where: { $0 }) == 1 else {
            throw ValidationError("Give an event's name, or --file FILE, or --pending.")
        }
        guard (distinctID != nil) == (event != nil) else {
            throw ValidationError("--distinct-id belongs to an event's name, and the other way round.")
        }
        guard (1...Self.maxBatch).contains(batch) else {
            throw ValidationError("--batch is from 1 to \(Self.maxBatch) events.")
        }
        guard event != nil || (properties.isEmpty && timestamp == nil && uuid == nil) else {
            throw ValidationError("--property, --timestamp and --uuid belong to an event's name.")
        }
    }

    func run() async throws {
        let source: CaptureJob.Source
        if let event, let distinctID {
            source = .event(try CaptureJob.event(event, distinctID, properties, timestamp: timestamp, uuid: uuid))
        } else if let file {
            source = .file(file)
        } else {
            source = .left
        }
        let session = try HostSession(host, data)
        try await CaptureJob(
            source: source, driver: try session.postHog(data) { $0.capture.maxBatchEvents = batch },
            telemetry: session.telemetry,
            timeout: try CaptureJob.time(timeout), output: output
        ).run()
    }
}
