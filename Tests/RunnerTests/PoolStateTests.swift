import AirlockCore
import Testing

@testable import Runner

/// The pool's decisions, event by event.
@Suite struct PoolStateTests {
    private static func settings(_ change: (inout PoolSettings) -> Void = { _ in }) -> PoolSettings {
        var settings = PoolSettings()
        (settings.target, settings.maxSlots, settings.maxMaking) = (2, 4, 2)
        settings.refillInterval = .milliseconds(10)
        settings.refillDelay = .zero
        settings.maxWait = .milliseconds(50)
        settings.backOff = .milliseconds(100)
        settings.maxBackOff = .milliseconds(400)
        change(&settings)
        return settings
    }

    /// One step of a story: at this millisecond, this event, and what follows from it.
    private struct Step {
        var at: Int
        var event: PoolState.Event
        var effects: [PoolState.Effect]

        init(_ at: Int, _ event: PoolState.Event, _ effects: [PoolState.Effect] = []) {
            (self.at, self.event, self.effects) = (at, event, effects)
        }
    }

    @discardableResult private func play(
        _ steps: [Step], _ settings: PoolSettings = settings(), _ location: SourceLocation = #_sourceLocation
    ) -> PoolState {
        var state = PoolState(settings)
        for (index, step) in steps.enumerated() {
            let effects = state.take(step.event, now: .milliseconds(step.at))
            #expect(effects == step.effects, "step \(index): \(step.event)", sourceLocation: location)
        }
        return state
    }

    /// Origin 1 gave slot 2, and is refilling with slot 3.
    private static let start = [
        Step(0, .requested(1), [.refuse(request: 1, .starting), .makeOrigin(1)]),
        Step(1, .originMade(1), [.makeSlot(2, origin: 1)]),
        Step(20, .slotMade(2), [.makeSlot(3, origin: 1)]),
    ]

    @Test func theFirstRequestSetsItGoingAndGoesWithout() {
        let state = play(Self.start + [Step(21, .slotMade(3))])
        #expect(state.snapshot.waiting == 2 && state.snapshot.made == 2 && state.snapshot.refused == [.starting: 1])
        #expect(state.nextWake(after: .milliseconds(21)) == .milliseconds(1) + .seconds(600), "the origin's age")
    }

    @Test func aWaitingSlotServesAtOnceAndIsReplaced() {
        let state = play(
            Self.start + [
                Step(21, .slotMade(3)),
                Step(40, .requested(2), [.serve(request: 2, slot: 3), .makeSlot(4, origin: 1)]),
                // Not before the next refill is due.
                Step(41, .requested(3), [.serve(request: 3, slot: 2)]),
                Step(50, .timePassed, [.makeSlot(5, origin: 1)]), Step(51, .slotEnded(2), [.discard(2)]),
                Step(51, .slotEnded(2)),
            ])
        #expect(state.snapshot.servedAtOnce == 2 && state.snapshot.busy == 1 && state.snapshot.making == 2)
    }

    @Test func nothingIsMadeInTheWayOfAScriptThatHasJustBegun() {
        let patient = Self.settings { ($0.target, $0.maxSlots, $0.refillDelay) = (2, 6, .milliseconds(8)) }
        let start = Self.start + [Step(21, .slotMade(3))]
        // One of two will do for a while: the next request may come at once.
        let state = play(
            start + [
                Step(40, .requested(2), [.serve(request: 2, slot: 3)]), Step(42, .slotEnded(3), [.discard(3)]),
                Step(47, .timePassed), Step(48, .timePassed, [.makeSlot(4, origin: 1)]),
            ], patient)
        #expect(state.snapshot.making == 1)
        // None is less than a quarter, and whoever comes next will not wait for a rehearsal.
        play(
            start + [
                Step(40, .requested(2), [.serve(request: 2, slot: 3)]),
                Step(41, .requested(3), [.serve(request: 3, slot: 2), .makeSlot(4, origin: 1, inHurry: true)]),
            ], patient)
    }

    @Test func onlyWhereNoneIsLeftIsThereNoTimeForARehearsal() {
        let patient = Self.settings { ($0.target, $0.maxSlots, $0.refillDelay) = (5, 8, .milliseconds(30)) }
        var (state, now) = (PoolState(patient), Duration.zero)
        func made(_ event: PoolState.Event, after pause: Duration = .milliseconds(20)) -> [Bool] {
            now += pause
            return state.take(event, now: now).compactMap { effect in
                if case .makeSlot(_, _, let inHurry) = effect { inHurry } else { nil }
            }
        }
        _ = (made(.requested(1)), made(.originMade(1)))
        while let slot = state.slots.first(where: { $0.value.phase == .making })?.key {
            #expect(made(.slotMade(slot)) == [false] || state.waiting.count == 5)
        }
        for request in 2..<5 { #expect(made(.requested(request), after: .zero) == []) }
        #expect(made(.requested(5), after: .zero) == [false], "one is left")
        #expect(made(.requested(6), after: .zero) == [])
        #expect(made(.timePassed, after: patient.refillInterval) == [true], "none is left")
    }

    @Test func itWakesForWhatItPutOff() {
        let patient = Self.settings { $0.refillDelay = .milliseconds(8) }
        let state = play(
            Self.start + [Step(21, .slotMade(3)), Step(40, .requested(2), [.serve(request: 2, slot: 3)])], patient)
        #expect(state.nextWake(after: .milliseconds(40)) == .milliseconds(48))
    }

    @Test func aBurstIsForkedOnDemandThenQueued() {
        var steps =
            Self.start + [
                Step(21, .slotMade(3)),
                Step(40, .requested(2), [.serve(request: 2, slot: 3), .makeSlot(4, origin: 1)]),
                Step(40, .requested(3), [.serve(request: 3, slot: 2)]),
                // Slot 4 is under way for it; the next gets one of its own, whatever the refill rate, and soon.
                Step(40, .requested(4)), Step(40, .requested(5), [.makeSlot(5, origin: 1, inHurry: true)]),
                // No room for more than four.
                Step(41, .requested(6)), Step(45, .slotMade(4), [.serve(request: 4, slot: 4)]),
                Step(46, .slotMade(5), [.serve(request: 5, slot: 5)]),
                Step(60, .slotEnded(3), [.discard(3), .makeSlot(6, origin: 1, inHurry: true)]),
                Step(70, .slotMade(6), [.serve(request: 6, slot: 6)]),
            ]
        let state = play(steps)
        #expect(state.snapshot.waits.longest == .milliseconds(29) && state.snapshot.served == 5)
        steps[steps.count - 2] = Step(91, .timePassed, [.refuse(request: 6, .timedOut)])
        play(Array(steps.dropLast()))
    }

    @Test func theQueueIsBounded() {
        let full = Self.settings { ($0.maxSlots, $0.maxQueued, $0.target) = (1, 1, 0) }
        play(
            [
                Step(0, .requested(1), [.refuse(request: 1, .starting), .makeOrigin(1)]),
                Step(1, .originMade(1), [.makeSlot(2, origin: 1)]), Step(2, .slotMade(2)),
                Step(3, .requested(2), [.serve(request: 2, slot: 2)]), Step(3, .requested(3)),
                Step(3, .requested(4), [.refuse(request: 4, .queueFull)]),
                Step(4, .withdrawn(3), [.refuse(request: 3, .withdrawn)]), Step(4, .withdrawn(3)),
            ], full)
    }

    @Test func failuresBackOffAndDouble() {
        let state = play(
            Self.start + [
                Step(30, .slotFailed(3)),
                // It is served all the same, and nothing is made in the pause.
                Step(31, .requested(2), [.serve(request: 2, slot: 2)]),
                Step(32, .requested(3), [.refuse(request: 3, .failing)]),
                Step(129, .timePassed), Step(130, .timePassed, [.makeSlot(4, origin: 1)]),
                // Twice in a row: the origin is given up, with its last slot.
                Step(140, .slotFailed(4)), Step(141, .slotEnded(2), [.discard(2), .giveUpOrigin(1)]),
                Step(142, .requested(4), [.refuse(request: 4, .failing)]),
                Step(340, .timePassed, [.makeOrigin(5)]), Step(341, .originFailed(5)),
                Step(741, .timePassed, [.makeOrigin(6)]), Step(742, .originMade(6), [.makeSlot(7, origin: 6)]),
                Step(743, .slotFailed(7), [.giveUpOrigin(6)]),
                // 400 ms is the longest pause.
                Step(1143, .timePassed, [.makeOrigin(8)]),
            ])
        #expect(state.snapshot.failures == 4)
        #expect(state.nextWake(after: .milliseconds(1143)) == nil)
    }

    @Test func aSlotThatEndsWhileItWaitsCountsAsAFailure() {
        play(
            Self.start + [
                Step(21, .slotMade(3)), Step(22, .slotLost(2), [.discard(2)]), Step(22, .slotLost(2)),
                Step(23, .requested(2), [.serve(request: 2, slot: 3)]), Step(23, .slotLost(3)),
            ])
    }

    @Test(arguments: [true, false])
    func anOldOriginServesUntilTheNextHasASlot(byAge: Bool) {
        let settings = Self.settings {
            if byAge { $0.maxOriginAge = .milliseconds(500) } else { $0.maxOriginSlots = 2 }
        }
        let at = byAge ? 600 : 40
        play(
            Self.start + [
                Step(21, .slotMade(3), byAge ? [] : [.makeOrigin(4)]),
                Step(at, .timePassed, byAge ? [.makeOrigin(4)] : []),
                Step(at + 1, .requested(2), [.serve(request: 2, slot: 3), .makeSlot(5, origin: 1)]),
                Step(at + 2, .originMade(4), [.makeSlot(6, origin: 4)]),
                Step(at + 3, .requested(3), [.serve(request: 3, slot: 2)]),
                // The new one takes over; what was made of the old one meanwhile is not used.
                Step(at + 9, .slotMade(6)),
                Step(at + 9, .slotMade(5), [.discard(5)]),
                Step(at + 10, .slotEnded(2), [.discard(2)]),
                Step(at + 11, .slotEnded(3), [.discard(3), .giveUpOrigin(1), .makeSlot(7, origin: 4)]),
            ], settings)
    }

    @Test func anOutdatedOriginIsNotUsedAnyMore() {
        play(
            Self.start + [
                Step(21, .slotMade(3)),
                Step(22, .originOutdated(1), [.discard(2), .discard(3), .giveUpOrigin(1), .makeOrigin(4)]),
                Step(23, .requested(2), [.refuse(request: 2, .starting)]), Step(24, .originOutdated(1)),
            ])
    }

    @Test func drainingEndsEverythingOnce() {
        let state = play(
            Self.start + [
                Step(21, .requested(2), [.serve(request: 2, slot: 2)]),
                Step(22, .requested(3)),
                Step(23, .requested(4), [.makeSlot(4, origin: 1, inHurry: true)]),
                Step(24, .drain, [.refuse(request: 3, .draining), .refuse(request: 4, .draining)]),
                Step(25, .requested(5), [.refuse(request: 5, .draining)]), Step(26, .slotMade(3), [.discard(3)]),
                Step(27, .slotFailed(4)), Step(28, .slotEnded(2), [.discard(2), .giveUpOrigin(1), .drained]),
                Step(29, .timePassed), Step(30, .drain),
            ])
        #expect(state.nextWake(after: .milliseconds(30)) == nil && state.snapshot.isDraining)
        play([Step(0, .drain, [.drained])])
        play([
            Step(0, .requested(1), [.refuse(request: 1, .starting), .makeOrigin(1)]), Step(1, .drain),
            Step(2, .originMade(1), [.giveUpOrigin(1), .drained]),
        ])
    }

    @Test(
        arguments: [
            (1, nil, 4, 8), (2, nil, 8, 16), (8, nil, 32, 64), (1000, nil, 256, 512), (0, nil, 4, 8),
            (2, 64 << 20, 1, 2), (2, 1 << 30, 8, 16), (8, 512 << 20, 8, 12), (4, -5, 1, 2),
        ] as [(Int, Int?, Int, Int)])
    func sizes(cores: Int, freeBytes: Int?, target: Int, most: Int) {
        let settings = PoolSettings.sized(cores: cores, freeMemory: freeBytes.map { ByteCount($0) })
        #expect(settings.target == target && settings.maxSlots == most, "\(settings)")
    }

    @Test(arguments: [(nil, 16), (1 << 20, 16), (160, 10), (16, 1), (0, 1)] as [(Int?, Int)])
    func descriptorsBoundTheSize(descriptors: Int?, most: Int) {
        let settings = PoolSettings.sized(cores: 2, freeMemory: nil, descriptors: descriptors)
        #expect(settings.maxSlots == most && settings.target <= most)
    }

    @Test func quantiles() {
        var waits = PoolWaits()
        #expect(waits.quantile(0.5) == .zero)
        for number in 1...1000 { waits.add(.milliseconds(number)) }
        #expect(waits.count == PoolWaits.maxKept && waits.longest == .milliseconds(1000))
        #expect(waits.quantile(0) == .milliseconds(745) && waits.quantile(1) == .milliseconds(1000))
        #expect(waits.quantile(.nan) == .zero && waits.quantile(7) == .milliseconds(1000))
    }
}
