/// The state of an aggregate over one group.
protocol Accumulator: AnyObject {
    /// Takes a row; the arguments are read by their static types.
    func add(_ row: ArgumentRow) throws
    func result() throws -> Value
}
