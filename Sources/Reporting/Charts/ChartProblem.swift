internal import AirlockCore

/// Why a chart cannot be drawn; shown in its place.
struct ChartProblem: Error, Equatable {
    var message: String

    init(_ message: String) { self.message = message }
}

extension Table {
    /// The index of a column, or a problem that names the nearest one.
    func column(named name: String) throws(ChartProblem) -> Int {
        if let index = columns.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return index }
        let nearest = nearestName(to: name, in: columns).map { "; did it mean '\($0)'?" } ?? ""
        throw ChartProblem("the chart's data has no column '\(name)'\(nearest)")
    }

    func value(row: Int, column: Int) -> JSONValue {
        rows.indices.contains(row) && rows[row].indices.contains(column) ? rows[row][column] : .null
    }
}

extension JSONValue {
    /// The value as something that can be drawn. Beyond 1e300 the arithmetic of an axis would overflow, and what is
    /// smaller than 1e-290 is drawn as zero for the same reason.
    var plottable: Double? {
        guard let value = doubleValue, value.isFinite, value.magnitude < 1e300 else { return nil }
        return value.magnitude < 1e-290 ? 0 : value
    }
}

extension Int {
    /// The nearest whole number; 0 for what is not a number, the bounds for what lies beyond them.
    init(nearest value: Double) {
        guard !value.isNaN else {
            self = 0
            return
        }
        self = value >= 9e18 ? .max : value <= -9e18 ? .min : Int(value.rounded())
    }
}
