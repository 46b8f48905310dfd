import Glibc

/// Looks out for the next request for a moment before the supervising thread sleeps.
///
/// A script that makes one small call after another asks again some microseconds after its answer. To be woken takes several
/// times as long where the processor has gone idle meanwhile, and longest in a virtual machine. The kernel's own idle loop
/// does the same (Documentation/virt/guest-halt-polling.rst). Others that want the processor, the script first of all, get it
/// each time (sched_yield(2)), and nobody is looked out for that has not shown, by the last two calls, that it may ask soon.
struct BriefWait {
    typealias Instant = ContinuousClock.Instant

    /// What it may cost when nothing comes.
    static let longest = Duration.microseconds(150)
    /// A request that came so soon after the answer before it, the time to wake included, might have been met awake.
    static let soon = Duration.microseconds(200)

    private var lastAnswer: Instant?
    private(set) var pays = false

    /// A request has come.
    mutating func asked(at now: Instant) {
        guard let answer = lastAnswer.take() else { return }
        pays = now - answer <= Self.soon
    }

    /// A request was answered, and nothing else is left to do.
    mutating func answered(at now: Instant) { lastAnswer = now }

    /// Looks out for the next, where that pays.
    ///
    /// - Parameter now: when the last one was answered.
    /// - Parameter isReady: whether there is something to do; does not wait.
    /// - Returns: whether there is.
    mutating func watch(from now: Instant, _ isReady: () -> Bool) -> Bool {
        guard pays else { return false }
        repeat {
            if isReady() { return true }
            sched_yield()
        } while ContinuousClock.now - now < Self.longest
        pays = false
        return false
    }
}
