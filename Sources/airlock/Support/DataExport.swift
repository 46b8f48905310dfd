import LocalWarehouse

/// An export as the command line asks for it.
struct DataExport: Sendable {
    var source: LocalData
    /// `-` is standard output.
    var output: String
    /// Empty for all.
    var events: [String]
    var quiet: Bool

    func execute() async throws {
        let (source, output, events) = (source, output, events)
        let status = StatusLine(Console(path: nil, isQuiet: quiet))
        try await DataWork(quiet: quiet).run("exporting") { progress in
            let warehouse = try await source.warehouse(status)
            defer { warehouse.close() }
            let count = try await warehouse.exportEvents(to: output, filter: EventFilter(events: events)) {
                progress(nil, "\($0) events")
            }
            return "\(count) events written"
        }
    }
}
