internal import AirlockCore

extension RunReport {
    var htmlText: String {
        var page = HTMLPage(title: result.template.isEmpty ? "Run" : result.template)
        page.add(heading: page.title, level: 1)
        page.add(markup: verdict)
        for output in result.outputs { add(output, to: &page) }
        if let value = result.result {
            page.add(heading: "Result")
            page.add(preformatted: value.prettyJSON)
        }
        add("Standard output", result.standardOutput, to: &page)
        add("Standard error", result.standardError, to: &page)
        page.add(markup: details("Run", facts))
        if !result.logs.isEmpty {
            let rows = result.logs.map { line -> [JSONValue] in
                [.string(line.time.shortText), .string(line.level.rawValue), .string(line.message)]
            }
            page.add(markup: details("Log", HTMLPage.table(Table(columns: ["Time", "Level", "Message"], rows: rows))))
        }
        if !result.transcript.isEmpty { page.add(markup: details("Calls", HTMLPage.table(callTable))) }
        if !result.isolation.layers.isEmpty {
            page.add(markup: details("Isolation", HTMLPage.table(layerTable)))
        }
        if !result.isolation.limits.isEmpty {
            page.add(markup: details("Limits", HTMLPage.table(limitTable)))
        }
        return page.text
    }

    private var verdict: String {
        let name = HTML.escape(result.status.rawValue.replacing("_", with: " "))
        guard result.status != .succeeded else {
            return "<p class=\"ok\">\(name) in \(HTML.escape(result.usage.wall.shortText))</p>"
        }
        let lines = failureLines(style: TerminalStyle(width: nil)).map(HTML.escape)
        return "<p class=\"bad\"><strong>\(name)</strong></p>\n<pre>\(lines.joined(separator: "\n"))</pre>"
    }

    private func add(_ output: RunOutput, to page: inout HTMLPage) {
        switch output {
        case .table(let title, let table): page.add(title: title, table: table)
        case .chart(let chart): page.add(chart: chart)
        case .markdown(let text): page.add(markup: HTMLMarkdown.markup(text))
        case .metric(let name, let value, let unit):
            let unit = unit.map { " " + HTML.escape($0) } ?? ""
            page.add(
                markup: "<dl><dt>\(HTML.escape(name))</dt><dd><strong>\(HTML.escape(value.cellText))</strong>\(unit)"
                    + "</dd></dl>")
        case .artifact(let artifact):
            let place = HTML.escape(artifactPaths[artifact.name] ?? artifact.name)
            let size = ByteCount(artifact.bytes.count)
            page.add(markup: "<p>Artifact <code>\(place)</code> (\(HTML.escape(artifact.mediaType)), \(size))</p>")
        }
    }

    private func add(_ heading: String, _ stream: CapturedStream, to page: inout HTMLPage) {
        guard !stream.bytes.isEmpty else { return }
        page.add(heading: heading)
        page.add(preformatted: SafeText.block(bytes: stream.bytes))
        if stream.isCut { page.add(markup: "<p class=\"note\">The rest was cut at the output limit.</p>") }
    }

    private func details(_ title: String, _ markup: String) -> String {
        "<details><summary>\(HTML.escape(title))</summary>\n\(markup)</details>"
    }

    private var facts: String {
        let usage = result.usage
        var entries = [
            ("Run", result.runID), ("Template digest", result.templateDigest),
            ("Variables digest", result.variablesDigest),
            ("Isolation", "\(result.isolation.level.rawValue), profile \(result.isolation.profile.rawValue)"),
            ("Start", "\(result.startPath.rawValue) \(result.startLatency?.shortText ?? "")"),
            ("Wall time", usage.wall.shortText), ("Waiting for data", usage.brokerWait.shortText),
            ("CPU", "\(usage.userCPU.shortText) user, \(usage.systemCPU.shortText) system"),
            ("Peak memory", ByteCount(usage.peakResidentBytes).description),
            ("Calls", "\(usage.calls), \(usage.rows) rows, \(ByteCount(usage.replyBytes))"),
        ]
        for call in usage.refusedCalls { entries.append(("Refused", call.sentence)) }
        let items = entries.filter { !$0.1.isEmpty }.map {
            "<dt>\(HTML.escape($0.0))</dt><dd>\(HTML.escape($0.1))</dd>"
        }
        return "<dl>\n" + items.joined(separator: "\n") + "\n</dl>\n"
    }

    private var callTable: Table {
        let rows = result.transcript.map { call -> [JSONValue] in
            [
                .string(call.method), .string(call.query ?? ""), .int(call.rows), .int(call.replyBytes),
                .string(call.time.shortText), .string(call.verdict),
            ]
        }
        return Table(columns: ["Method", "Query", "Rows", "Bytes", "Time", "Verdict"], rows: rows)
    }

    private var limitTable: Table {
        let rows = result.isolation.limits.map { limit -> [JSONValue] in
            let holders = limit.holders.map { "\($0.mechanism.rawValue): \($0.detail)" }
            return [.string(limit.name), .string(limit.value), .string(holders.joined(separator: "; "))]
        }
        return Table(columns: ["Limit", "Value", "Held by"], rows: rows)
    }

    private var layerTable: Table {
        let rows = result.isolation.layers.map { layer -> [JSONValue] in
            [.string(layer.name), .string(layer.active ? "active" : "missing"), .string(layer.detail)]
        }
        return Table(columns: ["Layer", "State", "Detail"], rows: rows)
    }
}
