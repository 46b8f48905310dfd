import Synchronization

/// Whether the thread that has given a slot its script stays awake for it.
///
/// A small script ends, or makes its first call, before a processor that has gone idle meanwhile has been woken: in a virtual
/// machine that takes as long as a tenth of the run. But nobody is to wait for a processor because of it: the script is on
/// another one and has begun, there are two for each run, and the scripts before it were as small.
struct EarlyWatch: ~Copyable {
    typealias Instant = ContinuousClock.Instant

    /// What it may cost when nothing comes.
    static let longest = Duration.milliseconds(1)
    /// A script that has not begun by then waits for a processor.
    static let begins = Duration.microseconds(100)

    /// What the runs of this process have in common.
    final class Ledger: Sendable {
        static let shared = Ledger(processors: Processors.usable.count)

        private let processors: Int
        private let underWay = Atomic(0)
        private let credit = Atomic(maxCredit)
        private static let maxCredit = 3

        init(processors: Int) { self.processors = processors }

        /// Two for each run.
        fileprivate var hasRoom: Bool { underWay.load(ordering: .relaxed) * 2 <= processors }
        fileprivate var isWorthIt: Bool { credit.load(ordering: .relaxed) > 0 }

        fileprivate func begin() { underWay.add(1, ordering: .relaxed) }
        fileprivate func end() { underWay.subtract(1, ordering: .relaxed) }

        /// Each script that has its first word for the host in time is worth one that has not.
        fileprivate func note(isInTime: Bool) {
            // Should two threads count at once, one of them does not.
            let old = credit.load(ordering: .relaxed)
            credit.store(isInTime ? min(old + 1, Self.maxCredit) : max(old - 1, 0), ordering: .relaxed)
        }
    }

    private let ledger: Ledger
    private let start: Instant
    private let isApart: Bool
    private var isOn: Bool
    private var hasBegun = false
    private var hasSpoken = false

    /// One for each run, until its end.
    ///
    /// - Parameter isApart: whether the script has a processor that is not the caller's; of others nothing is expected.
    init(isApart: Bool, at now: Instant, _ ledger: Ledger = .shared) {
        (self.ledger, start, self.isApart) = (ledger, now, isApart)
        ledger.begin()
        isOn = isApart && ledger.isWorthIt
    }

    deinit {
        ledger.end()
        if isApart, !hasSpoken { ledger.note(isInTime: false) }
    }

    /// - Parameter hasBegun: whether the script has been received; asked until it has.
    mutating func isAwake(at now: Instant, hasBegun: () -> Bool) -> Bool {
        guard isOn else { return false }
        if !self.hasBegun { self.hasBegun = hasBegun() }
        isOn = now - start < (self.hasBegun ? Self.longest : Self.begins) && ledger.hasRoom
        return isOn
    }

    mutating func stop() { isOn = false }

    /// The script asks for something, or ends.
    mutating func spoke(at now: Instant) {
        guard isApart, !hasSpoken else { return }
        hasSpoken = true
        ledger.note(isInTime: now - start < Self.longest)
    }
}
