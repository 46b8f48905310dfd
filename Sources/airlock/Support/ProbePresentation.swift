import AirlockCore
import Doctor
import HostileProbes
import Reporting

/// `doctor --probe`: runs the hostile suite and says what came of it.
struct ProbePresentation {
    let report: ProbeReport

    static func run(_ level: IsolationReport.Level?, _ output: OutputOptions) async throws -> ProbeReport {
        let console = output.console
        let status = StatusLine(console)
        // Without a terminal there is no progress line: a line for each item instead.
        let saysLines = !console.isErrorTerminal && !console.isQuiet
        let suite = ProbeSuite(level: level, environment: Environment.all()) { fraction, next in
            status.show(Progress(fraction: fraction, message: next))
            if saysLines { console.say("\(Int(fraction * 100)) % \(SafeText.line(next))\n") }
        }
        let report = try await Interruption.cancelling { try await suite.run() }
        status.clear()
        try ProbePresentation(report: report).present(output)
        return report
    }

    private func present(_ output: OutputOptions) throws {
        guard output.format == .table else {
            return try output.present(TableReport(title: "Hostile suite", table: itemTable, details: details))
        }
        try output.console.write(text(output.console.outputStyle))
    }

    private var details: JSONObject {
        let categories = HostileCategory.allCases.map { category -> JSONValue in
            .object(JSONObject([("category", .string(category.rawValue))] + counts(in: category)))
        }
        var details: JSONObject = ["isolation": .string(report.level.rawValue)]
        for (name, value) in counts(in: nil) { details[name] = value }
        details["ok"] = .bool(!report.hasFailed)
        details["faults"] = .array(report.faults.map(JSONValue.string))
        details["categories"] = .array(categories)
        return details
    }

    private func counts(in category: HostileCategory?) -> [(String, JSONValue)] {
        [
            ("passed", .int(report.count(.passed, in: category))),
            ("failed", .int(report.count(.failed, in: category))),
            ("not_applicable", .int(report.count(.notApplicable, in: category))),
        ]
    }

    /// A row for each item.
    private var itemTable: Table {
        let rows = report.items.map { item -> [JSONValue] in
            let reasons = item.probes.flatMap(\.reasons)
            return [
                .int(item.number), .string(item.category.rawValue), .string(item.title),
                .string(item.state.rawValue), .string(unique(item.probes.map(\.expected))),
                .string(unique(item.probes.map(\.seen))), item.gap.map(JSONValue.string) ?? .null,
                reasons.isEmpty ? .null : .string(unique(reasons, separator: "; ")),
            ]
        }
        return Table(
            columns: ["number", "category", "title", "state", "expected", "seen", "known_gap", "reasons"], rows: rows)
    }

    private func unique(_ texts: [String], separator: String = ", ") -> String {
        var seen: [String] = []
        for text in texts where !seen.contains(text) { seen.append(text) }
        return seen.joined(separator: separator)
    }

    private func text(_ style: TerminalStyle) -> String {
        let rows = HostileCategory.allCases.map { category -> [JSONValue] in
            [.string(category.rawValue)] + counts(in: category).map(\.1)
        }
        let table = Table(
            columns: ["category", "passed", "failed", "not applicable"],
            rows: rows + [["all"] + counts(in: nil).map(\.1)])
        let title = "Hostile suite, \(report.level.rawValue) isolation"
        let document = TableReport(title: title, table: table).document(.table, style: style)
        var lines = document.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        lines +=
            detail(.failed, "Failed:", style) + faultLines(style) + detail(.notApplicable, "Not applicable:", style)
        let gaps = report.items.filter { $0.state == .passed && $0.gap != nil }
        if !gaps.isEmpty {
            lines += ["", "Known not to be given in \(report.level.rawValue) isolation (SECURITY.md):"]
            lines += gaps.map { "  \($0.number). \(SafeText.line($0.title)): \(SafeText.line($0.gap ?? ""))" }
        }
        lines += ["", conclusion]
        return lines.joined(separator: "\n") + "\n"
    }

    private func detail(_ state: ProbeReport.State, _ heading: String, _ style: TerminalStyle) -> [String] {
        let items = report.items.filter { $0.state == state }
        guard !items.isEmpty else { return [] }
        return ["", heading]
            + items.flatMap { item -> [String] in
                let probes = item.probes.filter { $0.state == state }
                let evidence =
                    state == .failed
                    ? ["    expected: \(unique(probes.map(\.expected)))", "    seen: \(unique(probes.map(\.seen)))"]
                    : []
                let reasons = unique(probes.flatMap(\.reasons), separator: "\n").split(separator: "\n")
                return ["  \(item.number). \(SafeText.line(item.title))"] + evidence
                    + reasons.prefix(8).map { "    \(SafeText.line(String($0), asciiOnly: !style.usesUnicode))" }
            }
    }

    private func faultLines(_ style: TerminalStyle) -> [String] {
        report.faults.map { "  \(SafeText.line($0, asciiOnly: !style.usesUnicode))" }
    }

    private var conclusion: String {
        let passed = report.count(.passed)
        let tried = passed + report.count(.failed)
        return report.hasFailed
            ? "This sandbox is not to be trusted on this host: \(passed) of \(tried) behaviours were contained."
            : "All \(tried) behaviours that can be tried on this host were contained."
    }
}
