/// Successes and failures of the last span, in ten slices: bounded memory, and a call is forgotten between nine and
/// ten tenths of the span after it was made.
struct OutcomeWindow: Sendable {
    static let slices = 10

    private struct Slice {
        var number = Int64.min
        var successes = 0
        var failures = 0
    }

    private let sliceNanoseconds: Int64
    private var ring = [Slice](repeating: Slice(), count: OutcomeWindow.slices)

    init(_ span: Duration) { sliceNanoseconds = max(span.nanoseconds / Int64(Self.slices), 1) }

    mutating func record(failure: Bool, now: Duration) {
        let number = number(now)
        let place = Int(number % Int64(Self.slices))
        if ring[place].number != number { ring[place] = Slice(number: number) }
        if failure { ring[place].failures += 1 } else { ring[place].successes += 1 }
    }

    func totals(now: Duration) -> (calls: Int, failures: Int) {
        let oldest = number(now) - Int64(Self.slices) + 1
        return ring.reduce(into: (0, 0)) { totals, slice in
            guard slice.number >= oldest else { return }
            totals.0 += slice.successes + slice.failures
            totals.1 += slice.failures
        }
    }

    private func number(_ now: Duration) -> Int64 { now.nanoseconds / sliceNanoseconds }
}
