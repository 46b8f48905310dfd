internal import AirlockCore

/// A chart drawn with characters.
struct TerminalChart {
    var chart: Chart
    var style: TerminalStyle

    func lines() -> [String] {
        var lines: [String] = []
        if let title = chart.title, !title.isEmpty { lines.append(style.bold(style.line(title))) }
        do throws(ChartProblem) {
            switch chart.kind {
            case .bar: lines += try bars()
            case .histogram: lines += try histogram()
            case .line, .area, .scatter: lines += try plot()
            case .heatmap: lines += try heatmap()
            }
        } catch {
            lines.append(style.dim("(\(style.line(error.message)))"))
        }
        return lines
    }

    /// The names of several series, each behind the mark it is drawn with; nothing for a single one.
    func legend(_ names: [String], marks: [String]) -> [String] {
        guard names.count > 1 else { return [] }
        let entries = names.indices.map { index in
            style.series(index, marks[index % marks.count]) + " "
                + style.line(names[index]).shortened(
                    to: 30, mark: style.ellipsis)
        }
        return [entries.joined(separator: "  ")]
    }
}
