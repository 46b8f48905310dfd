internal import AirlockCore

/// The cells of a heatmap.
///
/// Two shapes of data are understood. Long: `y` names two columns, the first of text (the vertical category), the
/// second of numbers (the value of that cell). Wide: every column of `y` is one row of cells, one cell for each value
/// of `x`.
struct HeatmapData {
    let columns: [String]
    let rows: [String]
    /// By row, then by column; `nil` where the data says nothing.
    let cells: [[Double?]]
    let range: ClosedRange<Double>
    /// Columns and rows the data had beyond those kept.
    let columnsLeft: Int
    let rowsLeft: Int

    init(_ chart: Chart, maxColumns: Int, maxRows: Int) throws(ChartProblem) {
        let table = chart.data
        let xColumn = try table.column(named: chart.x)
        var yColumns: [Int] = []
        for name in chart.y { yColumns.append(try table.column(named: name)) }
        guard let first = yColumns.first else { throw ChartProblem("the chart names no column to draw") }
        let isLong =
            yColumns.count == 2
            && table.rows.indices.contains { table.value(row: $0, column: first).stringValue != nil }
        var (columnNames, rowNames) = (NameIndex(), NameIndex())
        var values: [[Int]: Double] = [:]
        for row in table.rows.indices {
            let column = columnNames.place(of: table.value(row: row, column: xColumn).cellText)
            if isLong {
                let line = rowNames.place(of: table.value(row: row, column: first).cellText)
                values[[line, column]] = table.value(row: row, column: yColumns[1]).plottable
            } else {
                for (name, yColumn) in zip(chart.y, yColumns) {
                    values[[rowNames.place(of: name), column]] = table.value(row: row, column: yColumn).plottable
                }
            }
        }
        guard let low = values.values.min(), let high = values.values.max() else {
            throw ChartProblem(table.rows.isEmpty ? "no rows to draw" : "no numbers to draw")
        }
        columns = Array(columnNames.names.prefix(max(1, maxColumns)))
        rows = Array(rowNames.names.prefix(max(1, maxRows)))
        columnsLeft = columnNames.names.count - columns.count
        rowsLeft = rowNames.names.count - rows.count
        let columnCount = columns.count
        cells = rows.indices.map { row in (0..<columnCount).map { values[[row, $0]] } }
        range = low...high
    }

    /// 0 for the lowest value, 1 for the highest.
    func level(_ value: Double) -> Double {
        let span = range.upperBound - range.lowerBound
        return span > 0 ? (value - range.lowerBound) / span : 1
    }
}

/// Names in the order of their first use.
private struct NameIndex {
    private(set) var names: [String] = []
    private var places: [String: Int] = [:]

    mutating func place(of name: String) -> Int {
        if let place = places[name] { return place }
        places[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
