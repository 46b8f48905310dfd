import AirlockCore
import Broker
import ResilienceTesting
import Synchronization
import Testing

@testable import Runner

/// The shell around the pool's decisions, over slots that are nothing but numbers.
@Suite(.timeLimit(.minutes(1))) struct SlotPoolTests {
    /// Makes what it is asked for, unless it is told otherwise.
    private final class Numbers: SlotSource {
        struct State {
            var fails = false
            var isCurrent = true
            var dead: Set<Int> = []
            var last = 0
            var slots: Set<Int> = []
            var origins: Set<Int> = []
        }

        let state = Mutex(State())

        func makeOrigin() async throws(AirlockError) -> Int {
            try next { $0.origins.insert($1) }
        }

        func isCurrent(_ origin: Int) -> Bool { state.withLock { $0.isCurrent } }

        func makeSlot(from origin: Int, inHurry: Bool) async throws(AirlockError) -> Int {
            await Task.yield()
            return try next { $0.slots.insert($1) }
        }

        func isWaiting(_ slot: Int) -> Bool { state.withLock { !$0.dead.contains(slot) } }

        func discard(_ slot: Int) async {
            await Task.yield()
            state.withLock { _ = $0.slots.remove(slot) }
        }

        func giveUp(_ origin: Int) async { state.withLock { _ = $0.origins.remove(origin) } }

        private func next(_ keep: (inout State, Int) -> Void) throws(AirlockError) -> Int {
            let number = state.withLock { state -> Int? in
                guard !state.fails else { return nil }
                state.last += 1
                keep(&state, state.last)
                return state.last
            }
            guard let number else { throw AirlockError(.interpreterUnavailable, "none to be had") }
            return number
        }

        var isEmpty: Bool { state.withLock { $0.slots.isEmpty && $0.origins.isEmpty } }
    }

    private func fail(_ what: Comment) { Issue.record(what) }

    private func settings() -> PoolSettings {
        var settings = PoolSettings()
        (settings.target, settings.maxSlots) = (2, 4)
        settings.maxWait = .seconds(30)
        return settings
    }

    private func pool(_ source: Numbers) -> SlotPool<Numbers> { SlotPool(source, settings: settings()) }

    /// Until the pool says so; the suite's time limit ends what never comes.
    private func until(_ pool: SlotPool<Numbers>, _ condition: (PoolSnapshot) -> Bool) async {
        while !condition(pool.snapshot) { await Task.yield() }
    }

    private func warm(_ pool: SlotPool<Numbers>) async {
        guard case .refused(.starting, nil) = await pool.slot() else { return fail("not starting") }
        await until(pool) { $0.waiting == 2 && $0.making == 0 }
    }

    @Test func aWaitingSlotIsGivenToOneRequest() async throws {
        let source = Numbers()
        let pool = pool(source)
        await warm(pool)
        guard case .slot(let first) = await pool.slot(), case .slot(let second) = await pool.slot() else {
            return fail("no slot")
        }
        #expect(first.slot != second.slot)
        pool.ended(first)
        pool.ended(second)
        await until(pool) { $0.waiting == 2 && $0.busy == 0 }
        await pool.drain()
        #expect(source.isEmpty)
        guard case .refused(.draining, nil) = await pool.slot() else { return fail("given after the end") }
    }

    @Test func manyRequestsAtOnceAreAllServed() async {
        let source = Numbers()
        let pool = pool(source)
        await warm(pool)
        let served = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    guard case .slot(let lease) = await pool.slot() else { return false }
                    await Task.yield()
                    pool.ended(lease)
                    return true
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(served == 100)
        #expect(pool.snapshot.served == 100 && pool.snapshot.waits.count == 100)
        await pool.drain()
        #expect(source.isEmpty)
    }

    @Test func cancellingGivesUp() async {
        let source = Numbers()
        let pool = pool(source)
        await warm(pool)
        var leases: [SlotPool<Numbers>.Lease] = []
        for _ in 0..<4 { if case .slot(let lease) = await pool.slot() { leases.append(lease) } }
        #expect(leases.count == 4)
        let waiting = Task { await pool.slot() }
        await until(pool) { $0.queued == 1 }
        waiting.cancel()
        guard case .refused(.withdrawn, _) = await waiting.value else { return fail("served") }
        for lease in leases { pool.ended(lease) }
        await pool.drain()
        #expect(source.isEmpty)
    }

    @Test func failuresAreSaidWithTheirCause() async {
        let source = Numbers()
        source.state.withLock { $0.fails = true }
        let pool = pool(source)
        _ = await pool.slot()
        await until(pool) { $0.failures > 0 }
        guard case .refused(.failing, let cause?) = await pool.slot() else { return fail("not failing") }
        #expect(cause.message == "none to be had")
        await pool.drain()
        #expect(source.isEmpty)
    }

    @Test func whatChangedOrDiedIsNotUsed() async {
        let source = Numbers()
        let pool = pool(source)
        await warm(pool)
        let old = source.state.withLock { state in
            state.dead = [state.slots.min() ?? 0]
            return state.slots
        }
        guard case .slot(let lease) = await pool.slot() else { return fail("no slot") }
        #expect(lease.slot != old.min())
        pool.ended(lease)
        source.state.withLock { $0.isCurrent = false }
        guard case .refused = await pool.slot() else { return fail("served by an old one") }
        source.state.withLock { $0.isCurrent = true }
        await until(pool) { $0.waiting == 2 }
        #expect(source.state.withLock { $0.slots.isDisjoint(with: old) })
        await pool.drain()
        #expect(source.isEmpty)
    }

    @Test func aQueuedRequestIsRefusedInTime() async {
        let (source, clock) = (Numbers(), ManualClock())
        let pool = SlotPool(
            source, settings: settings(),
            clock: BrokerClock(
                now: { clock.now }, sleep: { time in try await clock.sleep(until: clock.now + time) }))
        _ = await pool.slot()
        var leases: [SlotPool<Numbers>.Lease] = []
        while leases.count < 4 {
            clock.advance(by: .milliseconds(3))
            if case .slot(let lease) = await pool.slot() { leases.append(lease) }
            // The pool's own tasks may have this thread only.
            await Task.yield()
        }
        let waiting = Task { await pool.slot() }
        await until(pool) { $0.queued == 1 }
        while clock.sleeping == 0 { await Task.yield() }
        clock.advance(by: .seconds(31))
        guard case .refused(.timedOut, nil) = await waiting.value else { return fail("not refused") }
        for lease in leases { pool.ended(lease) }
        await pool.drain()
        #expect(source.isEmpty)
    }
}
