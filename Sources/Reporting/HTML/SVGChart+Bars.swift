internal import AirlockCore

extension SVGChart {
    private static let maxBars = 60

    func bars() throws(ChartProblem) -> String {
        let data = try BarData(chart, limit: SVGChart.maxBars)
        let count = data.series.count
        let labels = data.categories.map { SafeText.line(String($0.prefix(200))).shortened(to: 28, mark: "…") }
        let labelWidth = min(Double(labels.reduce(0) { max($0, DisplayWidth.of($1)) }) * 7 + 12, 220)
        let top = count > 1 ? 28.0 : 8.0
        let thickness = count > 1 ? 12.0 : 18.0
        let step = thickness * Double(count) + 8
        let bottom = top + step * Double(max(1, data.categories.count))
        // Bars lie on their side here: the plot's vertical axis runs from left to right.
        let ticks = Ticks.numbers(from: data.range.lowerBound, to: data.range.upperBound, wanted: 6)
        let (left, right) = (labelWidth, SVGChart.width - 60)
        func place(_ value: Double) -> Double {
            left + min(max((value - ticks.lower) / (ticks.upper - ticks.lower), 0), 1) * (right - left)
        }
        var content = legend(data.series.map(\.name), y: 4)
        for tick in ticks.ticks {
            content += SVGChart.line(place(tick.value), top, place(tick.value), bottom)
            content += SVGChart.text(tick.label, x: place(tick.value), y: bottom + 16, anchor: "middle")
        }
        for (index, category) in labels.enumerated() {
            let y = top + Double(index) * step + 4
            let middle = y + thickness * Double(count) / 2 + 4
            content += SVGChart.text(category, x: labelWidth - 6, y: middle, anchor: "end", limit: 28)
            for (seriesIndex, series) in data.series.enumerated() {
                guard let value = series.values[index] else { continue }
                let (from, to) = (place(min(0, value)), place(max(0, value)))
                let top = y + thickness * Double(seriesIndex)
                let text = NumberText.compact(value)
                content += SVGChart.rectangle(
                    x: from, y: top, width: max(to - from, value == 0 ? 0 : 1), height: thickness - 2,
                    series: seriesIndex, title: "\(data.categories[index]): \(text)")
                content += SVGChart.text(text, x: to + 4, y: top + thickness / 2 + 3)
            }
        }
        if data.left > 0 { content += SVGChart.text("and \(data.left) more", x: left, y: bottom + 34) }
        return element(height: bottom + (data.left > 0 ? 40 : 22), content)
    }

    func histogram() throws(ChartProblem) -> String {
        let data = try HistogramData(chart, limit: 40)
        let height = 280.0
        let yTicks = Ticks.numbers(from: 0, to: max(data.largest, 1), wanted: 5)
        let left = Double(yTicks.ticks.reduce(0) { max($0, $1.label.count) }) * 7 + 10
        guard let first = data.bins.first, let last = data.bins.last else { return "" }
        let xTicks = Ticks(ticks: [], lower: first.lower, upper: last.upper)
        let frame = PlotFrame(
            left: left, right: SVGChart.width - 20, top: 10, bottom: height - 40, x: xTicks, y: yTicks)
        var content = ""
        for tick in yTicks.ticks {
            content += SVGChart.line(left, frame.y(tick.value), frame.right, frame.y(tick.value))
            content += SVGChart.text(tick.label, x: left - 6, y: frame.y(tick.value) + 4, anchor: "end")
        }
        for (index, bin) in data.bins.enumerated() {
            let (from, to) = (frame.x(bin.lower), frame.x(bin.upper))
            let name = "\(data.edgeLabels[index]) – \(data.edgeLabels[min(index + 1, data.edgeLabels.count - 1)])"
            content += SVGChart.rectangle(
                x: from + 1, y: frame.y(bin.count), width: max(1, to - from - 2),
                height: max(0, frame.bottom - frame.y(bin.count)), series: 0,
                title: "\(name): \(NumberText.compact(bin.count))")
        }
        let stride = max(1, (data.edgeLabels.count + 9) / 10)
        for index in Swift.stride(from: 0, to: data.edgeLabels.count, by: stride) {
            let value = index < data.bins.count ? data.bins[index].lower : last.upper
            content += SVGChart.text(data.edgeLabels[index], x: frame.x(value), y: height - 24, anchor: "middle")
        }
        content += SVGChart.text(chart.x, x: (left + frame.right) / 2, y: height - 6, anchor: "middle", limit: 60)
        return element(height: height, content)
    }
}
