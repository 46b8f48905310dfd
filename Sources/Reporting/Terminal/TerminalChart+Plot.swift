internal import AirlockCore

extension TerminalChart {
    private static let plotRows = 12
    private static let maxPoints = 20_000
    private static let unicodeMarks: [Character] = ["●", "▲", "■", "◆", "○", "△", "□", "◇"]
    private static let asciiMarks: [Character] = ["*", "+", "o", "x", "@", "%", "=", "~"]

    /// Line, area and scatter. Braille for one series or where colour tells several apart, else a mark per series.
    func plot() throws(ChartProblem) -> [String] {
        let data = try PlotData(chart)
        let yTicks = data.yTicks(wanted: 4)
        let labelWidth = yTicks.ticks.reduce(0) { max($0, DisplayWidth.of($1.label)) }
        let columns = max(10, style.chartWidth - labelWidth - 2)
        let xTicks = data.xTicks(wanted: max(2, columns / 16))
        let usesDots = style.usesUnicode && (data.series.count == 1 || style.usesColor)
        let marks = style.usesUnicode ? TerminalChart.unicodeMarks : TerminalChart.asciiMarks
        let area = PlotArea(columns: columns, rows: TerminalChart.plotRows, x: xTicks, y: yTicks)
        let rows = usesDots ? dotted(data, area) : marked(data, area, marks: marks)

        var lines = legend(data.series.map(\.name), marks: usesDots ? ["■"] : marks.map { String($0) })
        var labels = [String](repeating: "", count: area.rows)
        for tick in yTicks.ticks { labels[area.row(tick.value)] = tick.label }
        for (label, row) in zip(labels, rows) {
            let axis = style.usesUnicode ? (label.isEmpty ? "│" : "┤") : (label.isEmpty ? "|" : "+")
            var line = label.padded(to: labelWidth, onTheLeft: true) + " " + style.dim(axis) + row
            while line.utf8.last == 0x20 { line.removeLast() }
            lines.append(line)
        }
        return lines + axisLines(xTicks, area, indent: labelWidth + 1)
    }

    private func dotted(_ data: PlotData, _ area: PlotArea) -> [String] {
        var canvas = DotCanvas(columns: area.columns, rows: area.rows)
        func dot(_ x: Double, _ y: Double) -> (x: Int, y: Int) {
            (area.place(x, area.x, canvas.width), canvas.height - 1 - area.place(y, area.y, canvas.height))
        }
        let ground = dot(area.x.lower, 0).y
        for (index, series) in data.series.enumerated() {
            var last: (x: Int, y: Int)?
            for point in series.thinned(to: TerminalChart.maxPoints) {
                guard let value = point.y else {
                    last = nil
                    continue
                }
                let next = dot(point.x, value)
                if chart.kind == .area {
                    fill(&canvas, from: last ?? next, to: next, ground: ground, series: index)
                } else if chart.kind == .line {
                    canvas.line(last ?? next, next, series: index)
                } else {
                    canvas.set(next.x, next.y, series: index)
                }
                last = next
            }
        }
        return (0..<area.rows).map { row in
            painted(canvas.row(row))
        }
    }

    private func fill(
        _ canvas: inout DotCanvas, from: (x: Int, y: Int), to: (x: Int, y: Int), ground: Int, series: Int
    ) {
        for x in min(from.x, to.x)...max(from.x, to.x) {
            let share = to.x == from.x ? 1 : Double(x - from.x) / Double(to.x - from.x)
            let y = from.y + Int(nearest: Double(to.y - from.y) * share)
            canvas.line((x, y), (x, ground), series: series)
        }
    }

    private func marked(_ data: PlotData, _ area: PlotArea, marks: [Character]) -> [String] {
        var grid = [[(character: Character, series: Int)?]](
            repeating: Array(repeating: nil, count: area.columns), count: area.rows)
        let ground = area.row(0)
        for (index, series) in data.series.enumerated() {
            let mark = marks[index % marks.count]
            var last: (x: Int, value: Double)?
            for point in series.thinned(to: TerminalChart.maxPoints) {
                guard let value = point.y else {
                    last = nil
                    continue
                }
                let x = area.place(point.x, area.x, area.columns)
                let from = chart.kind == .scatter ? nil : last
                // A line is drawn as one mark in each column it crosses.
                for column in min(from?.x ?? x, x)...max(from?.x ?? x, x) {
                    let share = from.map { x == $0.x ? 1 : Double(column - $0.x) / Double(x - $0.x) } ?? 1
                    let start = from?.value ?? value
                    let row = area.row(start + (value - start) * share)
                    if chart.kind == .area, data.series.count == 1 {
                        for filled in min(row, ground)...max(row, ground) { grid[filled][column] = ("#", index) }
                    } else {
                        grid[row][column] = (mark, index)
                    }
                }
                last = (x, value)
            }
        }
        return grid.map(painted)
    }

    /// Runs of one series share one colour sequence.
    private func painted(_ cells: [(character: Character, series: Int)?]) -> String {
        var (line, run, runSeries) = ("", "", 0)
        for cell in cells {
            if let cell, !run.isEmpty, cell.series == runSeries {
                run.append(cell.character)
                continue
            }
            line += style.series(runSeries, run)
            run = ""
            if let cell { (run, runSeries) = (String(cell.character), cell.series) } else { line += " " }
        }
        return line + style.series(runSeries, run)
    }

    private func axisLines(_ ticks: Ticks, _ area: PlotArea, indent: Int) -> [String] {
        var axis = [Character](repeating: style.usesUnicode ? "─" : "-", count: area.columns)
        var labels = ""
        var used = 0
        for tick in ticks.ticks {
            let place = area.place(tick.value, area.x, area.columns)
            let label = style.line(tick.label).shortened(to: 16, mark: style.ellipsis)
            let width = DisplayWidth.of(label)
            // Centred under its tick, but inside the plot and clear of its neighbour.
            let start = min(max(0, place - width / 2), max(0, area.columns - width))
            guard start >= used + (used == 0 ? 0 : 2) else { continue }
            axis[place] = style.usesUnicode ? "┬" : "+"
            labels += String(repeating: " ", count: start - used) + label
            used = start + width
        }
        let space = String(repeating: " ", count: indent)
        let corner = style.usesUnicode ? "└" : "+"
        return [space + style.dim(corner + String(axis)), space + " " + labels]
    }
}

/// Where values lie in a plot of so many characters.
private struct PlotArea {
    let columns: Int
    let rows: Int
    let x: Ticks
    let y: Ticks

    /// The cell, from 0, of a value on an axis of `count` cells.
    func place(_ value: Double, _ axis: Ticks, _ count: Int) -> Int {
        let share = (value - axis.lower) / (axis.upper - axis.lower)
        guard share.isFinite else { return 0 }
        return Int(nearest: min(max(share, 0), 1) * Double(count - 1))
    }

    func row(_ value: Double) -> Int { rows - 1 - place(value, y, rows) }
}
