/// The state of an aggregate over one group.
protocol Accumulator: AnyObject {
    /// Takes a row; the arguments are read by their static types.
    func add(_ row: ArgumentRow) throws
    func result() throws -> Value
}

/// How many rows there are.
final class RowCount: Accumulator {
    private var count: Int64 = 0

    func add(_ row: ArgumentRow) { count += 1 }
    func result() -> Value { .int(count) }
}
