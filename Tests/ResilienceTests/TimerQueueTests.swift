import ResilienceTesting
import Testing

@testable import Resilience

/// Sleeping on the machine's clock. What is measured is only that nothing wakes too early, and that what must end ends.
@Suite(.timeLimit(.minutes(2))) struct TimerQueueTests {
    @Test func nobodyWakesTooEarlyAndEverybodyWakes() async throws {
        let queue = TimerQueue()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let moment = ContinuousClock.now + .milliseconds((index * 7) % 40)
                    try await queue.sleep(until: moment)
                    #expect(ContinuousClock.now >= moment)
                }
            }
            try await group.waitForAll()
        }
        #expect(queue.count == 0)
    }

    @Test func whatIsCancelledEndsAndIsForgotten() async {
        let queue = TimerQueue()
        let keeper = Task { try await queue.sleep(until: .now + .seconds(3600)) }
        for _ in 0..<20 {
            let tasks = (0..<100).map { _ in Task { try await queue.sleep(until: .now + .seconds(3600)) } }
            for task in tasks { task.cancel() }
            for task in tasks { await #expect(throws: CancellationError.self) { try await task.value } }
        }
        // 2,000 were cancelled.
        #expect(queue.count < 300)
        keeper.cancel()
        await #expect(throws: CancellationError.self) { try await keeper.value }
    }

    @Test func whoIsCancelledBeforehandDoesNotWait() async {
        let queue = TimerQueue()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await queue.sleep(until: .now + .seconds(3600))
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await #expect(throws: CancellationError.self) {
            try await Task {
                while !Task.isCancelled { withUnsafeCurrentTask { $0?.cancel() } }
                try await queue.sleep(until: .now - .seconds(1))
            }.value
        }
    }

    @Test func alarmsRingOnceAndNotWhenTheyWereCalledOff() async throws {
        let queue = TimerQueue()
        let rung = Shared<[Int]>([])
        let moment = ContinuousClock.now + .milliseconds(20)
        let alarms = (0..<100).map { number in
            queue.alarm(at: moment) {
                #expect(ContinuousClock.now >= moment)
                rung.change { $0.append(number) }
            }
        }
        for alarm in alarms[50...] { alarm.callOff() }
        // One whose moment has passed rings too.
        _ = queue.alarm(at: .now - .seconds(1)) { rung.change { $0.append(100) } }
        while rung.value.count < 51 { try await queue.sleep(until: .now + .milliseconds(1)) }
        try await queue.sleep(until: moment + .milliseconds(10))
        // After the fact it makes no difference.
        for alarm in alarms { alarm.callOff() }
        #expect(rung.value.sorted() == Array(0..<50) + [100])
    }

    @Test func alarmsThatWereCalledOffAreForgotten() {
        let queue = TimerQueue()
        for _ in 0..<2000 { queue.alarm(at: .now + .seconds(3600)) {}.callOff() }
        #expect(queue.count < 100)
    }

    @Test func anEarlierMomentComesBeforeALaterOne() async throws {
        let queue = TimerQueue()
        let later = Task { try await queue.sleep(until: .now + .seconds(3600)) }
        while queue.count == 0 { await Task.yield() }
        try await queue.sleep(until: .now + .milliseconds(1))
        #expect(queue.count == 1)
        later.cancel()
    }
}
