public import AirlockCore
public import Broker
import Synchronization

/// Keeps slots waiting, and gives each to one request: performs what ``PoolState`` decides.
///
/// Makes nothing before the first request, which only sets it going. Has to be drained in the end.
public final class SlotPool<Source: SlotSource>: Sendable {
    /// A slot in the hands of one request, which says with ``SlotPool/ended(_:)`` that it is done.
    public struct Lease: Sendable {
        public let slot: Source.Slot
        let number: Int
    }

    public enum Answer: Sendable {
        case slot(Lease)
        /// With what kept the last slot or origin from being made, where that is the reason.
        case refused(PoolRefusal, cause: AirlockError?)
    }

    private struct Core {
        var state: PoolState
        var asking: [Int: CheckedContinuation<Answer, Never>] = [:]
        var slots: [Int: Source.Slot] = [:]
        var origins: [Int: Source.Origin] = [:]
        var lastRequest = 0
        var lastError: AirlockError?
        var effects: [PoolState.Effect] = []
        var isPerforming = false
        var timer: (moment: Duration, task: Task<Void, Never>)?
        /// Slots and origins that are being taken away.
        var leaving = 0
        var isDrained = false
        var drainers: [CheckedContinuation<Void, Never>] = []
    }

    private let source: Source
    private let clock: BrokerClock
    private let core: Mutex<Core>

    public init(_ source: Source, settings: PoolSettings = PoolSettings(), clock: BrokerClock = .continuous) {
        self.source = source
        self.clock = clock
        core = Mutex(Core(state: PoolState(settings)))
    }

    public var snapshot: PoolSnapshot { core.withLock { $0.state.snapshot } }

    /// A slot, or why there is none. Waits for at most ``PoolSettings/maxWait``; cancelling the task gives up at once.
    ///
    /// - Parameter putsOff: whether what else there is to do, as to make other slots, is left to ``attend()`` where a slot
    ///   was waiting: the caller's script comes first.
    public func slot(putsOff: Bool = false) async -> Answer {
        look()
        let (number, lease) = core.withLock { core in
            core.lastRequest += 1
            return (core.lastRequest, takeWaiting(for: core.lastRequest, &core))
        }
        if let lease {
            if !putsOff { attend() }
            return .slot(lease)
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                core.withLock { $0.asking[number] = continuation }
                apply(.requested(number))
                // The cancellation may have come before there was anything to withdraw.
                if Task.isCancelled { apply(.withdrawn(number)) }
            }
        } onCancel: {
            apply(.withdrawn(number))
        }
    }

    /// The slot that a request which came now would be given; `nil` if none waits.
    var next: Source.Slot? { core.withLock { core in core.state.waiting.last.flatMap { core.slots[$0] } } }

    public func ended(_ lease: Lease) { apply(.slotEnded(lease.number)) }

    /// Does what ``slot(putsOff:)`` put off.
    public func attend() { apply(nil) }

    /// The same, where slots are to be made or given up: whoever comes next would have to do it first.
    public func attendIfNeeded() { if core.withLock({ !$0.effects.isEmpty }) { attend() } }

    /// A slot that waits, for a request that nobody else can be before.
    private func takeWaiting(for request: Int, _ core: inout Core) -> Lease? {
        guard !core.isPerforming, core.effects.isEmpty, core.state.queue.isEmpty, let number = core.state.waiting.last,
            let slot = core.slots[number]
        else { return nil }
        let served = PoolState.Effect.serve(request: request, slot: number)
        core.effects = core.state.take(.requested(request), now: clock.now())
        guard let place = core.effects.firstIndex(of: served) else { return nil }
        core.effects.remove(at: place)
        return Lease(slot: slot, number: number)
    }

    /// Gives no more slots, ends those that wait, and returns when those in use have ended too and all is gone.
    public func drain() async {
        apply(.drain)
        await withCheckedContinuation { continuation in
            let isGone = core.withLock { core in
                if core.isDrained, core.leaving == 0 { return true }
                core.drainers.append(continuation)
                return false
            }
            if isGone { continuation.resume() }
        }
    }

    /// Whether what is there can still be used: an interpreter changes on disk, a process dies.
    private func look() {
        let (current, waiting) = core.withLock { core in
            let number = core.state.current
            return (
                number.flatMap { number in core.origins[number].map { (number, $0) } },
                core.state.waiting.compactMap { number in core.slots[number].map { (number, $0) } }
            )
        }
        if let current, !source.isCurrent(current.1) { return apply(.originOutdated(current.0)) }
        // In the order in which they are given.
        for (number, slot) in waiting.reversed() {
            if source.isWaiting(slot) { return }
            apply(.slotLost(number))
        }
    }

    // MARK: Events and effects

    /// - Parameter event: `nil` for what was left to do.
    private func apply(_ event: PoolState.Event?) {
        let isFirst = core.withLock { core in
            if let event { core.effects += core.state.take(event, now: clock.now()) }
            defer { core.isPerforming = core.isPerforming || !core.effects.isEmpty }
            return !core.isPerforming && !core.effects.isEmpty
        }
        if isFirst { performAll() }
        wind()
    }

    /// One thread at a time performs effects, so that they keep their order, and none does so under the lock, so that
    /// whoever is answered may call back.
    private func performAll() {
        while true {
            let effects = core.withLock { core in
                defer { core.effects = [] }
                core.isPerforming = !core.effects.isEmpty
                return core.effects
            }
            if effects.isEmpty { return }
            for effect in effects { perform(effect) }
        }
    }

    private func perform(_ effect: PoolState.Effect) {
        switch effect {
        case .makeOrigin(let number): Task { await makeOrigin(number) }
        case .makeSlot(let number, let origin, let inHurry):
            Task { await makeSlot(number, from: origin, inHurry: inHurry) }
        case .discard(let number):
            guard let slot = core.withLock({ $0.slots.removeValue(forKey: number) }) else { return }
            leave { [source] in await source.discard(slot) }
        case .giveUpOrigin(let number):
            guard let origin = core.withLock({ $0.origins.removeValue(forKey: number) }) else { return }
            leave { [source] in await source.giveUp(origin) }
        case .serve(let request, let slot):
            let (continuation, lease) = core.withLock { core in
                (core.asking.removeValue(forKey: request), core.slots[slot].map { Lease(slot: $0, number: slot) })
            }
            guard let lease else { return }
            continuation?.resume(returning: .slot(lease))
        case .refuse(let request, let reason):
            let (continuation, error) = core.withLock { ($0.asking.removeValue(forKey: request), $0.lastError) }
            continuation?.resume(returning: .refused(reason, cause: reason == .failing ? error : nil))
        case .drained:
            core.withLock { $0.isDrained = true }
            finishIfGone()
        }
    }

    private func makeOrigin(_ number: Int) async {
        do throws(AirlockError) {
            let origin = try await source.makeOrigin()
            core.withLock { $0.origins[number] = origin }
            apply(.originMade(number))
        } catch {
            core.withLock { $0.lastError = error }
            apply(.originFailed(number))
        }
    }

    private func makeSlot(_ number: Int, from origin: Int, inHurry: Bool) async {
        // An origin is given up after its last slot only, those that are being made included.
        guard let origin = core.withLock({ $0.origins[origin] }) else { return apply(.slotFailed(number)) }
        do throws(AirlockError) {
            let slot = try await source.makeSlot(from: origin, inHurry: inHurry)
            core.withLock { $0.slots[number] = slot }
            apply(.slotMade(number))
        } catch {
            core.withLock { $0.lastError = error }
            apply(.slotFailed(number))
        }
    }

    private func leave(_ body: @escaping @Sendable () async -> Void) {
        core.withLock { $0.leaving += 1 }
        Task {
            await body()
            core.withLock { $0.leaving -= 1 }
            finishIfGone()
        }
    }

    private func finishIfGone() {
        let drainers = core.withLock { core in
            guard core.isDrained, core.leaving == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { core.drainers = [] }
            return core.drainers
        }
        for drainer in drainers { drainer.resume() }
    }

    /// Sets the timer to what the state waits for now.
    private func wind() {
        core.withLock { core in
            let now = clock.now()
            // One that comes too early costs less than to set it anew with each request.
            guard let moment = core.state.nextWake(after: now), core.timer.map({ moment < $0.moment }) ?? true else {
                return
            }
            core.timer?.task.cancel()
            let task = Task { [clock] in
                do { try await clock.sleep(moment - now) } catch { return }
                self.timePassed(moment)
            }
            core.timer = (moment, task)
        }
    }

    private func timePassed(_ moment: Duration) {
        core.withLock { core in
            if core.timer?.moment == moment { core.timer = nil }
        }
        apply(.timePassed)
    }
}
