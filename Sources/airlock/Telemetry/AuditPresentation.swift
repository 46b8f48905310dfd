import AirlockCore
import Reporting
import Telemetry

/// What the verification of an audit log says.
struct AuditPresentation {
    private let files: [String]

    init(_ files: [String]) { self.files = files }

    func present(_ output: OutputOptions) throws -> AuditVerification {
        let found = try AuditVerifier.verify(files)
        if output.format == .json {
            try output.console.write(SafeText.json(document(found).prettyJSON) + "\n")
        } else if output.format == .table {
            try output.console.write(SafeText.block(text(found)))
        } else {
            let rows = (document(found).objectValue ?? [:]).map { [JSONValue.string($0.key), $0.value] }
            try output.present(TableReport(table: Table(columns: ["fact", "value"], rows: rows)))
        }
        return found
    }

    private func document(_ found: AuditVerification) -> JSONValue {
        [
            "intact": .bool(found.isIntact), "records": .int(found.records), "healed": .int(found.healed),
            "restarts": .int(found.restarts), "continues": .string(found.continues),
            "last_number": .int(found.lastNumber), "last_hash": .string(found.lastHash),
            "break": found.firstBreak.map {
                ["file": .string($0.file), "line": .int($0.line), "reason": .string($0.reason)]
            } ?? .null,
        ]
    }

    private func text(_ found: AuditVerification) -> String {
        var lines = ["\(counted(found.records, "record")) in \(counted(files.count, "file"))"]
        if found.healed > 0 { lines.append("\(counted(found.healed, "line")) torn by a crash and accounted for") }
        if found.restarts > 0 { lines.append("the chain begins anew \(counted(found.restarts, "time"))") }
        if found.records > 0 { lines.append("last: number \(found.lastNumber), hash \(found.lastHash)") }
        if let place = found.firstBreak {
            lines.append("\nThe chain is broken at \(place.file), line \(place.line): \(place.reason).")
            lines.append(
                "Records from there on prove nothing. Compare with a copy, and find out who wrote to the file.")
        } else {
            lines.append("\nThe chain holds.")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
