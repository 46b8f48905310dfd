import ResilienceTesting
import Testing

@testable import Resilience

@Suite struct BulkheadTests {
    /// Random comings and goings: never more than there are places, and the line is served in order.
    @Test(arguments: 0..<20) func holdsOverRandomSchedules(seed: UInt64) {
        var random = SeededRandom(seed)
        let places = Int.random(in: 1...5, using: &random)
        var machine = BulkheadState(BulkheadSettings(maxConcurrent: places, maxWaiting: 8))
        var (running, line): (Int, [UInt64]) = (0, [])
        for id in 1...500 as ClosedRange<UInt64> {
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where running > 0:
                let next = machine.release()
                #expect(next == line.first)
                if line.isEmpty { running -= 1 } else { line.removeFirst() }
            case 1 where !line.isEmpty:
                let leaver = line.remove(at: Int.random(in: line.indices, using: &random))
                #expect(machine.leave(leaver) == true)
                #expect(machine.leave(leaver) == false)
            default:
                let entry = machine.enter(id)
                if running < places {
                    #expect(entry == .admitted)
                    running += 1
                } else if line.count < 8 {
                    #expect(entry == .waiting)
                    line.append(id)
                } else {
                    #expect(entry == .refused)
                }
            }
            #expect(machine.running == running && machine.waiting == line.count && running <= places)
        }
    }

    @Test func threeAtATimeInOrder() async throws {
        try await Simulation.run { clock in
            let bulkhead = Bulkhead(.queries, clock: clock)
            let most = Shared(0)
            let ends = await withTaskGroup(of: (Int, Duration).self) { group in
                for number in 0..<7 {
                    group.addTask {
                        try? await clock.sleep(until: .milliseconds(number))
                        _ = try? await bulkhead.run(by: .seconds(100)) { _ in
                            most.change { $0 = max($0, bulkhead.running) }
                            try? await clock.sleep(until: clock.now + .seconds(10))
                        }
                        return (number, clock.now)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(ends.map(\.0) == Array(0..<7))
            #expect(ends.map { Int($0.1 / .seconds(10)) } == [1, 1, 1, 2, 2, 2, 3])
            #expect(most.value == 3)
            #expect(bulkhead.running == 0)
        }
    }

    @Test func waitingEndsWithTheDeadlineAndTheTask() async throws {
        try await Simulation.run { clock in
            let bulkhead = Bulkhead(BulkheadSettings(maxConcurrent: 1, maxWaiting: 2), clock: clock)
            async let first: Void? = bulkhead.run(by: .zero) { _ in try? await clock.sleep(until: .seconds(30)) }
            try await clock.sleep(until: .seconds(1))
            let cancelled = Task(executorPreference: clock.taskExecutor) {
                try await bulkhead.run(by: .seconds(100)) { $0 }
            }
            let late = Task(executorPreference: clock.taskExecutor) { try await bulkhead.run(by: .seconds(10)) { $0 } }
            try await clock.sleep(until: .seconds(2))
            await #expect(throws: BulkheadFailure.full(waiting: 2)) {
                try await bulkhead.run(by: .seconds(100)) { $0 }
            }
            cancelled.cancel()
            await #expect(throws: BulkheadFailure.cancelled) { try await cancelled.value }
            await #expect(throws: BulkheadFailure.deadline) { try await late.value }
            #expect(clock.now == .seconds(10))
            #expect(bulkhead.waiting == 0)
            let waited = try await bulkhead.run(by: .seconds(100)) { $0 }
            #expect(waited == .seconds(20))
            _ = try await first
            #expect(bulkhead.running == 0)
        }
    }

    /// A place that comes free in the very moment of a deadline is lost to nobody.
    @Test func noPlaceIsLost() async throws {
        try await Simulation.run { clock in
            let bulkhead = Bulkhead(BulkheadSettings(maxConcurrent: 2), clock: clock)
            await withTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        try? await clock.sleep(until: .seconds(number / 4))
                        _ = try? await bulkhead.run(by: clock.now + .seconds(number % 5)) { _ in
                            try? await clock.sleep(until: clock.now + .seconds(1 + number % 3))
                        }
                    }
                }
            }
            #expect(bulkhead.running == 0 && bulkhead.waiting == 0)
        }
    }
}
