internal import AirlockCore

extension TerminalChart {
    private static let unicodeShades = ["·", "░", "▒", "▓", "█"]
    private static let asciiShades = [".", ":", "-", "=", "+", "*", "#", "%", "@"]

    func heatmap() throws(ChartProblem) -> [String] {
        let shades = style.usesUnicode ? TerminalChart.unicodeShades : TerminalChart.asciiShades
        let whole = try HeatmapData(chart, maxColumns: 200, maxRows: 40)
        let rowLabels = whole.rows.map { style.line(String($0.prefix(100))) }
        let labelWidth = min(rowLabels.reduce(0) { max($0, DisplayWidth.of($1)) }, style.chartWidth / 3)
        let room = max(4, style.chartWidth - labelWidth - 1)
        let headers = whole.columns.map { style.line(String($0.prefix(100))) }
        let wanted = headers.reduce(1) { max($0, DisplayWidth.of($1)) } + 1
        let cellWidth = min(wanted, max(2, room / max(1, headers.count)))
        let shown = max(1, min(headers.count, room / cellWidth))

        var lines = [headerLine(headers.prefix(shown), cellWidth: cellWidth, indent: labelWidth + 1)]
        for (label, cells) in zip(rowLabels, whole.cells) {
            let drawn = cells.prefix(shown).map { value -> String in
                guard let value else { return String(repeating: " ", count: cellWidth) }
                let place = Int(nearest: whole.level(value) * Double(shades.count - 1))
                return String(repeating: shades[min(max(0, place), shades.count - 1)], count: cellWidth)
            }
            let name = label.shortened(to: labelWidth, mark: style.ellipsis).padded(to: labelWidth)
            var row = drawn.joined()
            while row.utf8.last == 0x20 { row.removeLast() }
            lines.append(name + " " + style.series(0, row))
        }
        let (low, high) = (NumberText.compact(whole.range.lowerBound), NumberText.compact(whole.range.upperBound))
        lines.append(style.dim("\(low) \(shades.joined()) \(high)"))
        let hidden = whole.columnsLeft + headers.count - shown
        if hidden > 0 { lines.append(style.dim("and \(hidden) more columns")) }
        if whole.rowsLeft > 0 { lines.append(style.dim("and \(whole.rowsLeft) more rows")) }
        return lines
    }

    /// As many column names as fit without running into each other.
    private func headerLine(_ headers: ArraySlice<String>, cellWidth: Int, indent: Int) -> String {
        var line = String(repeating: " ", count: indent)
        var used = 0
        for (index, header) in headers.enumerated() where index * cellWidth >= used {
            let limit = max(cellWidth - 1, min(12, (headers.count - index) * cellWidth))
            let text = header.shortened(to: limit, mark: style.ellipsis)
            line += String(repeating: " ", count: index * cellWidth - used) + text
            used = index * cellWidth + DisplayWidth.of(text)
            // The next name starts at the next cell that leaves a space.
            if used % cellWidth == 0, cellWidth > 1 {
                line += " "
                used += 1
            }
        }
        while line.utf8.last == 0x20 { line.removeLast() }
        return line
    }
}
