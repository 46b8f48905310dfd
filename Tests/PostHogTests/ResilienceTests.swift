import AirlockCore
import AirlockTesting
import DriverKit
import Resilience
import ResilienceTesting
import Testing

@testable import PostHog

/// Limits, cache, coalescing and the circuit breaker as the driver has them, over real connections in a simulation's time.
@Suite(.timeLimit(.minutes(3))) struct ResilienceTests {
    private static let answer = LoopbackStep.json(["columns": ["n"], "types": ["UInt64"], "results": [[1]]])

    /// Runs on a clock that stands while a request is under way.
    ///
    /// - Parameter isHeld: whether the server holds back what it has got; the clock goes on then.
    private func simulate<Value: Sendable>(
        _ server: LoopbackServer, isHeld: Shared<Bool> = Shared(false), events: EventRecorder = EventRecorder(),
        _ body: @escaping @Sendable (PostHogDriver, ManualClock) async throws -> Value
    ) async throws -> Value {
        var configuration = PostHogConfiguration()
        configuration.appURL = server.url("")
        configuration.projectID = "7"
        configuration.personalKey = SecretText(testPersonalKey)
        configuration.blockingTime = .seconds(3600)
        let (settings, work) = (configuration, OutsideWork())
        return try await Simulation.run(outside: work) { clock in
            let client = try PostHogClient(
                settings, clock: clock, observer: events, random: { 0.5 },
                sender: {
                    CountedSender(
                        transport: $0, work: work, isSilent: { _ in isHeld.value },
                        arrived: { isHeld.value ? server.requests.count : 0 })
                })
            return try await body(PostHogDriver(client), clock)
        }
    }

    /// On the machine's clock the transport keeps an attempt's time: nobody else is there to end it.
    @Test(arguments: [true, false]) func silenceEndsInItsTime(isShared: Bool) async throws {
        let server = try LoopbackServer { _ in [.waitForHangUp] }
        let events = EventRecorder()
        var configuration = PostHogConfiguration()
        configuration.appURL = server.url("")
        configuration.projectID = "7"
        configuration.personalKey = SecretText(testPersonalKey)
        configuration.queries.retry.attemptTimeout = .milliseconds(150)
        configuration.queries.retry.maxAttempts = 2
        configuration.objects.retry = configuration.queries.retry
        let driver = try PostHogDriver(configuration, observer: events, random: { 0 })
        let start = ContinuousClock.now
        let error = await failure {
            if isShared {
                _ = try await Self.ask(driver)
            } else {
                _ = try await driver.call("create_annotation", params: ["content": "a"], options: QueryOptions())
            }
        }
        #expect(error?.code == .upstreamFailed || error?.code == .timedOut, "\(String(describing: error))")
        #expect(ContinuousClock.now - start >= .milliseconds(isShared ? 300 : 150))
        let timeouts = events.events.compactMap { event -> String? in
            if case .attemptFailed(_, _, let failure) = event.kind { failure.name } else { nil }
        }
        #expect(timeouts == Array(repeating: "attempt_timeout", count: isShared ? 2 : 1))
        await driver.shutdown()
    }

    private static func ask(_ driver: PostHogDriver, _ number: Int = 0) async throws -> QueryReply {
        try await driver.prepare("SELECT \(number) AS n", values: [:]).run(QueryOptions(timeout: .seconds(120)))
    }

    @Test func noMoreThanThreeQueriesAreUnderWay() async throws {
        let (gate, isHeld) = (LoopbackGate(), Shared(true))
        let server = try LoopbackServer { _ in [.waitFor(gate), Self.answer] }
        let seen = try await simulate(server, isHeld: isHeld) { driver, clock in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask { try await Self.ask(driver, number).table.rows.count }
                }
                // Everything that can go on has gone on by then.
                try await clock.sleep(until: clock.now + .seconds(1))
                let seen = server.requests.count
                isHeld.change { $0 = false }
                gate.open()
                #expect(try await group.reduce(0, +) == 8)
                return seen
            }
        }
        #expect(seen == 3 && server.requests.count == 8)
    }

    @Test func theSameQueryIsAskedOnceAtATime() async throws {
        let (gate, isHeld) = (LoopbackGate(), Shared(true))
        let server = try LoopbackServer { _ in [.waitFor(gate), Self.answer] }
        let events = EventRecorder()
        try await simulate(server, isHeld: isHeld, events: events) { driver, clock in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<5 { group.addTask { try await Self.ask(driver).table.rows.count } }
                try await clock.sleep(until: clock.now + .seconds(1))
                isHeld.change { $0 = false }
                gate.open()
                #expect(try await group.reduce(0, +) == 5)
            }
        }
        #expect(server.requests.count == 1)
        #expect(events.events.count { if case .coalesced = $0.kind { true } else { false } } == 4)
    }

    @Test func anAnswerIsKeptForAsLongAsItIsAskedFor() async throws {
        let server = try LoopbackServer { _ in [Self.answer] }
        try await simulate(server) { driver, clock in
            let query = try await driver.prepare("SELECT 1 AS n", values: [:])
            let options = QueryOptions(timeout: .seconds(60), maximumAge: .seconds(30))
            #expect(try await query.run(options).age == .zero)
            try await clock.sleep(until: clock.now + .seconds(20))
            #expect(try await query.run(options).age == .seconds(20), "and its age is said")
            #expect(server.requests.count == 1)
            try await clock.sleep(until: clock.now + .seconds(11))
            #expect(try await query.run(options).age == .zero)
            #expect(server.requests.count == 2)
        }
    }

    @Test func queriesKeepToPostHogsRate() async throws {
        let server = try LoopbackServer { _ in [Self.answer] }
        try await simulate(server) { driver, clock in
            for number in 0..<240 { _ = try await Self.ask(driver, number) }
            #expect(clock.now == .zero)
            _ = try await Self.ask(driver, 240)
            #expect(clock.now == .seconds(60), "the 241st waits for the minute's end")
            let hurried = try await driver.prepare("SELECT 241 AS n", values: [:])
            for number in 242..<481 { _ = try await Self.ask(driver, number) }
            let error = await failure { _ = try await hurried.run(QueryOptions(timeout: .seconds(5))) }
            #expect(error?.code == .upstreamFailed || error?.code == .timedOut, "\(String(describing: error))")
            #expect(error.map { "\($0)".contains("1 min") } == true, "the wait is said: \(String(describing: error))")
        }
        #expect(server.requests.count == 480)
    }

    /// PostHog is away for a day, with a query every twenty seconds.
    @Test func aDayOfOutageAsksLittleAndEndsWithAProbe() async throws {
        let (begin, end) = (Duration.seconds(600), Duration.seconds(87_000))
        let isAway = Shared(false)
        let server = try LoopbackServer { _ in [isAway.value ? .response(503, body: "busy") : Self.answer] }
        let events = EventRecorder()
        let (asked, firstAnswer) = try await simulate(server, events: events) { driver, clock in
            var (before, after): (Int, Int?) = (0, nil)
            var firstAnswer: Duration?
            var number = 0
            while clock.now < end + .seconds(300) {
                if !isAway.value, clock.now >= begin, clock.now < end {
                    before = server.requests.count
                    isAway.change { $0 = true }
                }
                if isAway.value, clock.now >= end {
                    after = server.requests.count
                    isAway.change { $0 = false }
                }
                number += 1
                let fault = await failure { _ = try await Self.ask(driver, number) }
                if clock.now >= end, fault == nil { firstAnswer = firstAnswer ?? clock.now - end }
                try await clock.sleep(until: clock.now + .seconds(20))
            }
            return ((after ?? 0) - before, firstAnswer)
        }
        let opened = events.transitions.count { $0.from == .closed && $0.to == .open }
        let probes = events.transitions.count { $0.to == .halfOpen }
        #expect(opened == 1 && events.transitions.last?.to == .closed)
        #expect(asked <= probes + 40, "\(asked) requests, \(probes) probes")
        #expect(probes <= 86_400 / 60 + 3)
        // The probe's interval, and the time until somebody asks.
        #expect(firstAnswer.map { $0 <= .seconds(60 + 20 + 1) } == true, "\(String(describing: firstAnswer))")
    }
}
