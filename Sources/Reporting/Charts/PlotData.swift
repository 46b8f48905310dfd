internal import AirlockCore

/// The points of a line, area or scatter chart.
struct PlotData {
    enum Axis: Equatable {
        case number
        /// Seconds since 1970.
        case time
        /// Positions 0, 1, 2 … under these names.
        case category([String])
    }

    struct Point: Equatable {
        var x: Double
        /// `nil` is a gap.
        var y: Double?
    }

    struct Series {
        var name: String
        var points: [Point]
    }

    let axis: Axis
    let series: [Series]
    let xRange: ClosedRange<Double>
    let yRange: ClosedRange<Double>

    init(_ chart: Chart) throws(ChartProblem) {
        let table = chart.data
        let xColumn = try table.column(named: chart.x)
        var yColumns: [Int] = []
        for name in chart.y { yColumns.append(try table.column(named: name)) }
        guard !yColumns.isEmpty else { throw ChartProblem("the chart names no column to draw") }
        let values = table.rows.indices.map { table.value(row: $0, column: xColumn) }
        let (axis, positions) = PlotData.positions(of: values, isScatter: chart.kind == .scatter)
        let rows = table.rows.indices.filter { positions[$0] != nil }
        // A line runs along its axis, in whatever order the rows came.
        let order = chart.kind == .scatter ? rows : rows.sorted { (positions[$0] ?? 0) < (positions[$1] ?? 0) }
        var series: [Series] = []
        var (xs, ys): ([Double], [Double]) = ([], [])
        for (name, column) in zip(chart.y, yColumns) {
            let points = order.map { row in
                Point(x: positions[row] ?? 0, y: table.value(row: row, column: column).plottable)
            }
            ys.append(contentsOf: points.compactMap(\.y))
            xs.append(contentsOf: points.lazy.filter { $0.y != nil }.map(\.x))
            series.append(Series(name: name, points: points))
        }
        guard let low = ys.min(), let high = ys.max(), let left = xs.min(), let right = xs.max() else {
            throw ChartProblem(table.rows.isEmpty ? "no rows to draw" : "no numbers to draw")
        }
        self.axis = axis
        self.series = series
        xRange = left...right
        // An area is read from its ground line up; a line near it may as well show zero.
        let grounded = chart.kind == .area || (chart.kind == .line && low > 0 && low < high * 0.5)
        yRange = (grounded ? min(low, 0) : low)...(grounded ? max(high, 0) : high)
    }

    private static func positions(of values: [JSONValue], isScatter: Bool) -> (Axis, [Double?]) {
        let present = values.filter { !$0.isNull }
        if present.allSatisfy({ $0.numberValue != nil }) { return (.number, values.map(\.plottable)) }
        let times = values.map { $0.stringValue.flatMap(TimeText.seconds) }
        if zip(values, times).allSatisfy({ $0.isNull || $1 != nil }) { return (.time, times) }
        guard isScatter else {
            return (.category(values.map(\.cellText)), values.indices.map(Double.init))
        }
        var places: [String: Int] = [:]
        var names: [String] = []
        let positions = values.map { value -> Double? in
            let name = value.cellText
            if let place = places[name] { return Double(place) }
            places[name] = names.count
            names.append(name)
            return Double(names.count - 1)
        }
        return (.category(names), positions)
    }

    /// The labelled places of the horizontal axis.
    func xTicks(wanted: Int) -> Ticks {
        switch axis {
        case .number:
            let nice = Ticks.numbers(from: xRange.lowerBound, to: xRange.upperBound, wanted: wanted)
            let inside = nice.ticks.filter { xRange.contains($0.value) }
            // The drawing fills the whole width; only a single place needs an axis wider than itself.
            guard xRange.lowerBound < xRange.upperBound, !inside.isEmpty else { return nice }
            return Ticks(ticks: inside, lower: xRange.lowerBound, upper: xRange.upperBound)
        case .time: return Ticks.times(from: xRange.lowerBound, to: xRange.upperBound, wanted: wanted)
        case .category(let names):
            let stride = max(1, (names.count + max(1, wanted) - 1) / max(1, wanted))
            let ticks = Swift.stride(from: 0, to: names.count, by: stride).map {
                Ticks.Tick(value: Double($0), label: names[$0])
            }
            return Ticks(ticks: ticks, lower: 0, upper: Double(max(1, names.count - 1)))
        }
    }

    func yTicks(wanted: Int) -> Ticks {
        Ticks.numbers(from: yRange.lowerBound, to: yRange.upperBound, wanted: wanted)
    }
}

extension PlotData.Series {
    /// At most about `limit` points that draw the same picture: of each stretch its lowest and its highest.
    func thinned(to limit: Int) -> [PlotData.Point] {
        guard points.count > limit, limit >= 4 else { return points }
        let size = (points.count * 2 + limit - 1) / limit
        var kept: [PlotData.Point] = []
        for start in stride(from: 0, to: points.count, by: size) {
            let stretch = points[start..<min(start + size, points.count)]
            let drawn = stretch.indices.filter { stretch[$0].y != nil }
            guard let low = drawn.min(by: { (points[$0].y ?? 0) < (points[$1].y ?? 0) }),
                let high = drawn.max(by: { (points[$0].y ?? 0) < (points[$1].y ?? 0) })
            else {
                kept.append(stretch[stretch.startIndex])
                continue
            }
            kept.append(points[min(low, high)])
            if low != high { kept.append(points[max(low, high)]) }
        }
        return kept
    }
}
