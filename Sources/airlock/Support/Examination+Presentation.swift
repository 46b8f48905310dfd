import AirlockCore
import Doctor
import Reporting

extension Examination {
    func present(_ output: OutputOptions) throws {
        let rows = diagnosis.findings.map { finding -> [JSONValue] in
            let absent: JSONValue = output.format == .table ? "" : .null
            return [
                .string(finding.name), .string(finding.state.rawValue), .string(finding.detail),
                finding.remedy.map(JSONValue.string) ?? absent,
                finding.neededFor.map { .string($0.rawValue) } ?? absent,
            ]
        }
        let details: JSONObject = [
            "level": diagnosis.level.map { .string($0.rawValue) } ?? .null, "can_run": .bool(canRun),
        ]
        // The remedies are the point of it, so the table is never shortened here.
        let table = Table(columns: ["check", "state", "detail", "remedy", "needed_for"], rows: rows)
        guard output.format == .table else { return try output.present(TableReport(table: table, details: details)) }
        try output.console.write(text(output.console.outputStyle))
    }

    private func text(_ style: TerminalStyle) -> String {
        let findings = diagnosis.findings
        let width = findings.reduce(0) { max($0, $1.name.count) } + 2
        var lines: [String] = []
        for finding in findings {
            let name = finding.name + String(repeating: " ", count: width - finding.name.count)
            let state = finding.state.rawValue + String(repeating: " ", count: 9 - finding.state.rawValue.count)
            lines.append(name + state + SafeText.line(finding.detail))
            if let remedy = finding.remedy {
                lines.append(String(repeating: " ", count: width) + "→ " + SafeText.line(remedy))
            }
        }
        switch diagnosis.level {
        case .full: lines.append("\nThis host allows full isolation.")
        case .portable: lines.append("\nThis host allows portable isolation only: give --isolation portable.")
        case nil: lines.append("\nNothing can be run on this host as it is.")
        }
        let text = lines.joined(separator: "\n") + "\n"
        return style.usesUnicode ? text : String(text.map { $0 == "→" ? ">" : $0 })
    }
}
