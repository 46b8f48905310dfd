/// Which slot serves which request, and when slots are made and given up: events and the time in, effects out.
///
/// A slot serves one request, once. It is made from an *origin* (a zygote), which is replaced when it has become old or
/// was used often; the new one takes over with its first slot. Requests, slots and origins are known by numbers here.
struct PoolState {
    enum Event: Hashable {
        /// Somebody wants a slot; the number is new.
        case requested(Int)
        /// Does so no longer; without effect once it was answered.
        case withdrawn(Int)
        case originMade(Int)
        case originFailed(Int)
        /// The origin must not be used any more, as when its interpreter has changed on disk.
        case originOutdated(Int)
        case slotMade(Int)
        case slotFailed(Int)
        /// A slot that waited has ended.
        case slotLost(Int)
        /// A request is done with its slot.
        case slotEnded(Int)
        /// ``nextWake`` has come.
        case timePassed
        case drain
    }

    enum Effect: Hashable {
        case makeOrigin(Int)
        /// Each origin that was made is given up once, after its last slot.
        case giveUpOrigin(Int)
        /// In a hurry while requests come faster than the pool can be filled.
        case makeSlot(Int, origin: Int, inHurry: Bool = false)
        /// Each slot that was made is discarded once.
        case discard(Int)
        /// Each request is answered once.
        case serve(request: Int, slot: Int)
        case refuse(request: Int, PoolRefusal)
        /// Nothing is left, and nothing will be made.
        case drained
    }

    enum Phase { case making, waiting, busy }

    struct Slot {
        var origin: Int
        var phase = Phase.making
    }

    struct Origin {
        var isMade = false
        /// No slots are made from it any more.
        var isRetired = false
        var since: Duration
        /// All slots that were asked of it.
        var asked = 0
        /// Those that are still there.
        var slots = 0
        /// In a row.
        var failures = 0
    }

    struct Request {
        var number: Int
        var since: Duration
    }

    let settings: PoolSettings
    var slots: [Int: Slot] = [:]
    /// The slots that wait, the longest waiting first.
    var waiting: [Int] = []
    var queue: [Request] = []
    var origins: [Int: Origin] = [:]
    /// What slots are made from; `nil` as long as none has given one.
    var current: Int?
    /// What takes its place with its first slot.
    var successor: Int?
    var lastNumber = 0
    /// In a row, over all origins.
    var failures = 0
    /// Nothing is made before.
    var retryAt = Duration.zero
    var nextRefill = Duration.zero
    /// When a request was last given a slot.
    var lastServed: Duration?
    var isDraining = false
    var isDrained = false
    var count = PoolSnapshot()
    private var effects: [Effect] = []

    init(_ settings: PoolSettings) { self.settings = settings }

    /// - Parameter now: the time since any fixed moment; never goes back.
    mutating func take(_ event: Event, now: Duration) -> [Effect] {
        switch event {
        case .requested(let request): requested(request, now)
        case .withdrawn(let request): withdrawn(request)
        case .originMade(let origin): originMade(origin, now)
        case .originFailed(let origin): originFailed(origin, now)
        case .originOutdated(let origin): retire(origin)
        case .slotMade(let slot): slotMade(slot)
        case .slotFailed(let slot): slotGone(slot, in: .making, now)
        case .slotLost(let slot): slotGone(slot, in: .waiting, now)
        case .slotEnded(let slot): slotGone(slot, in: .busy, now)
        case .timePassed: break
        case .drain: drain()
        }
        work(now)
        defer { effects = [] }
        return effects
    }

    mutating func emit(_ effect: Effect) { effects.append(effect) }

    var making: Int { slots.values.count { $0.phase == .making } }

    var snapshot: PoolSnapshot {
        var snapshot = count
        snapshot.waiting = waiting.count
        snapshot.making = making
        snapshot.busy = slots.count - waiting.count - snapshot.making
        snapshot.queued = queue.count
        snapshot.origins = origins.count
        snapshot.isDraining = isDraining
        return snapshot
    }

    // MARK: Requests

    private mutating func requested(_ number: Int, _ now: Duration) {
        let request = Request(number: number, since: now)
        if isDraining {
            refuse(number, .draining)
        } else if !waiting.isEmpty {
            serve(request, now)
        } else if current == nil {
            // Whoever waited for the first slot would wait longer than a cold start takes.
            refuse(number, whyNone)
        } else if queue.count >= settings.maxQueued {
            refuse(number, .queueFull)
        } else {
            queue.append(request)
        }
    }

    /// Why there is nothing that slots are made from.
    var whyNone: PoolRefusal { failures > 0 ? .failing : .starting }

    private mutating func withdrawn(_ number: Int) {
        guard let place = queue.firstIndex(where: { $0.number == number }) else { return }
        queue.remove(at: place)
        refuse(number, .withdrawn)
    }

    mutating func serve(_ request: Request, _ now: Duration) {
        // The one made last: more of it is still in the processor's caches.
        let slot = waiting.removeLast()
        slots[slot]?.phase = .busy
        lastServed = now
        count.served += 1
        if request.since == now { count.servedAtOnce += 1 }
        count.waits.add(now - request.since)
        emit(.serve(request: request.number, slot: slot))
    }

    mutating func refuse(_ number: Int, _ reason: PoolRefusal) {
        count.refused[reason, default: 0] += 1
        emit(.refuse(request: number, reason))
    }

    // MARK: Slots

    private mutating func slotMade(_ number: Int) {
        guard let slot = slots[number], slot.phase == .making, let origin = origins[slot.origin] else { return }
        count.made += 1
        guard !origin.isRetired else {
            emit(.discard(number))
            return forget(number)
        }
        failures = 0
        origins[slot.origin]?.failures = 0
        if slot.origin == successor {
            if let current { retire(current) }
            (current, successor) = (successor, nil)
        }
        slots[number]?.phase = .waiting
        waiting.append(number)
    }

    /// - Parameter phase: the one that the event speaks of.
    private mutating func slotGone(_ number: Int, in phase: Phase, _ now: Duration) {
        guard let slot = slots[number], slot.phase == phase else { return }
        if phase == .waiting { waiting.removeAll { $0 == number } }
        if phase != .making { emit(.discard(number)) }
        let counts = phase != .busy && origins[slot.origin]?.isRetired == false
        forget(number)
        guard counts else { return }
        failed(now)
        origins[slot.origin]?.failures += 1
        if slot.origin == successor || origins[slot.origin]?.failures ?? 0 >= settings.maxOriginFailures {
            retire(slot.origin)
        }
    }

    /// Ends a slot that waits.
    mutating func drop(_ number: Int) {
        emit(.discard(number))
        waiting.removeAll { $0 == number }
        forget(number)
    }

    /// The slot is nobody's any more.
    private mutating func forget(_ number: Int) {
        guard let slot = slots.removeValue(forKey: number) else { return }
        origins[slot.origin]?.slots -= 1
        giveUpIfEmpty(slot.origin)
    }

    private mutating func failed(_ now: Duration) {
        count.failures += 1
        failures += 1
        var pause = settings.backOff
        for _ in 1..<max(failures, 1) where pause < settings.maxBackOff { pause = pause * 2 }
        retryAt = now + min(pause, settings.maxBackOff)
    }

    // MARK: Origins

    private mutating func originMade(_ number: Int, _ now: Duration) {
        guard origins[number]?.isMade == false else { return }
        origins[number]?.isMade = true
        origins[number]?.since = now
        giveUpIfEmpty(number)
    }

    private mutating func originFailed(_ number: Int, _ now: Duration) {
        guard let origin = origins[number], !origin.isMade else { return }
        origins[number] = nil
        if successor == number { successor = nil }
        if !origin.isRetired { failed(now) }
    }

    /// Its waiting slots go at once, those in use when they are done, and the origin with the last of them.
    private mutating func retire(_ number: Int) {
        guard origins[number]?.isRetired == false else { return }
        origins[number]?.isRetired = true
        if current == number { current = nil }
        if successor == number { successor = nil }
        for slot in waiting where slots[slot]?.origin == number { drop(slot) }
        giveUpIfEmpty(number)
    }

    private mutating func giveUpIfEmpty(_ number: Int) {
        guard let origin = origins[number], origin.isRetired, origin.isMade, origin.slots == 0 else { return }
        origins[number] = nil
        emit(.giveUpOrigin(number))
    }

    private mutating func drain() {
        isDraining = true
        for request in queue { refuse(request.number, .draining) }
        queue = []
        for number in Array(origins.keys).sorted() { retire(number) }
    }
}
