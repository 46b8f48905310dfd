import Testing

@testable import Sandbox

/// Who stays awake for a script, and for how long.
@Suite struct EarlyWatchTests {
    private let start = EarlyWatch.Instant.now
    private let ledger = EarlyWatch.Ledger(processors: 2)

    private func watch(isApart: Bool = true) -> EarlyWatch { EarlyWatch(isApart: isApart, at: start, ledger) }

    private func isAwake(_ watch: inout EarlyWatch, after time: Duration, hasBegun: Bool = true) -> Bool {
        watch.isAwake(at: start + time) { hasBegun }
    }

    /// Scripts one after the other that have their first word after this time, or never.
    private func run(_ times: Duration?...) {
        for time in times {
            var watch = watch()
            if let time { watch.spoke(at: start + time) }
        }
    }

    @Test func aScriptThatHasBegunIsWaitedForAwake() {
        var watch = watch()
        let early = isAwake(&watch, after: .zero, hasBegun: false)
        let begun = isAwake(&watch, after: .microseconds(50))
        // It is not asked again.
        let later = isAwake(&watch, after: EarlyWatch.longest - .nanoseconds(1), hasBegun: false)
        let late = isAwake(&watch, after: EarlyWatch.longest)
        #expect(early && begun && later && !late)
    }

    @Test func oneThatWaitsForAProcessorIsNot() {
        var watch = watch()
        let early = isAwake(&watch, after: EarlyWatch.begins - .nanoseconds(1), hasBegun: false)
        let late = isAwake(&watch, after: EarlyWatch.begins, hasBegun: false)
        let evenLater = isAwake(&watch, after: EarlyWatch.begins)
        #expect(early && !late && !evenLater)
    }

    @Test func noneIsOnTheCallersOwnProcessor() {
        var watch = watch(isApart: false)
        let isAwake = isAwake(&watch, after: .zero)
        #expect(!isAwake)
    }

    @Test func eachRunNeedsTwoProcessors() {
        var first = watch()
        do {
            var second = watch()
            let (one, other) = (isAwake(&first, after: .zero), isAwake(&second, after: .zero))
            #expect(!one && !other)
            second.spoke(at: start)
        }
        var third = watch()
        let crowded = isAwake(&third, after: .zero)
        #expect(!crowded)
    }

    @Test func theRoomIsGivenBack() {
        run(.zero, .zero)
        var watch = watch()
        let isAwake = isAwake(&watch, after: .zero)
        #expect(isAwake)
    }

    @Test(
        arguments: [
            ([.zero], true), ([nil], true), ([nil, nil], true), ([nil, nil, nil], false),
            ([nil, nil, nil, EarlyWatch.longest], false), ([nil, nil, nil, nil, .zero], true),
            ([nil, nil, nil, EarlyWatch.longest - .nanoseconds(1)], true), ([.zero, .zero, nil, nil, nil], false),
        ] as [([Duration?], Bool)])
    func whatDoesNotPayIsLeftOff(times: [Duration?], pays: Bool) {
        for time in times { run(time) }
        var watch = watch()
        let isAwake = isAwake(&watch, after: .zero)
        #expect(isAwake == pays)
    }

    @Test func othersCountForNothingButTheRoomTheyTake() {
        for _ in 0..<5 { _ = watch(isApart: false) }
        var watch = watch()
        let isAwake = isAwake(&watch, after: .zero)
        #expect(isAwake)
    }

    @Test func itCanBeStopped() {
        var watch = watch()
        watch.stop()
        let isAwake = isAwake(&watch, after: .zero)
        #expect(!isAwake)
    }

    @Test func onlyTheFirstWordCounts() {
        run(nil, nil)
        do {
            var watch = watch()
            watch.spoke(at: start + EarlyWatch.longest)
            for _ in 0..<3 { watch.spoke(at: start) }
        }
        var watch = watch()
        let isAwake = isAwake(&watch, after: .zero)
        #expect(!isAwake)
    }
}
