internal import AirlockCore

extension RunReport {
    /// What the script showed: its standard output, then its outputs in their order.
    func terminalText(_ style: TerminalStyle) -> String {
        var parts: [String] = []
        let standardOutput = streamText(result.standardOutput, style)
        if !standardOutput.isEmpty { parts.append(standardOutput) }
        var index = 0
        while index < result.outputs.count {
            let (text, next) = section(at: index, style)
            if !text.isEmpty { parts.append(text) }
            index = next
        }
        if let value = result.result, result.outputs.isEmpty, standardOutput.isEmpty {
            // A script that shows nothing and only answers: its answer is what the caller wants to see.
            parts.append(style.block(value.prettyJSON))
        }
        return parts.isEmpty ? "" : parts.joined(separator: "\n\n") + "\n"
    }

    /// One output, or a run of metrics or artifacts, which stand close together.
    private func section(at index: Int, _ style: TerminalStyle) -> (text: String, next: Int) {
        switch result.outputs[index] {
        case .table(let title, let table):
            return (TerminalTable(title: title, table: table, style: style).lines().joined(separator: "\n"), index + 1)
        case .chart(let chart):
            return (TerminalChart(chart: chart, style: style).lines().joined(separator: "\n"), index + 1)
        case .markdown(let text): return (markdownLines(text, style).joined(separator: "\n"), index + 1)
        case .metric: return metrics(from: index, style)
        case .artifact(let artifact):
            let size = ByteCount(artifact.bytes.count)
            let place = artifactPaths[artifact.name].map { "written to " + style.line($0) }
            let note = place ?? "kept in no file: name a folder with --artifacts"
            let name = "\(style.line(artifact.name)) (\(style.line(artifact.mediaType)), \(size))"
            return ("\(style.bold("Artifact")) \(name): \(note)", index + 1)
        }
    }

    private func metrics(from start: Int, _ style: TerminalStyle) -> (text: String, next: Int) {
        var entries: [(name: String, value: String)] = []
        var index = start
        while index < result.outputs.count, case .metric(let name, let value, let unit) = result.outputs[index] {
            let numbers = NumberColumn([value], name: name)
            var text = style.line(value.cellText)
            if case .number(let number) = value, let numbers { text = numbers.text(number) }
            if let unit, !unit.isEmpty { text += (unit == "%" ? "" : " ") + style.line(unit) }
            entries.append((style.line(name), text))
            index += 1
        }
        let width = entries.reduce(0) { max($0, DisplayWidth.of($1.name)) }
        let lines = entries.map { $0.name.padded(to: width) + "  " + style.bold($0.value) }
        return (lines.joined(separator: "\n"), index)
    }

    /// Markdown is meant to be read as it stands; only headings are set off.
    private func markdownLines(_ text: String, _ style: TerminalStyle) -> [String] {
        let trimmed = String(text.reversed().drop { $0.isNewline }.reversed())
        return style.block(trimmed).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let level = line.prefix { $0 == "#" }.count
            guard (1...6).contains(level), line.dropFirst(level).first == " " else { return String(line) }
            return style.bold(String(line.dropFirst(level + 1)))
        }
    }

    private func streamText(_ stream: CapturedStream, _ style: TerminalStyle) -> String {
        guard !stream.bytes.isEmpty else { return "" }
        var text = SafeText.block(bytes: stream.bytes, asciiOnly: !style.usesUnicode)
        while text.utf8.last == 0x0A { text.removeLast() }
        return stream.isCut ? text + "\n" + style.dim("(the rest was cut at the output limit)") : text
    }

    // MARK: What goes beside the document

    /// What the script wrote to its standard error, fit to be shown; empty when it wrote nothing.
    public func standardErrorText(_ style: TerminalStyle) -> String {
        let text = streamText(result.standardError, style)
        return text.isEmpty ? "" : text + "\n"
    }

    /// How the run ended: one line on success, the reason with its place and remedy on failure.
    public func statusText(_ style: TerminalStyle) -> String {
        let usage = result.usage
        var facts: [String] = []
        if usage.calls > 0 {
            facts.append("\(count(usage.calls, "call")), \(count(usage.rows, "row")), \(ByteCount(usage.replyBytes))")
        }
        let refused = usage.refusedCalls.prefix(5)
        if !refused.isEmpty {
            facts.append("refused: " + refused.map { "\(style.line($0.name)) ×\($0.count)" }.joined(separator: ", "))
        }
        if !result.runID.isEmpty { facts.append("run \(style.line(result.runID))") }
        let missing = result.isolation.layers.filter { !$0.active }.map { style.line($0.name) }
        if !missing.isEmpty { facts.append("without " + missing.joined(separator: ", ")) }
        let time = usage.wall > .zero ? usage.wall.shortText : ""
        let tail = facts.map { " \(style.separator) \($0)" }.joined()
        let note = { (text: String) in style.usesUnicode ? text : SafeText.ascii(text) }
        guard result.status == .succeeded else {
            let took = time.isEmpty ? "" : " after \(time)"
            let head = style.red(style.bold(result.status.rawValue.replacing("_", with: " "))) + took
            let lines = [head + style.dim(tail)] + failureLines(style: style).map { "  " + $0 }
            return note(lines.joined(separator: "\n") + "\n")
        }
        return note(style.green("succeeded") + (time.isEmpty ? "" : " in \(time)") + style.dim(tail) + "\n")
    }

    /// Kinds of refused calls that are explained where a run went wrong.
    private static let shownRefusals = 5

    private func count(_ value: Int, _ noun: String) -> String {
        NumberText.grouped(value) + " " + noun + (value == 1 ? "" : "s")
    }

    /// Reason, exception, refused calls, single faults and hint, without colour.
    func failureLines(style: TerminalStyle) -> [String] {
        var lines: [String] = []
        if let reason = result.reason, reason != result.error?.message { lines.append(style.line(reason)) }
        if let exception = result.exception {
            let place = exception.line.map { " (script line \($0))" } ?? ""
            let message = exception.message.isEmpty ? "" : ": " + style.block(exception.message)
            lines += (style.line(exception.type) + message + place).split(separator: "\n").map(String.init)
        }
        if let limit = result.limit, let held = result.isolation.limits.first(where: { $0.name == limit.rawValue }) {
            lines.append(style.line(held.sentence))
        }
        // What ended the run is in the reason already.
        let refused = result.usage.refusedCalls.filter { $0.name != result.deniedSyscall }
        lines += refused.prefix(Self.shownRefusals).map { style.line($0.sentence) }
        if refused.count > Self.shownRefusals {
            lines.append("\(refused.count - Self.shownRefusals) more kinds of calls were refused; JSON has them all.")
        }
        if let error = result.error {
            lines += style.block(error.description).split(separator: "\n").map(String.init)
        }
        return lines
    }
}

extension SafeText {
    /// The few non-ASCII characters of our own messages in ASCII; anything else becomes `?`.
    static func ascii(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "×": result += "x"
            case "µ": result += "u"
            case "–", "·": result += "-"
            case "…": result += "..."
            default: result.unicodeScalars.append(scalar.isASCII ? scalar : "?")
            }
        }
        return result
    }
}
