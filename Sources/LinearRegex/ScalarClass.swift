/// A set of Unicode scalars, as a class or an escape denotes it.
struct ScalarClass: Sendable {
    /// Sorted, apart from each other.
    private let ranges: [ClosedRange<UInt32>]
    private let tests: [PropertyTest]
    private let negated: Bool
    private let foldsCase: Bool
    /// The answers for ASCII, one bit each.
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// Whether a scalar beyond ASCII may be a member; `true` when that is not known.
    var mayHoldNonASCII: Bool { negated || !tests.isEmpty || foldsCase || (ranges.last?.upperBound ?? 0) > 0x7F }

    init(_ items: ClassItems, negated: Bool, foldsCase: Bool) {
        var items = items
        if foldsCase { items.addFolds() }
        ranges = items.normalised()
        tests = items.tests
        self.negated = negated
        self.foldsCase = foldsCase
        for scalar in UInt32(0)..<64 where decide(scalar) { low |= 1 << UInt64(scalar) }
        for scalar in UInt32(64)..<128 where decide(scalar) { high |= 1 << UInt64(scalar - 64) }
    }

    @inline(__always)
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return low & (1 << UInt64(scalar)) != 0 }
        if scalar < 128 { return high & (1 << UInt64(scalar - 64)) != 0 }
        return decide(scalar)
    }

    private func decide(_ scalar: UInt32) -> Bool {
        if holds(scalar) { return !negated }
        guard foldsCase else { return negated }
        return CaseFolding.variants(of: scalar).contains(where: holds) != negated
    }

    private func holds(_ scalar: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
        }
        if low < ranges.count, ranges[low].lowerBound <= scalar { return true }
        guard !tests.isEmpty, let scalar = Unicode.Scalar(scalar) else { return false }
        return tests.contains { $0.holds(for: scalar) }
    }
}

/// The members of a class while it is being read.
struct ClassItems {
    var ranges: [ClosedRange<UInt32>] = []
    var tests: [PropertyTest] = []

    static let all = ClassItems(ranges: [0...0x10FFFF])

    init(ranges: [ClosedRange<UInt32>] = [], tests: [PropertyTest] = []) {
        self.ranges = ranges
        self.tests = tests
    }

    mutating func add(_ scalar: UInt32) { ranges.append(scalar...scalar) }

    mutating func add(_ other: ClassItems) {
        ranges += other.ranges
        tests += other.tests
    }

    /// The complement; only for items without property tests.
    var complement: ClassItems {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in normalised() {
            if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ClassItems(ranges: gaps)
    }

    func normalised() -> [ClosedRange<UInt32>] {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// Adds the case variants of the members, where there are few enough to list: the text's scalars are folded too,
    /// so this only adds what folds *from* several forms to one (`ſ` in a class, `s` in the text).
    fileprivate mutating func addFolds() {
        let listed = normalised()
        guard listed.reduce(0, { $0 + $1.count }) <= 256 else { return }
        for range in listed {
            for scalar in range { ranges += CaseFolding.variants(of: scalar).map { $0...$0 } }
        }
    }
}
