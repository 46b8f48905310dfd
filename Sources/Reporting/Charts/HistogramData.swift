internal import AirlockCore
internal import Glibc

/// The bins of a histogram.
///
/// The `x` column is binned. When `y` names another numeric column, it tells how often each value occurs; when it
/// names the same one, each row counts once.
struct HistogramData {
    struct Bin: Equatable {
        var lower: Double
        var upper: Double
        var count: Double
    }

    let bins: [Bin]
    let largest: Double
    /// Digits after the point that tell the edges apart.
    let edgeLabels: [String]

    /// - Parameter limit: the most bins.
    init(_ chart: Chart, limit: Int) throws(ChartProblem) {
        let table = chart.data
        let xColumn = try table.column(named: chart.x)
        var weightColumn: Int?
        if let name = chart.y.first, !name.utf8.elementsEqual(chart.x.utf8) {
            weightColumn = try table.column(named: name)
        }
        var samples: [(value: Double, weight: Double)] = []
        for row in table.rows.indices {
            guard let value = table.value(row: row, column: xColumn).plottable else { continue }
            guard let weightColumn else {
                samples.append((value, 1))
                continue
            }
            guard let weight = table.value(row: row, column: weightColumn).plottable, weight >= 0 else { continue }
            samples.append((value, weight))
        }
        guard let low = samples.map(\.value).min(), let high = samples.map(\.value).max() else {
            throw ChartProblem(table.rows.isEmpty ? "no rows to draw" : "no numbers in column '\(chart.x)' to draw")
        }
        // Sturges' rule, rounded to steps that read well.
        let wanted = min(max(4, Int(nearest: log2(Double(samples.count)).rounded(.up)) + 1), max(4, limit))
        let ticks = Ticks.numbers(from: low, to: high, wanted: wanted)
        let edges = ticks.ticks
        var counts = [Double](repeating: 0, count: max(1, edges.count - 1))
        let width = (ticks.upper - ticks.lower) / Double(counts.count)
        for sample in samples {
            let place = Int(nearest: ((sample.value - ticks.lower) / width).rounded(.down))
            counts[min(max(0, place), counts.count - 1)] += sample.weight
        }
        bins = counts.indices.map { index in
            Bin(lower: edges[index].value, upper: edges[min(index + 1, edges.count - 1)].value, count: counts[index])
        }
        edgeLabels = edges.map(\.label)
        largest = counts.max() ?? 0
    }
}
