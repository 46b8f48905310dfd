internal import GRDB

/// Exports repeat a person's properties with each event; of such repetitions only the first and the last are staged.
///
/// What lies between two equal texts, and says nothing else, changes nothing: the last one replaces everything anyway.
final class RepeatedProperties {
    private struct Known {
        var hash: UInt64
        /// Of the row that bears the text in `staged_persons`.
        var stagedRow: Int64
        var stagedTime: Int64
        /// The last repetition; its event's row is zero where there is none.
        var time: Int64 = 0
        var row: Int64 = 0
    }

    private let repetition: BulkStatement
    /// By the number of the person.
    private var known: [Known?] = []

    init(_ db: Database) throws {
        repetition = try BulkStatement(
            db,
            """
            INSERT INTO temp.staged_persons (person_id, timestamp, row, properties)
                SELECT person_id, ?, ?, properties FROM temp.staged_persons WHERE rowid = ?
            """)
    }

    /// - Returns: whether the text is a repetition that need not be staged now.
    func repeats(_ text: Bytes, person: Int, at time: Int64, row: Int64) -> Bool {
        guard person < known.count, var last = known[person],
            last.hash == ByteTable.hash(text, seed: Self.seed)
        else { return false }
        if time >= max(last.stagedTime, last.row == 0 ? .min : last.time) { (last.time, last.row) = (time, row) }
        known[person] = last
        return true
    }

    /// Notes a text that was staged; anything else that is staged of the person has to call ``settle(_:)`` before.
    func note(_ text: Bytes, person: Int, at time: Int64, stagedRow: Int64) {
        if known.count <= person { known.append(contentsOf: repeatElement(nil, count: person + 1 - known.count)) }
        known[person] = Known(
            hash: ByteTable.hash(text, seed: Self.seed), stagedRow: stagedRow, stagedTime: time)
    }

    /// Stages the last repetition, before something else is said of the person.
    func settle(_ person: Int) throws {
        guard person < known.count, let last = known[person] else { return }
        known[person] = nil
        try stage(last)
    }

    /// Stages all last repetitions; the numbers of persons mean nothing any more.
    func settleAll() throws {
        for last in known { if let last { try stage(last) } }
        known.removeAll(keepingCapacity: true)
    }

    private func stage(_ last: Known) throws {
        guard last.row != 0 else { return }
        try repetition.bind(last.time, at: 1)
        try repetition.bind(last.row, at: 2)
        try repetition.bind(last.stagedRow, at: 3)
        try repetition.run()
    }

    private static let seed = UInt64.random(in: .min ... .max)
}
