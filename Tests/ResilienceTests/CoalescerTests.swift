import Resilience
import ResilienceTesting
import Testing

@Suite struct CoalescerTests {
    static let key = CacheKey(["query"])

    @Test func identicalCallsShareOneFlight() async throws {
        try await Simulation.run { clock in
            let coalescer = Coalescer<Int>(clock: clock)
            let flights = Shared(0)
            let outcomes = await withTaskGroup(of: (Int?, Bool).self) { group in
                for number in 0..<5 {
                    group.addTask {
                        try? await clock.sleep(until: .seconds(number))
                        return await coalescer.run(Self.key, by: .seconds(60)) {
                            try? await clock.sleep(until: clock.now + .seconds(10))
                            return flights.change { $0 += 1 }
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.map(\.0) == [1, 1, 1, 1, 1])
            #expect(outcomes.count { $0.1 } == 4)
            #expect(coalescer.count == 0)
            // The next one flies anew.
            #expect(await coalescer.run(Self.key, by: .seconds(60)) { 7 } == (7, false))
        }
    }

    @Test func othersDoNotShare() async throws {
        try await Simulation.run { clock in
            let coalescer = Coalescer<Int>(clock: clock)
            async let one = coalescer.run(CacheKey(["one"]), by: .seconds(60)) { 1 }
            async let two = coalescer.run(CacheKey(["two"]), by: .seconds(60)) { 2 }
            #expect(await (one.output, two.output) == (1, 2))
        }
    }

    /// Who leaves does not take the others' answer away; the last to leave ends the work.
    @Test func theFlightEndsWithItsLastPassenger() async throws {
        try await Simulation.run { clock in
            let coalescer = Coalescer<String>(clock: clock)
            let ended = Shared<[Duration]>([])
            let waiters = (0..<3).map { number in
                Task(executorPreference: clock.taskExecutor) {
                    try? await clock.sleep(until: .milliseconds(number))
                    return await coalescer.run(Self.key, by: .seconds(100)) {
                        do {
                            try await clock.sleep(until: .seconds(50))
                            return "done"
                        } catch {
                            ended.change { $0.append(clock.now) }
                            return "cancelled"
                        }
                    }.output
                }
            }
            for (second, waiter) in waiters.enumerated() {
                try await clock.sleep(until: .seconds(second + 1))
                #expect(ended.value == [])
                waiter.cancel()
                #expect(await waiter.value == nil)
            }
            try await clock.sleep(until: .seconds(4))
            #expect(ended.value == [.seconds(3)])
            #expect(coalescer.count == 0)
        }
    }

    @Test func aPassengerStopsWaitingAtItsOwnDeadline() async throws {
        try await Simulation.run { clock in
            let coalescer = Coalescer<Int>(clock: clock)
            let flights = Shared(0)
            let work: @Sendable () async -> Int = {
                let number = flights.change { $0 += 1 }
                try? await clock.sleep(until: clock.now + .seconds(20))
                return number
            }
            async let patient = coalescer.run(Self.key, by: .seconds(60), work)
            try await clock.sleep(until: .seconds(1))
            async let impatient = coalescer.run(Self.key, by: .seconds(5), work)
            async let morePatient = coalescer.run(Self.key, by: .seconds(90), work)
            #expect(await impatient == (nil, true))
            #expect(clock.now == .seconds(5))
            #expect(await patient == (1, false))
            #expect(await morePatient == (1, true))
            #expect(clock.now == .seconds(20))
            #expect(flights.value == 1)
        }
    }
}
