/// What a pool does of its own accord, after every event.
extension PoolState {
    mutating func work(_ now: Duration) {
        guard !isDraining else {
            if slots.isEmpty, origins.isEmpty, !isDrained {
                isDrained = true
                emit(.drained)
            }
            return
        }
        while !queue.isEmpty, !waiting.isEmpty { serve(queue.removeFirst(), now) }
        expire(now)
        startOrigin(now)
        proveSuccessor(now)
        makeForQueue(now)
        refill(now)
        refuseHopeless(now)
    }

    /// When ``Event/timePassed`` is due, after `now`; `nil` when nothing is waited for.
    func nextWake(after now: Duration) -> Duration? {
        guard !isDraining else { return nil }
        var moments: [Duration] = [retryAt]
        if let first = queue.first { moments.append(first.since + settings.maxWait) }
        if successor == nil, let current, let origin = origins[current] {
            moments.append(origin.since + settings.maxOriginAge)
        }
        if wantsRefill(now) { moments.append(nextRefill) }
        if let lastServed { moments.append(lastServed + settings.refillDelay) }
        // What could be done by now was done.
        return moments.filter { $0 > now }.min()
    }

    /// Requests come in the order of their ends.
    private mutating func expire(_ now: Duration) {
        while let first = queue.first, now >= first.since + settings.maxWait {
            queue.removeFirst()
            refuse(first.number, .timedOut)
        }
    }

    private func isWornOut(_ origin: Origin, at now: Duration) -> Bool {
        origin.asked >= settings.maxOriginSlots || now >= origin.since + settings.maxOriginAge
    }

    private mutating func startOrigin(_ now: Duration) {
        guard successor == nil, now >= retryAt else { return }
        if let current, let origin = origins[current], !isWornOut(origin, at: now) { return }
        lastNumber += 1
        successor = lastNumber
        origins[lastNumber] = Origin(since: now)
        emit(.makeOrigin(lastNumber))
    }

    /// Its first slot shows whether it is any good, and takes the place of a waiting one where there is no other.
    private mutating func proveSuccessor(_ now: Duration) {
        guard let successor, let origin = origins[successor], origin.isMade, origin.slots == 0, now >= retryAt,
            making <= settings.maxMaking
        else { return }
        if slots.count >= settings.maxSlots {
            guard let oldest = waiting.first else { return }
            drop(oldest)
        }
        make(from: successor)
    }

    private mutating func makeForQueue(_ now: Duration) {
        guard let current, now >= retryAt else { return }
        while queue.count > makingFrom(current), canMake { make(from: current, inHurry: true) }
    }

    private func wantsRefill(_ now: Duration) -> Bool {
        guard let current, canMake else { return false }
        let wanted = isBusy(now) ? (settings.target + 3) / 4 : settings.target
        return waiting.count + makingFrom(current) - queue.count < wanted
    }

    /// A request was served a moment ago: a slot in the making takes a processor from its script, or from the next one.
    private func isBusy(_ now: Duration) -> Bool { lastServed.map { now < $0 + settings.refillDelay } ?? false }

    private mutating func refill(_ now: Duration) {
        guard let current, now >= retryAt else { return }
        while now >= nextRefill, wantsRefill(now) {
            nextRefill = now + settings.refillInterval
            // As long as one waits, there is time to make a good one.
            make(from: current, inHurry: isBusy(now) && waiting.isEmpty)
        }
    }

    private var canMake: Bool { slots.count < settings.maxSlots && making < settings.maxMaking }

    private func makingFrom(_ origin: Int) -> Int { slots.values.count { $0.phase == .making && $0.origin == origin } }

    private mutating func make(from origin: Int, inHurry: Bool = false) {
        lastNumber += 1
        slots[lastNumber] = Slot(origin: origin)
        origins[origin]?.asked += 1
        origins[origin]?.slots += 1
        emit(.makeSlot(lastNumber, origin: origin, inHurry: inHurry))
    }

    /// Where nothing is under way that could serve it soon, a request is better off without.
    private mutating func refuseHopeless(_ now: Duration) {
        let isStuck = current.map { now < retryAt && makingFrom($0) == 0 } ?? true
        guard isStuck else { return }
        for request in queue { refuse(request.number, whyNone) }
        queue = []
    }
}
