import AirlockCore
import Glibc
import Reporting
import Runner
import Sandbox
import Templating

/// What `doctor` finds: the host's layers, the interpreter, the templates and the places where files are kept.
struct Examination {
    struct Finding {
        enum State: String { case good, missing, broken, advice }

        var name: String
        var state: State
        var detail: String
        var remedy: String?
    }

    private(set) var findings: [Finding] = []
    private(set) var level: IsolationReport.Level?
    private var hasPython = false

    var canRun: Bool { level != nil && hasPython }

    static func make(_ templates: TemplateSource) -> Examination {
        var examination = Examination()
        let environment = Environment.all()
        do throws(AirlockError) {
            let assets = try Assets(environment: environment)
            examination.take(HostReport.make(environment: environment, guest: assets.guest))
        } catch {
            examination.add(error, to: "guest and profiles")
        }
        examination.lookAt(templates)
        examination.lookAtData()
        return examination
    }

    private mutating func take(_ report: HostReport) {
        level = report.level
        for layer in report.layers {
            findings.append(
                Finding(
                    name: layer.name, state: layer.active ? .good : .missing, detail: layer.detail, remedy: layer.remedy
                ))
        }
        for setting in report.hardening {
            findings.append(
                Finding(
                    name: setting.name, state: setting.active ? .good : .advice, detail: setting.detail,
                    remedy: setting.remedy))
        }
        if let python = report.python {
            hasPython = true
            let start = report.pythonStart.map { ", starts in \($0.shortText)" } ?? ""
            findings.append(
                Finding(name: "python", state: .good, detail: "\(python.version) at \(python.executable)\(start)"))
        }
        if let error = report.pythonError { add(error, to: "python") }
    }

    private mutating func add(_ error: AirlockError, to name: String) {
        let detail = [error.message, error.cause].compactMap { $0 }.joined(separator: ": ")
        findings.append(Finding(name: name, state: .broken, detail: detail, remedy: error.hint))
    }

    private mutating func lookAt(_ templates: TemplateSource) {
        do throws(AirlockError) {
            let entries = try templates.catalogue.list()
            let broken = entries.filter { $0.error != nil }.map(\.name)
            findings.append(
                Finding(
                    name: "templates", state: broken.isEmpty ? .good : .broken,
                    detail: broken.isEmpty
                        ? "\(entries.count) found" : "broken: \(broken.joined(separator: ", "))",
                    remedy: broken.isEmpty ? nil : "'airlock templates check' says what is wrong."))
        } catch {
            add(error, to: "templates")
        }
    }

    private mutating func lookAtData() {
        do throws(AirlockError) {
            if let file = Environment.value("AIRLOCK_DATA") {
                _ = try LocalData(file: file, named: "AIRLOCK_DATA")
                findings.append(Finding(name: "data", state: .good, detail: file))
                return
            }
            let path = try LocalData.demoPath()
            let isMade = access(path, R_OK) == 0
            findings.append(
                Finding(name: "data", state: .good, detail: path + (isMade ? "" : " (made on first use)")))
        } catch {
            add(error, to: "data")
        }
    }

    func present(_ output: OutputOptions) throws {
        let rows = findings.map { finding -> [JSONValue] in
            [
                .string(finding.name), .string(finding.state.rawValue), .string(finding.detail),
                finding.remedy.map(JSONValue.string) ?? (output.format == .table ? "" : .null),
            ]
        }
        let details: JSONObject = [
            "level": level.map { .string($0.rawValue) } ?? .null, "can_run": .bool(canRun),
        ]
        // The remedies are the point of it, so the table is never shortened here.
        let table = Table(columns: ["check", "state", "detail", "remedy"], rows: rows)
        guard output.format == .table else { return try output.present(TableReport(table: table, details: details)) }
        try output.console.write(text(output.console.outputStyle))
    }

    private func text(_ style: TerminalStyle) -> String {
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
        switch level {
        case .full: lines.append("\nThis host allows full isolation.")
        case .portable: lines.append("\nThis host allows portable isolation only: give --isolation portable.")
        case nil: lines.append("\nThis host allows no isolation; nothing can be run.")
        }
        let text = lines.joined(separator: "\n") + "\n"
        return style.usesUnicode ? text : String(text.map { $0 == "→" ? ">" : $0 })
    }
}
