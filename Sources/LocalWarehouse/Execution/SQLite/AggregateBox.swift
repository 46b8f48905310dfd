internal import GRDBSQLite

/// An aggregate as SQLite calls it, its state in the room SQLite keeps for each group or window.
final class AggregateBox {
    private let aggregate: RegisteredFunctions.Aggregate
    private let fault: FaultBox

    init(_ aggregate: RegisteredFunctions.Aggregate, _ fault: FaultBox) {
        self.aggregate = aggregate
        self.fault = fault
    }

    func step(_ context: OpaquePointer?, _ values: UnsafeMutablePointer<OpaquePointer?>?) {
        // SQLite keeps a pointer's room for each group, zeroed at first.
        let size = Int32(MemoryLayout<UnsafeMutableRawPointer?>.size)
        guard let room = sqlite3_aggregate_context(context, size) else {
            sqlite3_result_error_nomem(context)
            return
        }
        let slot = room.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        let state: AggregateState
        if let existing = slot.pointee {
            state = Unmanaged<AggregateState>.fromOpaque(existing).takeUnretainedValue()
        } else {
            state = AggregateState(aggregate)
            slot.pointee = Unmanaged.passRetained(state).toOpaque()
        }
        report(context) { try state.add(values) }
    }

    /// The value over the rows of the frame; they stay.
    func current(_ context: OpaquePointer?) {
        let state = state(context, taking: false)
        give(context) { try state.result() }
    }

    /// The first row leaves the frame.
    func leave(_ context: OpaquePointer?) { state(context, taking: false).removeFirst() }

    func finish(_ context: OpaquePointer?) {
        let state = state(context, taking: true)
        give(context) { try state.result() }
    }

    /// The state of this group; a fresh one where there was no row.
    private func state(_ context: OpaquePointer?, taking: Bool) -> AggregateState {
        guard let room = sqlite3_aggregate_context(context, 0) else { return AggregateState(aggregate) }
        let slot = room.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
        guard let existing = slot.pointee else { return AggregateState(aggregate) }
        let state = Unmanaged<AggregateState>.fromOpaque(existing)
        guard taking else { return state.takeUnretainedValue() }
        slot.pointee = nil
        return state.takeRetainedValue()
    }

    private func give(_ context: OpaquePointer?, _ value: () throws -> Value) {
        report(context) { try SQLiteResult.set(try value(), as: aggregate.resultType, in: context) }
    }

    private func report(_ context: OpaquePointer?, _ body: () throws -> Void) {
        do {
            try body()
        } catch {
            sqlite3_result_error(context, fault.record(error), -1)
        }
    }
}

/// What an aggregate has seen.
private final class AggregateState {
    private let aggregate: RegisteredFunctions.Aggregate
    private var accumulator: any Accumulator
    /// Copies of the rows in a frame that slides: an accumulator cannot forget, so its value is worked out anew.
    private var rows: [[OpaquePointer?]] = []
    private var first = 0

    init(_ aggregate: RegisteredFunctions.Aggregate) {
        self.aggregate = aggregate
        accumulator = aggregate.call.make()
    }

    deinit {
        for row in rows[first...] { Self.free(row) }
    }

    func add(_ values: UnsafeMutablePointer<OpaquePointer?>?) throws {
        guard aggregate.frame == .sliding else {
            try accumulator.add(ArgumentRow(values: values, types: aggregate.argumentTypes))
            return
        }
        rows.append(aggregate.argumentTypes.indices.map { sqlite3_value_dup(values?[$0]) })
    }

    func removeFirst() {
        guard first < rows.count else { return }
        Self.free(rows[first])
        rows[first] = []
        first += 1
        if first > 64, first * 2 > rows.count {
            rows.removeSubrange(..<first)
            first = 0
        }
    }

    func result() throws -> Value {
        guard aggregate.frame == .sliding else { return try accumulator.result() }
        accumulator = aggregate.call.make()
        for index in first..<rows.count {
            try rows[index].withUnsafeMutableBufferPointer { row in
                try accumulator.add(ArgumentRow(values: row.baseAddress, types: aggregate.argumentTypes))
            }
        }
        return try accumulator.result()
    }

    private static func free(_ row: [OpaquePointer?]) {
        for value in row { sqlite3_value_free(value) }
    }
}
