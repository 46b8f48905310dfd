internal import AirlockCore

extension TerminalChart {
    private static let maxBars = 30

    func bars() throws(ChartProblem) -> [String] {
        let data = try BarData(chart, limit: TerminalChart.maxBars)
        let (single, names) = (data.series.count == 1, data.series.map(\.name))
        var rows: [BarRow] = []
        for (index, category) in data.categories.enumerated() {
            for (seriesIndex, series) in data.series.enumerated() {
                let value = series.values[index]
                rows.append(
                    BarRow(
                        label: seriesIndex == 0 ? category : "", value: value, series: seriesIndex,
                        text: value.map(valueText) ?? "", mark: single ? "" : mark(seriesIndex)))
            }
        }
        var lines = legend(names, marks: names.indices.map(mark))
        lines += draw(rows, range: data.range)
        if data.left > 0 { lines.append(style.dim("and \(NumberText.grouped(data.left)) more")) }
        return lines
    }

    func histogram() throws(ChartProblem) -> [String] {
        let data = try HistogramData(chart, limit: 20)
        let dash = style.usesUnicode ? "–" : "-"
        let rows = data.bins.indices.map { index in
            let upper = data.edgeLabels[min(index + 1, data.edgeLabels.count - 1)]
            return BarRow(
                label: "\(data.edgeLabels[index]) \(dash) \(upper)", value: data.bins[index].count, series: 0,
                text: valueText(data.bins[index].count), mark: "", isNumeric: true)
        }
        return [style.dim(style.line(chart.x))] + draw(rows, range: 0...(data.largest > 0 ? data.largest : 1))
    }

    private func mark(_ series: Int) -> String {
        // Bars of one kind look alike without colour, so each series also has a letter.
        let letter = String(UnicodeScalar(UInt8(0x41 + series % 26)))
        return style.usesColor && style.usesUnicode ? "■" : letter
    }

    private func valueText(_ value: Double) -> String {
        if let whole = Int(exactly: value) {
            return value.magnitude >= 10_000 ? NumberText.grouped(whole) : String(whole)
        }
        return NumberText.rounded(value, decimals: value.magnitude >= 100 ? 1 : 4)
    }

    private func draw(_ rows: [BarRow], range: ClosedRange<Double>) -> [String] {
        let labels = rows.map { style.line(String($0.label.prefix(200))) }
        let width = style.chartWidth
        let labelWidth = min(labels.reduce(0) { max($0, DisplayWidth.of($1)) }, max(8, width / 3))
        let valueWidth = rows.reduce(0) { max($0, DisplayWidth.of($1.text)) }
        let markWidth = rows.contains { !$0.mark.isEmpty } ? 2 : 0
        let room = max(8, width - labelWidth - valueWidth - markWidth - 3)
        return zip(rows, labels).map { row, label in
            let bar = HorizontalBar(value: row.value ?? 0, range: range, width: room, usesUnicode: style.usesUnicode)
            let cell = label.shortened(to: labelWidth, mark: style.ellipsis)
            let mark = markWidth > 0 ? style.series(row.series, row.mark) + " " : ""
            let drawn = bar.before + (bar.text.isEmpty ? "" : style.series(row.series, bar.text))
            var line = cell.padded(to: labelWidth, onTheLeft: row.isNumeric) + " " + mark + drawn
            line += (bar.isEmpty ? "" : " ") + row.text
            while line.utf8.last == 0x20 { line.removeLast() }
            return line
        }
    }
}

private struct BarRow {
    var label: String
    var value: Double?
    var series: Int
    var text: String
    var mark: String
    var isNumeric = false
}

/// One bar in eighths of a column.
struct HorizontalBar {
    private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

    /// Spaces up to where the bar begins.
    let before: String
    let text: String
    var isEmpty: Bool { before.isEmpty && text.isEmpty }

    /// - Parameter range: holds zero, from where every bar starts.
    init(value: Double, range: ClosedRange<Double>, width: Int, usesUnicode: Bool) {
        let span = range.upperBound - range.lowerBound
        guard span > 0 else {
            (before, text) = ("", "")
            return
        }
        let columns = Double(width) / span
        let zero = Int(nearest: -range.lowerBound * columns)
        let full = usesUnicode ? "█" : "#"
        if value < 0 {
            // No glyph fills a part of a column from the right, so what lies below zero is whole columns.
            let length = min(zero, max(1, Int(nearest: -value * columns)))
            before = String(repeating: " ", count: zero - length)
            text = String(repeating: full, count: length)
            return
        }
        before = String(repeating: " ", count: zero)
        let eighths = min(max(0, Int(nearest: value * columns * 8)), (width - zero) * 8)
        if usesUnicode {
            // A value above zero is never drawn as nothing.
            let shown = value > 0 ? max(1, eighths) : 0
            text = String(repeating: full, count: shown / 8) + HorizontalBar.eighths[shown % 8]
        } else {
            text = String(repeating: full, count: value > 0 ? max(1, (eighths + 4) / 8) : 0)
        }
    }
}
