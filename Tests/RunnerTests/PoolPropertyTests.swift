import ResilienceTesting
import Testing

@testable import Runner

/// Whatever happens in whatever order: no more slots than allowed, every request answered once, nothing left behind.
@Suite struct PoolPropertyTests {
    /// A world that answers the pool's effects late, wrongly or not at all, and keeps books.
    private struct World {
        var state: PoolState
        var random: SeededRandom
        var now = Duration.zero
        var asked: Set<Int> = []
        var answered: [Int: Int] = [:]
        /// What is being made, and what was made and is not given up.
        var makingOrigins: Set<Int> = []
        var origins: Set<Int> = []
        var makingSlots: [Int: Int] = [:]
        var slots: Set<Int> = []
        var busy: Set<Int> = []
        var drained = 0
        var lastRequest = 0

        init(_ seed: UInt64) {
            random = SeededRandom(seed)
            var settings = PoolSettings()
            settings.target = .random(in: 0...5, using: &random)
            settings.maxSlots = .random(in: 1...8, using: &random)
            settings.maxMaking = .random(in: 1...4, using: &random)
            settings.maxQueued = .random(in: 0...6, using: &random)
            settings.maxWait = .milliseconds(Int.random(in: 0...60, using: &random))
            settings.refillInterval = .milliseconds(Int.random(in: 0...10, using: &random))
            settings.refillDelay = .milliseconds(Int.random(in: 0...20, using: &random))
            settings.maxOriginSlots = .random(in: 1...30, using: &random)
            settings.maxOriginAge = .milliseconds(Int.random(in: 1...2000, using: &random))
            settings.maxOriginFailures = .random(in: 1...3, using: &random)
            state = PoolState(settings)
        }

        mutating func take(_ event: PoolState.Event) {
            for effect in state.take(event, now: now) { perform(effect) }
            #expect(state.slots.count <= state.settings.maxSlots)
            #expect(state.making <= max(state.settings.maxMaking + 1, 1), "one more proves a new origin")
            #expect(state.queue.count <= state.settings.maxQueued)
            #expect(state.waiting.isEmpty || state.queue.isEmpty, "nobody waits while a slot does")
            #expect(slots.count + makingSlots.count == state.slots.count)
            #expect((state.nextWake(after: now) ?? .seconds(99_999)) > now)
        }

        mutating func perform(_ effect: PoolState.Effect) {
            switch effect {
            case .makeOrigin(let origin): makingOrigins.insert(origin)
            case .giveUpOrigin(let origin):
                #expect(origins.remove(origin) != nil, "given up once, after it was made")
                #expect(!makingSlots.values.contains(origin), "after its last slot")
            case .makeSlot(let slot, let origin, _):
                #expect(origins.contains(origin))
                makingSlots[slot] = origin
            case .discard(let slot):
                #expect(slots.remove(slot) != nil, "discarded once, after it was made")
                busy.remove(slot)
            case .serve(let request, let slot):
                #expect(slots.contains(slot) && busy.insert(slot).inserted, "a slot serves once")
                answered[request, default: 0] += 1
            case .refuse(let request, _): answered[request, default: 0] += 1
            case .drained:
                drained += 1
                #expect(slots.isEmpty && origins.isEmpty && makingSlots.isEmpty && makingOrigins.isEmpty)
            }
        }

        mutating func anything() {
            now += .milliseconds(Int.random(in: 0...20, using: &random))
            switch Int.random(in: 0..<100, using: &random) {
            case ..<35:
                lastRequest += 1
                asked.insert(lastRequest)
                take(.requested(lastRequest))
            case ..<40: take(.withdrawn(Int.random(in: 1...max(lastRequest, 1), using: &random)))
            case ..<60: finishSlot(fails: Int.random(in: 0..<6, using: &random) == 0)
            case ..<66: finishOrigin(fails: Int.random(in: 0..<4, using: &random) == 0)
            case ..<86: if let slot = busy.sorted().randomElement(using: &random) { take(.slotEnded(slot)) }
            case ..<89:
                let waiting = slots.subtracting(busy).sorted()
                if let slot = waiting.randomElement(using: &random) { take(.slotLost(slot)) }
            case ..<90: if let origin = origins.sorted().randomElement(using: &random) { take(.originOutdated(origin)) }
            case ..<92: nonsense()
            default:
                if let wake = state.nextWake(after: now) { now = max(now, wake) }
                take(.timePassed)
            }
        }

        /// Events about what is not there, or not in that phase.
        mutating func nonsense() {
            let number = Int.random(in: 0...state.lastNumber + 5, using: &random)
            if !busy.contains(number) { take(.slotEnded(number)) }
            if makingSlots[number] == nil { take(.slotFailed(number)) }
            if makingSlots[number] == nil, !slots.contains(number) { take(.slotMade(number)) }
            if !makingOrigins.contains(number) { take(.originFailed(number)) }
        }

        mutating func finishSlot(fails: Bool) {
            guard let slot = makingSlots.keys.sorted().randomElement(using: &random) else { return }
            makingSlots[slot] = nil
            if !fails { slots.insert(slot) }
            take(fails ? .slotFailed(slot) : .slotMade(slot))
        }

        mutating func finishOrigin(fails: Bool) {
            guard let origin = makingOrigins.sorted().randomElement(using: &random) else { return }
            makingOrigins.remove(origin)
            if !fails { origins.insert(origin) }
            take(fails ? .originFailed(origin) : .originMade(origin))
        }

        /// Shuts down, and lets everything that is under way come to its end.
        mutating func shutDown() {
            take(.drain)
            while !makingSlots.isEmpty || !makingOrigins.isEmpty || !busy.isEmpty {
                finishSlot(fails: false)
                finishOrigin(fails: Bool.random(using: &random))
                if let slot = busy.first { take(.slotEnded(slot)) }
            }
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func nothingIsLost(seed: UInt64) {
        var world = World(seed)
        for _ in 0..<400 { world.anything() }
        world.shutDown()
        #expect(world.drained == 1)
        #expect(world.slots.isEmpty && world.origins.isEmpty)
        #expect(world.answered.values.allSatisfy { $0 == 1 })
        #expect(Set(world.answered.keys) == world.asked)
        let snapshot = world.state.snapshot
        #expect(snapshot.served + snapshot.refused.values.reduce(0, +) == world.asked.count)
    }

    /// Without faults and with time enough, the pool comes to rest with its slots waiting.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func itFillsUp(seed: UInt64) {
        var world = World(seed)
        world.take(.requested(1))
        for _ in 0..<200 {
            world.finishOrigin(fails: false)
            world.finishSlot(fails: false)
            // Short of the origin's age.
            if let wake = world.state.nextWake(after: world.now), wake < world.now + .milliseconds(11),
                world.state.waiting.count < world.state.settings.target
            {
                world.now = wake
                world.take(.timePassed)
            }
        }
        let settings = world.state.settings
        let expected = max(min(settings.target, settings.maxSlots), 1)
        let isUsedUp = settings.maxOriginSlots < expected + 2 || settings.maxOriginAge < .milliseconds(500)
        #expect(world.state.waiting.count == expected || isUsedUp, "\(world.state.snapshot) \(settings)")
    }
}
