internal import AirlockCore

extension RunReport {
    var markdownText: String {
        var parts: [String] = []
        for output in result.outputs {
            switch output {
            case .table(let title, let table):
                parts.append(heading(title) + Markdown.table(table))
            case .chart(let chart):
                let drawn = TerminalChart(chart: chart, style: TerminalStyle(width: 80)).lines()
                parts.append(Markdown.fenced(drawn.joined(separator: "\n")))
            case .markdown(let text): parts.append(Markdown.withoutEmbeddedContent(text) + "\n")
            case .metric(let name, let value, let unit):
                let unit = unit.map { " " + Markdown.escape($0) } ?? ""
                parts.append("**\(Markdown.escape(name))**: \(Markdown.escape(value.cellText))\(unit)\n")
            case .artifact(let artifact):
                let place = artifactPaths[artifact.name] ?? artifact.name
                let size = ByteCount(artifact.bytes.count)
                parts.append("Artifact: \(Markdown.escape(place)) (\(Markdown.escape(artifact.mediaType)), \(size))\n")
            }
        }
        if !result.standardOutput.bytes.isEmpty {
            parts.append(Markdown.fenced(SafeText.block(bytes: result.standardOutput.bytes)))
        }
        if result.status != .succeeded {
            let lines = failureLines(style: TerminalStyle(width: nil)).map(Markdown.escape)
            let status = "**" + result.status.rawValue.replacing("_", with: " ") + "**"
            parts.append(([status] + lines).map { "> " + $0 }.joined(separator: "  \n") + "\n")
        }
        return parts.joined(separator: "\n")
    }

    private func heading(_ title: String?) -> String {
        guard let title, !title.isEmpty else { return "" }
        return "## " + Markdown.escape(title) + "\n\n"
    }
}
