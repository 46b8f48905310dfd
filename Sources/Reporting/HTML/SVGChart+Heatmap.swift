internal import AirlockCore

extension SVGChart {
    func heatmap() throws(ChartProblem) -> String {
        let data = try HeatmapData(chart, maxColumns: 100, maxRows: 60)
        let rowLabels = data.rows.map { SafeText.line(String($0.prefix(200))).shortened(to: 24, mark: "…") }
        let left = min(Double(rowLabels.reduce(0) { max($0, DisplayWidth.of($1)) }) * 7 + 12, 200)
        let cellWidth = (SVGChart.width - left - 10) / Double(max(1, data.columns.count))
        let cellHeight = 24.0
        let top = 24.0
        var content = ""
        // Names that would run into each other are left out.
        let stride = max(1, Int(nearest: (56 / cellWidth).rounded(.up)))
        for index in Swift.stride(from: 0, to: data.columns.count, by: stride) {
            let limit = max(3, Int(nearest: cellWidth * Double(stride) / 7) - 1)
            let x = left + (Double(index) + 0.5) * cellWidth
            content += SVGChart.text(data.columns[index], x: x, y: 15, anchor: "middle", limit: limit)
        }
        for (row, label) in rowLabels.enumerated() {
            let y = top + Double(row) * cellHeight
            content += SVGChart.text(label, x: left - 6, y: y + 16, anchor: "end")
            for (column, value) in data.cells[row].enumerated() {
                guard let value else { continue }
                let x = left + Double(column) * cellWidth
                let text = NumberText.compact(value)
                content += SVGChart.rectangle(
                    x: x, y: y, width: max(1, cellWidth - 1), height: cellHeight - 1, series: 0,
                    opacity: 0.08 + 0.92 * data.level(value),
                    title: "\(data.rows[row]), \(data.columns[column]): \(text)")
            }
        }
        let bottom = top + Double(rowLabels.count) * cellHeight + 18
        let (low, high) = (NumberText.compact(data.range.lowerBound), NumberText.compact(data.range.upperBound))
        var note = "from \(low) (pale) to \(high) (full)"
        if data.columnsLeft > 0 { note += ", \(data.columnsLeft) more columns" }
        if data.rowsLeft > 0 { note += ", \(data.rowsLeft) more rows" }
        content += SVGChart.text(note, x: left, y: bottom, limit: 100)
        return element(height: bottom + 8, content)
    }
}
