import AirlockCore
import ArgumentParser
import LocalWarehouse
import Reporting

/// What a warehouse holds, for `data info`.
struct DataInfo {
    var source: LocalData
    var output: OutputOptions
    var checks: Bool

    func execute() async throws {
        let (source, checks) = (source, checks)
        let status = StatusLine(output.console)
        let info = try await Interruption.cancelling {
            let warehouse = try await source.warehouse(status)
            defer { warehouse.close() }
            return try await warehouse.info(check: checks)
        }
        let facts = Self.facts(info)
        if output.format == .json {
            var document = JSONObject(facts.map { ($0.name, $0.value) })
            document["top_events"] = .array(
                info.topEvents.map { ["name": .string($0.name), "count": .int($0.count)] })
            document["properties"] = .array(
                info.properties.map {
                    [
                        "scope": .string($0.scope.rawValue), "name": .string($0.name),
                        "type": .string($0.type.rawValue),
                    ]
                })
            document["problems"] = info.problems.map { .array($0.map(JSONValue.string)) } ?? .null
            try output.console.write(SafeText.json(JSONValue.object(document).prettyJSON) + "\n")
        } else {
            try output.present(
                TableReport(
                    table: Table(columns: ["fact", "value"], rows: facts.map { [.string($0.name), $0.value] })))
            if output.format == .table { try presentEvents(info) }
        }
        guard let problems = info.problems, !problems.isEmpty else { return }
        throw AirlockError(
            .invalidData, "the warehouse is damaged", at: .file(info.path),
            hint: "Export what can be read, and import it into a new file.",
            problems: problems.map { Problem("damaged", $0) })
    }

    private func presentEvents(_ info: WarehouseInfo) throws {
        guard output.console.path == nil else { return }
        let rows = info.topEvents.map { [JSONValue.string($0.name), .int($0.count)] }
        try output.console.write("\n")
        try output.present(TableReport(table: Table(columns: ["event", "count"], rows: rows)))
    }

    private static func facts(_ info: WarehouseInfo) -> [(name: String, value: JSONValue)] {
        let time = { (instant: Int64?) -> JSONValue in instant.map { .string(UTCText.text(microseconds: $0)) } ?? .null
        }
        return [
            ("path", .string(info.path)), ("size_bytes", .int(info.fileSize.bytes)),
            ("format_version", .int(info.formatVersion)), ("events", .int(info.events)),
            ("first_event", time(info.firstEvent)), ("last_event", time(info.lastEvent)),
            ("event_names", .int(info.eventNames)), ("properties_known", .int(info.properties.count)),
            ("persons", .int(info.persons)), ("distinct_ids", .int(info.distinctIDs)),
            ("sessions", .int(info.sessions)), ("groups", .int(info.groups)), ("cohorts", .int(info.cohorts)),
            ("time_zone", .string(info.timeZone)), ("week_start", .string(info.weekStart == 1 ? "monday" : "sunday")),
            ("now", time(info.pinnedNow)),
        ]
    }
}
