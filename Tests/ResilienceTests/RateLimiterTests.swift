import Resilience
import ResilienceTesting
import Testing

@Suite struct RateLimiterTests {
    static func limiter(_ maxCalls: Int, per seconds: Int, _ clock: ManualClock) -> RateLimiter {
        RateLimiter(
            RateLimitSettings(windows: [RateWindow(maxCalls: maxCalls, period: .seconds(seconds))]), clock: clock)
    }

    @Test func waitersComeInTheirOrder() async throws {
        let order = try await Simulation.run { clock in
            let limiter = Self.limiter(2, per: 10, clock)
            return await withTaskGroup(of: (Int, Duration).self) { group in
                for number in 0..<7 {
                    group.addTask {
                        try? await clock.sleep(until: .milliseconds(number))
                        _ = try? await limiter.admit(by: .seconds(100))
                        return (number, clock.now)
                    }
                }
                var order: [(Int, Duration)] = []
                for await entry in group { order.append(entry) }
                return order
            }
        }
        #expect(order.map(\.0) == Array(0..<7))
        #expect(order.map { $0.1 / .seconds(10) }.map { Int($0) } == [0, 0, 1, 1, 2, 2, 3])
    }

    @Test func refusesWhatWouldComeTooLate() async throws {
        try await Simulation.run { clock in
            let limiter = Self.limiter(1, per: 60, clock)
            let first = try await limiter.admit(by: .zero)
            #expect(first == .zero)
            await #expect(throws: RateLimitFailure.refused(RateLimited(reason: .deadline, wait: .seconds(60)))) {
                try await limiter.admit(by: .seconds(59))
            }
            #expect(clock.now == .zero)
            let second = try await limiter.admit(by: .seconds(60))
            #expect(second == .seconds(60))
        }
    }

    @Test func aCancelledWaiterMakesRoom() async throws {
        try await Simulation.run { clock in
            let limiter = Self.limiter(1, per: 10, clock)
            _ = try await limiter.admit(by: .zero)
            let outcomes = await withTaskGroup(of: String.self) { group in
                for number in 1...3 {
                    group.addTask {
                        // The first and the second go away while they wait, one as first in line, one behind.
                        let work = Task(executorPreference: clock.taskExecutor) {
                            try await clock.sleep(until: .milliseconds(number))
                            _ = try await limiter.admit(by: .seconds(100))
                        }
                        if number < 3 {
                            try? await clock.sleep(until: .seconds(number))
                            work.cancel()
                        }
                        do {
                            try await work.value
                            return "\(number) at \(clock.now / .seconds(1))"
                        } catch {
                            return "\(number) cancelled"
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes == ["1 cancelled", "2 cancelled", "3 at 10.0"])
            #expect(limiter.waiting == 0)
        }
    }

    @Test func aPauseReachesThoseInLine() async throws {
        try await Simulation.run { clock in
            let limiter = Self.limiter(1, per: 10, clock)
            _ = try await limiter.admit(by: .zero)
            let impatient = Task(executorPreference: clock.taskExecutor) { try await limiter.admit(by: .seconds(20)) }
            let behind = Task(executorPreference: clock.taskExecutor) { try await limiter.admit(by: .seconds(25)) }
            let patient = Task(executorPreference: clock.taskExecutor) { try await limiter.admit(by: .seconds(100)) }
            try await clock.sleep(until: .seconds(5))
            limiter.pause(for: .seconds(40))
            await #expect(throws: RateLimitFailure.refused(RateLimited(reason: .deadline, wait: .seconds(40)))) {
                _ = try await behind.value
            }
            await #expect(throws: RateLimitFailure.self) { _ = try await impatient.value }
            let waited = try await patient.value
            #expect(waited == .seconds(45))
        }
    }

    /// A burst of calls over two hours, with PostHog's limits: never more than they say, and no slower than they allow.
    @Test func postHogsLimitsForQueries() async throws {
        let moments = try await Simulation.run { clock in
            let limiter = RateLimiter(.queries, clock: clock)
            var moments: [Duration] = []
            for _ in 0..<4900 {
                _ = try await limiter.admit(by: .seconds(100_000))
                moments.append(clock.now)
            }
            return moments
        }
        for (window, calls) in [(Duration.seconds(60), 240), (.seconds(3600), 2400)] {
            for index in moments.indices.dropFirst(calls) { #expect(moments[index] - moments[index - calls] >= window) }
        }
        #expect(moments[2399] == .seconds(540))
        #expect(moments[4899] == .seconds(7200))
    }
}
