import Resilience
import ResilienceTesting
import Testing

/// A day on which the upstream is away.
@Suite struct OutageTests {
    struct Day: Sendable {
        var requests: [Duration]
        var transitions: [BreakerTransition]
        var retries: Int
        var outcomes: [String: Int]
        var firstAnswerAfter: Duration
    }

    static let begin = Duration.seconds(600)
    static let end = begin + .seconds(86400)

    /// A call every five seconds, from ten minutes before the outage to ten minutes after.
    static func day(_ fault: FakeUpstream.Behaviour) async throws -> Day {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { now, _ in now >= begin && now < end ? fault : .answer() }
            let events = EventRecorder()
            let group = EndpointGroup("queries", .queries, clock: clock, observer: events)
            let caller = ResilientCaller<Int>(clock: clock, random: SeededRandom.unit(1))
            var outcomes: [String: Int] = [:]
            var firstAnswer: Duration?
            await withTaskGroup(of: (String, Duration).self) { tasks in
                var moment = Duration.zero
                while moment < end + .seconds(600) {
                    try? await clock.sleep(until: moment)
                    tasks.addTask {
                        let outcome = await caller.outcome(of: upstream.call(in: group))
                        return (String(outcome.prefix { $0 != " " }), clock.now)
                    }
                    moment += .seconds(5)
                }
                for await (outcome, at) in tasks {
                    outcomes[outcome, default: 0] += 1
                    if outcome == "upstream", at >= end { firstAnswer = min(firstAnswer ?? at, at) }
                }
            }
            return Day(
                requests: upstream.requests.filter { $0 >= begin && $0 < end }, transitions: events.transitions,
                retries: events.retries, outcomes: outcomes, firstAnswerAfter: (firstAnswer ?? .seconds(1 << 30)) - end)
        }
    }

    static let faults: [(String, FakeUpstream.Behaviour)] = [
        ("refused connections", .fail(Failure(.transient, mayHaveRun: false), after: .milliseconds(1))),
        ("503", .fail(Failure(.transient))),
        ("silence", .hang),
    ]

    @Test(arguments: faults.indices) func opensOnceAndRecoversWithTheNextProbe(_ index: Int) async throws {
        let day = try await Self.day(Self.faults[index].1)
        let (breaker, budget) = (BreakerSettings(), RetryBudget.Settings())

        // It opens once; after that each probe opens it anew, until one succeeds.
        #expect(day.transitions.count { $0.from == .closed && $0.to == .open } == 1)
        #expect(day.transitions.count { $0.to == .closed } == 1)
        #expect(day.transitions.last?.to == .closed)

        // Retries keep to their budget, and the upstream is asked no more than probes explain.
        let calls = day.requests.count
        #expect(Double(day.retries) <= budget.capacity + budget.share * Double(calls) + budget.floorPerSecond * 86400)
        let probes = day.transitions.count { $0.to == .halfOpen }
        #expect(probes >= 86400 / (60 + 30 + 5) && probes <= 86400 / 60 + 3)
        let beforeOpening = day.transitions.first.map { opened in day.requests.count { $0 <= opened.at } } ?? 0
        #expect(beforeOpening <= 40)
        #expect(calls <= beforeOpening + probes)

        // The first probe after the end is answered. A caller comes every five seconds, so it comes that much late,
        // and a probe that hung when the outage ended has its own time to run out first.
        let late = Self.faults[index].0 == "silence" ? Duration.seconds(35) : .seconds(5)
        #expect(day.firstAnswerAfter <= breaker.longestProbeInterval + late + .milliseconds(20))
        #expect(day.outcomes["open", default: 0] > 17000 * 9 / 10)
    }
}
