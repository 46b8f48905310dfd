internal import AirlockCore

/// A chart as an inline SVG element, coloured by the page's variables.
struct SVGChart {
    static let width = 720.0
    private static let height = 300.0
    private static let maxPoints = 2000
    static let colors = 8

    var chart: Chart

    func markup() -> String {
        do throws(ChartProblem) {
            switch chart.kind {
            case .bar: return try bars()
            case .histogram: return try histogram()
            case .line, .area, .scatter: return try plot()
            case .heatmap: return try heatmap()
            }
        } catch {
            return "<p class=\"note\">\(HTML.escape(error.message))</p>\n"
        }
    }

    // MARK: Pieces

    static func number(_ value: Double) -> String { NumberText.rounded(value, decimals: 1) }

    static func text(_ text: String, x: Double, y: Double, anchor: String = "start", limit: Int = 24) -> String {
        let shown = SafeText.line(String(text.prefix(200))).shortened(to: limit, mark: "…")
        return "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(HTML.escape(shown))</text>\n"
    }

    static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, color: String = "line") -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
            + "stroke=\"var(--\(color))\"/>\n"
    }

    static func rectangle(
        x: Double, y: Double, width: Double, height: Double, series: Int, opacity: Double = 1, title: String
    ) -> String {
        "<rect x=\"\(number(x))\" y=\"\(number(y))\" width=\"\(number(width))\" height=\"\(number(height))\" "
            + "fill=\"var(--s\(series % colors))\"" + (opacity < 1 ? " fill-opacity=\"\(number2(opacity))\"" : "")
            + "><title>\(HTML.escape(title))</title></rect>\n"
    }

    private static func number2(_ value: Double) -> String { NumberText.rounded(value, decimals: 2) }

    func element(height: Double, _ content: String) -> String {
        let label = HTML.escape(chart.title ?? "\(chart.kind.rawValue) chart")
        return "<svg viewBox=\"0 0 \(SVGChart.number(SVGChart.width)) \(SVGChart.number(height))\" role=\"img\" "
            + "aria-label=\"\(label)\">\n\(content)</svg>\n"
    }

    func legend(_ names: [String], y: Double) -> String {
        guard names.count > 1 else { return "" }
        var (text, x) = ("", 0.0)
        for (index, name) in names.prefix(SVGChart.colors).enumerated() {
            let shown = SafeText.line(String(name.prefix(200))).shortened(to: 20, mark: "…")
            text += SVGChart.rectangle(x: x, y: y, width: 10, height: 10, series: index, title: name)
            text += SVGChart.text(name, x: x + 15, y: y + 10, limit: 20)
            x += 30 + Double(DisplayWidth.of(shown)) * 7
        }
        return text
    }

    // MARK: Line, area and scatter

    private func plot() throws(ChartProblem) -> String {
        let data = try PlotData(chart)
        let yTicks = data.yTicks(wanted: 5)
        let xTicks = data.xTicks(wanted: 7)
        let labelWidth = Double(yTicks.ticks.reduce(0) { max($0, $1.label.count) }) * 7 + 10
        let top = data.series.count > 1 ? 30.0 : 10.0
        let frame = PlotFrame(
            left: labelWidth, right: SVGChart.width - 20, top: top, bottom: SVGChart.height - 25, x: xTicks, y: yTicks)
        var content = legend(data.series.map(\.name), y: 5)
        for tick in yTicks.ticks {
            let y = frame.y(tick.value)
            content += SVGChart.line(frame.left, y, frame.right, y)
            content += SVGChart.text(tick.label, x: frame.left - 6, y: y + 4, anchor: "end")
        }
        for tick in xTicks.ticks {
            content += SVGChart.text(
                tick.label, x: frame.x(tick.value), y: SVGChart.height - 8, anchor: "middle", limit: 14)
        }
        for (index, series) in data.series.enumerated() {
            content += drawn(series, index: index, frame: frame)
        }
        return element(height: SVGChart.height, content)
    }

    private func drawn(_ series: PlotData.Series, index: Int, frame: PlotFrame) -> String {
        let points = series.thinned(to: SVGChart.maxPoints)
        let color = "var(--s\(index % SVGChart.colors))"
        let place = { (x: Double, y: Double) in "\(SVGChart.number(frame.x(x))),\(SVGChart.number(frame.y(y)))" }
        if chart.kind == .scatter {
            let circles = points.compactMap { point in
                point.y.map {
                    "<circle cx=\"\(SVGChart.number(frame.x(point.x)))\" cy=\"\(SVGChart.number(frame.y($0)))\" r=\"3\"/>\n"
                }
            }
            return "<g fill=\"\(color)\" fill-opacity=\"0.7\">\n\(circles.joined())</g>\n"
        }
        var text = ""
        for stretch in points.split(whereSeparator: { $0.y == nil }) {
            let line = stretch.map { place($0.x, $0.y ?? 0) }.joined(separator: " ")
            if chart.kind == .area, let first = stretch.first, let last = stretch.last {
                let ground = "\(place(last.x, 0)) \(place(first.x, 0))"
                text += "<polygon points=\"\(line) \(ground)\" fill=\"\(color)\" fill-opacity=\"0.25\"/>\n"
            }
            if stretch.count == 1, let only = stretch.first, let y = only.y {
                text +=
                    "<circle cx=\"\(SVGChart.number(frame.x(only.x)))\" cy=\"\(SVGChart.number(frame.y(y)))\" r=\"3\" "
                text += "fill=\"\(color)\"/>\n"
            } else {
                text += "<polyline points=\"\(line)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"/>\n"
            }
        }
        return text
    }
}

/// Where values lie on the drawing.
struct PlotFrame {
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    let x: Ticks
    let y: Ticks

    func x(_ value: Double) -> Double { left + share(value, x) * (right - left) }
    func y(_ value: Double) -> Double { bottom - share(value, y) * (bottom - top) }

    private func share(_ value: Double, _ axis: Ticks) -> Double {
        let share = (value - axis.lower) / (axis.upper - axis.lower)
        return share.isFinite ? min(max(share, 0), 1) : 0
    }
}
