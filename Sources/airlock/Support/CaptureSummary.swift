import AirlockCore
import PostHog
import Reporting

/// What a command says of the events that it was given.
struct CaptureSummary: Sendable {
    var report = CaptureReport()
    /// Lines that are no event.
    var invalid = 0
    /// What is wrong with the first of them.
    var problems: [Problem] = []
    /// Living processes that have events of their own.
    var processesAtWork = 0

    private static let maxProblems = 20

    /// Takes in what is wrong with a line.
    mutating func note(_ found: [Problem]) {
        guard !found.isEmpty else { return }
        invalid += 1
        problems += found.prefix(max(0, Self.maxProblems - problems.count))
    }

    var status: RunStatus {
        if let obstacle = report.obstacle {
            return CommandFailure(obstacle).status == .cancelled ? .cancelled : .upstreamFailed
        }
        if report.pending > 0 { return .upstreamFailed }
        return invalid > 0 || report.refused > 0 ? .failed : .succeeded
    }

    func present(_ output: OutputOptions) throws {
        guard output.format != .table else {
            output.console.note(details)
            return try output.console.write(line + "\n")
        }
        let counts = [report.accepted, report.recovered, report.sent, report.refused, report.pending, invalid]
        let table = Table(
            columns: ["accepted", "recovered", "sent", "refused", "pending", "invalid"],
            rows: [counts.map { JSONValue.int($0) }])
        guard output.format == .json else { return try output.present(TableReport(table: table)) }
        var document: JSONObject = ["status": .string(status.rawValue)]
        for (name, count) in zip(table.columns, counts) { document[name] = .int(count) }
        document["batches"] = .int(report.batches)
        document["refusals"] = .array(
            report.refusals.map { ["uuid": .string($0.uuid), "reason": .string($0.reason)] })
        document["problems"] = .array(problems.map(\.jsonValue))
        if let file = report.refusedFile { document["refused_file"] = .string(file) }
        if report.damagedBytes > 0 { document["damaged_bytes"] = .int(report.damagedBytes) }
        if processesAtWork > 0 { document["processes_at_work"] = .int(processesAtWork) }
        if let obstacle = report.obstacle { document["error"] = obstacle.jsonValue }
        try output.console.write(SafeText.json(JSONValue.object(document).prettyJSON) + "\n")
    }

    private var line: String {
        var parts = ["\(report.sent) sent"]
        if report.refused > 0 { parts.append("\(report.refused) refused by PostHog") }
        if invalid > 0 { parts.append("\(counted(invalid, "line")) \(invalid == 1 ? "is no event" : "are no events")") }
        parts.append("\(report.pending) wait")
        let recovered = report.recovered > 0 ? " (\(report.recovered) of them from before)" : ""
        return parts.joined(separator: ", ") + recovered
    }

    /// What stands on standard error: whatever did not go well.
    var details: String {
        var lines: [String] = []
        for problem in problems { lines.append(String(describing: problem)) }
        for refusal in report.refusals { lines.append("\(refusal.uuid): refused: \(refusal.reason)") }
        if let file = report.refusedFile { lines.append("refused events are kept in \(file)") }
        if report.damagedBytes > 0 {
            lines.append("\(report.damagedBytes) bytes of the spool cannot be read; the files are kept as *.damaged")
        }
        if processesAtWork > 0 { lines.append("\(processesAtWork) other processes have events of their own to send") }
        if let obstacle = report.obstacle {
            lines += String(describing: obstacle).split(separator: "\n").map(String.init)
            if report.pending > 0 { lines.append("the events wait; 'airlock capture --pending' sends them") }
        }
        return lines.map { SafeText.line($0) + "\n" }.joined()
    }
}
