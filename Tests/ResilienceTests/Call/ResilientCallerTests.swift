import AirlockCore
import Resilience
import ResilienceTesting
import Testing

@Suite struct ResilientCallerTests {
    struct Fault: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var behaviour: @Sendable (Duration, Int) -> FakeUpstream.Behaviour
        /// For a call that may be sent twice, and for one that may not.
        var repeatable: String
        var once: String
        /// Seconds that the former takes, with all jitter drawn as one half.
        var seconds: Double
    }

    static let faults: [Fault] = [
        Fault(
            testDescription: "none", behaviour: { _, _ in .answer() }, repeatable: "upstream 1", once: "upstream 1",
            seconds: 0.02),
        Fault(
            testDescription: "one reset", behaviour: { _, n in n == 1 ? .fail(Failure(.transient)) : .answer() },
            repeatable: "upstream 2", once: "not_repeatable 1", seconds: 0.54),
        Fault(
            testDescription: "one refused connection",
            behaviour: { _, n in n == 1 ? .fail(Failure(.transient, mayHaveRun: false)) : .answer() },
            repeatable: "upstream 2", once: "upstream 2", seconds: 0.54),
        Fault(
            testDescription: "429 with Retry-After",
            behaviour: { now, _ in
                now < .seconds(10) ? .fail(Failure(.throttled, retryAfter: .seconds(10), mayHaveRun: false)) : .answer()
            },
            repeatable: "upstream 2", once: "upstream 2", seconds: 10.54),
        Fault(
            testDescription: "429 without",
            behaviour: { _, n in n < 3 ? .fail(Failure(.throttled)) : .answer() },
            repeatable: "upstream 3", once: "not_repeatable 1", seconds: 6.06),
        Fault(
            testDescription: "429 for an hour",
            behaviour: { _, _ in .fail(Failure(.throttled, retryAfter: .seconds(3600))) }, repeatable: "deadline 1",
            once: "not_repeatable 1", seconds: 0.02),
        Fault(
            testDescription: "400", behaviour: { _, _ in .fail(Failure(.permanent)) }, repeatable: "permanent 1",
            once: "permanent 1", seconds: 0.02),
        Fault(
            testDescription: "503 for ever", behaviour: { _, _ in .fail(Failure(.transient)) },
            repeatable: "attempts 5", once: "not_repeatable 1", seconds: 7.6),
        Fault(
            testDescription: "silence", behaviour: { _, _ in .hang }, repeatable: "deadline 4",
            once: "not_repeatable 1", seconds: 120),
    ]

    @Test(arguments: faults) func endsAsItShould(_ fault: Fault) async throws {
        // An attempt that ends by itself in time fares as one that is cancelled then.
        for (isRepeatable, keepsTime) in [(true, false), (false, false), (true, true), (false, true)] {
            let (outcome, seconds) = try await Simulation.run { clock in
                let upstream = FakeUpstream(clock, fault.behaviour)
                let group = EndpointGroup("queries", .queries, clock: clock)
                let caller = ResilientCaller<Int>(clock: clock, random: { 0.5 })
                var call = upstream.call(in: group, keepsTime: keepsTime)
                call.isRepeatable = isRepeatable
                let outcome = await caller.outcome(of: call)
                #expect(group.health.running == 0)
                return (outcome, clock.now / .seconds(1))
            }
            #expect(outcome == (isRepeatable ? fault.repeatable : fault.once))
            if isRepeatable { #expect(abs(seconds - fault.seconds) < 0.001, "\(seconds)") }
        }
    }

    @Test func keepsAnswersAndSaysTheirAge() async throws {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { _, _ in .answer(after: .seconds(2)) }
            let events = EventRecorder()
            let group = EndpointGroup("queries", .queries, clock: clock, observer: events)
            let caller = ResilientCaller<Int>(clock: clock)
            var call = upstream.call(in: group, key: "SELECT 1")
            let first = try await caller.call(call)
            #expect(first.source == .upstream)
            try await clock.sleep(until: .seconds(30))
            call.maximumAge = .seconds(30)
            let reply = try await caller.call(call)
            #expect(reply.source == .cache && reply.age == .seconds(30) && reply.value == 1 && reply.attempts == 0)
            call.maximumAge = .seconds(29)
            let fresh = try await caller.call(call)
            #expect(fresh.source == .upstream && fresh.age == .zero && fresh.value == 2)
            #expect(caller.cached.entries == 1)
            caller.forgetAnswers()
            call.maximumAge = .seconds(1000)
            let last = try await caller.call(call)
            #expect(last.value == 3)
        }
    }

    @Test func anOldAnswerStandsInByChoice() async throws {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { now, _ in
                now < .seconds(1) ? .answer() : .fail(Failure(now < .seconds(1000) ? .transient : .permanent))
            }
            let group = EndpointGroup("queries", .queries, clock: clock)
            let caller = ResilientCaller<Int>(clock: clock)
            var call = upstream.call(in: group, key: "SELECT 1")
            _ = try await caller.call(call)
            try await clock.sleep(until: .seconds(10))
            await #expect(throws: ResilienceError.self) { try await caller.call(call) }
            call.staleIfError = .seconds(600)
            let reply = try await caller.call(call)
            #expect(reply.source == .stale && reply.value == 1 && reply.age >= .seconds(10))
            #expect(reply.failure != nil)
            // A refusal is an answer: nothing stands in for that.
            call.staleIfError = .seconds(10_000)
            try await clock.sleep(until: .seconds(1001))
            #expect(await caller.outcome(of: call) == "permanent 1")
        }
    }

    @Test func identicalCallsAreMadeOnce() async throws {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { _, n in n == 1 ? .fail(Failure(.transient)) : .answer() }
            let group = EndpointGroup("queries", .queries, clock: clock)
            let caller = ResilientCaller<Int>(clock: clock)
            let call = upstream.call(in: group, key: "SELECT 1")
            let outcomes = await withTaskGroup(of: String.self) { tasks in
                for _ in 0..<10 { tasks.addTask { await caller.outcome(of: call) } }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(upstream.requests.count == 2)
            #expect(outcomes.sorted() == Array(repeating: "coalesced 2", count: 9) + ["upstream 2"])
        }
    }

    /// Who has more time than the call that it joined is not failed by that one's deadline.
    @Test func anothersDeadlineIsNotOnesOwn() async throws {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { _, n in n == 1 ? .hang : .answer() }
            let group = EndpointGroup("queries", .queries, clock: clock)
            let caller = ResilientCaller<Int>(clock: clock)
            var impatient = upstream.call(in: group, key: "SELECT 1")
            impatient.timeout = .seconds(5)
            let first = Task(executorPreference: clock.taskExecutor) { [impatient] in
                await caller.outcome(of: impatient)
            }
            try await clock.sleep(until: .seconds(1))
            let patient = upstream.call(in: group, key: "SELECT 1")
            let outcomes = await withTaskGroup(of: String.self) { tasks in
                for _ in 0..<3 { tasks.addTask { await caller.outcome(of: patient) } }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(await first.value == "deadline 1")
            #expect(outcomes.sorted() == ["coalesced 1", "coalesced 1", "upstream 1"])
            #expect(upstream.requests == [.zero, .seconds(5)])
        }
    }

    @Test func cancellingEndsTheAttempt() async throws {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { _, _ in .hang }
            let events = EventRecorder()
            let group = EndpointGroup("queries", .queries, clock: clock, observer: events)
            let caller = ResilientCaller<Int>(clock: clock)
            for (key, keepsTime) in [(nil, false), ("SELECT 1", false), (nil, true), ("SELECT 1", true)] {
                let task = Task(executorPreference: clock.taskExecutor) {
                    await caller.outcome(of: upstream.call(in: group, key: key, keepsTime: keepsTime))
                }
                try await clock.sleep(until: clock.now + .seconds(1))
                #expect(group.health.running == 1)
                task.cancel()
                #expect(await task.value == "cancelled")
                try await clock.sleep(until: clock.now + .milliseconds(1))
                #expect(group.health.running == 0)
            }
            #expect(events.events.count { if case .attemptCancelled = $0.kind { true } else { false } } == 4)
        }
    }

    /// A caller in a hurry is not the upstream's failure, whoever it was that watched the time.
    @Test(arguments: [false, true]) func aHurriedCallDoesNotCountAgainstTheUpstream(keepsTime: Bool) async throws {
        let events = EventRecorder()
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { _, _ in .hang }
            let group = EndpointGroup("queries", .queries, clock: clock, observer: events)
            let caller = ResilientCaller<Int>(clock: clock, random: { 0.5 })
            for timeout in [Duration.milliseconds(100), .seconds(100)] {
                var call = upstream.call(in: group, keepsTime: keepsTime)
                (call.timeout, call.isRepeatable) = (timeout, false)
                _ = await caller.outcome(of: call)
            }
        }
        let failures = events.events.compactMap { event -> Failure? in
            if case .attemptFailed(_, _, let failure) = event.kind { failure } else { nil }
        }
        #expect(failures.map(\.breaker) == [.ignored, .failure])
        #expect(failures.map(\.name) == ["attempt_timeout", "attempt_timeout"])
    }

    /// A minute of far too many queries: what is sent keeps to the limits, and everybody is answered or told to wait.
    @Test func whatIsSentKeepsToTheLimits() async throws {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { _, _ in .answer(after: .milliseconds(300)) }
            let group = EndpointGroup("queries", .queries, clock: clock)
            let caller = ResilientCaller<Int>(clock: clock)
            let outcomes = await withTaskGroup(of: String.self) { tasks in
                for number in 0..<900 {
                    tasks.addTask {
                        try? await clock.sleep(until: .milliseconds(number * 50))
                        return await caller.outcome(of: upstream.call(in: group))
                    }
                }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            let sent = upstream.requests
            for index in sent.indices.dropFirst(240) { #expect(sent[index] - sent[index - 240] >= .seconds(60)) }
            for index in sent.indices.dropFirst(3) { #expect(sent[index] - sent[index - 3] >= .milliseconds(300)) }
            #expect(outcomes.count { $0 == "upstream 1" } == sent.count)
            #expect(outcomes.allSatisfy { $0 == "upstream 1" || $0.hasPrefix("limited") || $0 == "deadline" })
            #expect(sent.count >= 600)
        }
    }

    @Test func aThrottledCallHoldsTheWholeGroup() async throws {
        try await Simulation.run { clock in
            let upstream = FakeUpstream(clock) { now, _ in
                now < .seconds(30) ? .fail(Failure(.throttled, retryAfter: .seconds(30) - now)) : .answer()
            }
            let group = EndpointGroup("queries", .queries, clock: clock)
            let caller = ResilientCaller<Int>(clock: clock)
            await withTaskGroup(of: Void.self) { tasks in
                for number in 0..<20 {
                    tasks.addTask {
                        try? await clock.sleep(until: .milliseconds(100 * number))
                        #expect(await caller.outcome(of: upstream.call(in: group)).hasPrefix("upstream"))
                    }
                }
            }
            // The first was sent away; nobody else asked before the time was up.
            #expect(upstream.requests.count { $0 < .seconds(30) } == 1)
        }
    }

    @Test func errorsNameWhatToDo() {
        let open = CircuitOpen(timeLeft: .seconds(12), phase: .open)
        let texts: [(ResilienceError.Reason, String)] = [
            (.circuitOpen(open), "queries calls have been failing and are stopped for another 12 s"),
            (
                .rateLimited(RateLimited(reason: .deadline, wait: .seconds(90))),
                "the rate limit for queries calls asks for a wait of 1 min 30 s, more than this call has"
            ),
            (.failed(.attempts), "the queries call failed 5 times"),
            (.failed(.notRepeatable), "the queries call failed 5 times, and it is not one to be repeated"),
        ]
        for (reason, text) in texts {
            let error = ResilienceError(reason, group: "queries", attempts: 5)
            #expect(error.description == text)
            #expect(error.airlockError.code == .upstreamFailed)
            #expect(error.airlockError.hint != nil)
        }
        #expect(ResilienceError(.deadline, group: "queries", attempts: 0).airlockError.code == .timedOut)
        #expect(ResilienceError(.cancelled, group: "queries", attempts: 0).airlockError.code == .cancelled)
    }
}
