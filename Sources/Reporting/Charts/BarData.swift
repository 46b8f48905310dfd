internal import AirlockCore

/// The bars of a bar chart: for each category one value per series.
struct BarData {
    let categories: [String]
    let series: [(name: String, values: [Double?])]
    /// Categories the data had beyond those kept.
    let left: Int
    /// What the value axis spans; zero is always on it.
    let range: ClosedRange<Double>

    /// - Parameter limit: categories kept; a chart of hundreds of bars shows nothing.
    init(_ chart: Chart, limit: Int) throws(ChartProblem) {
        let table = chart.data
        let xColumn = try table.column(named: chart.x)
        let rows = table.rows.indices.prefix(max(1, limit))
        var series: [(name: String, values: [Double?])] = []
        for name in chart.y {
            let column = try table.column(named: name)
            series.append((name, rows.map { table.value(row: $0, column: column).plottable }))
        }
        guard !series.isEmpty else { throw ChartProblem("the chart names no column to draw") }
        let values = series.flatMap { $0.values.compactMap { $0 } }
        guard let low = values.min(), let high = values.max() else {
            throw ChartProblem(table.rows.isEmpty ? "no rows to draw" : "no numbers to draw")
        }
        categories = rows.map { table.value(row: $0, column: xColumn).cellText }
        self.series = series
        left = table.rows.count - categories.count
        range = min(low, 0)...max(high, 0)
    }
}
