import AirlockCore
import Resilience
import Testing

@Suite struct RetryDecisionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        var failure: Failure
        var expected: RetryDecision
        var attempts = 1
        var isRepeatable = true
        var timeLeft = Duration.seconds(120)
        var isBudgeted = true
        var random = 0.5

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "first retry", failure: Failure(.transient), expected: .wait(.milliseconds(500))),
        Case(name: "third retry", failure: Failure(.transient), expected: .wait(.seconds(2)), attempts: 3),
        Case(name: "jitter reaches down to nothing", failure: Failure(.transient), expected: .wait(.zero), random: 0),
        Case(name: "permanent", failure: Failure(.permanent), expected: .giveUp(.permanent)),
        Case(
            name: "permanent, with a wait", failure: Failure(.permanent, retryAfter: .seconds(1)),
            expected: .giveUp(.permanent)),
        Case(name: "the last attempt", failure: Failure(.transient), expected: .giveUp(.attempts), attempts: 5),
        Case(
            name: "may have run, may not run twice", failure: Failure(.transient), expected: .giveUp(.notRepeatable),
            isRepeatable: false),
        Case(
            name: "nothing was sent", failure: Failure(.transient, mayHaveRun: false),
            expected: .wait(.milliseconds(500)), isRepeatable: false),
        Case(
            name: "throttled, may not run twice", failure: Failure(.throttled), expected: .giveUp(.notRepeatable),
            isRepeatable: false),
        Case(
            name: "the wait asked for, and jitter on top", failure: Failure(.throttled, retryAfter: .seconds(30)),
            expected: .wait(.milliseconds(30_500))),
        Case(
            name: "the wait asked for is longer than the call", failure: Failure(.throttled, retryAfter: .seconds(120)),
            expected: .giveUp(.deadline)),
        Case(
            name: "a wait of zero", failure: Failure(.transient, retryAfter: .zero), expected: .wait(.milliseconds(500))
        ),
        Case(
            name: "a negative wait", failure: Failure(.transient, retryAfter: .seconds(-9)), expected: .wait(.zero),
            random: 0),
        Case(
            name: "an absurd wait", failure: Failure(.transient, retryAfter: .seconds(Int64.max)),
            expected: .giveUp(.deadline)),
        Case(name: "throttled without a wait", failure: Failure(.throttled), expected: .wait(.seconds(3))),
        Case(
            name: "throttled without a wait, at least a second", failure: Failure(.throttled),
            expected: .wait(.seconds(1)), random: 0),
        Case(
            name: "throttled without a wait, the fourth time", failure: Failure(.throttled),
            expected: .wait(.milliseconds(4500)), attempts: 4),
        Case(
            name: "no time for the wait", failure: Failure(.transient), expected: .giveUp(.deadline),
            timeLeft: .milliseconds(500)),
        Case(
            name: "time is up", failure: Failure(.transient), expected: .giveUp(.deadline), timeLeft: .seconds(-1),
            random: 0),
        Case(name: "no budget", failure: Failure(.transient), expected: .giveUp(.budget), isBudgeted: false),
        Case(name: "random out of range", failure: Failure(.transient), expected: .wait(.seconds(1)), random: 7),
        Case(name: "random is no number", failure: Failure(.transient), expected: .wait(.zero), random: .nan),
    ]

    @Test(arguments: cases) func decides(_ test: Case) {
        let question = RetryQuestion(
            attempts: test.attempts, failure: test.failure, isRepeatable: test.isRepeatable, timeLeft: test.timeLeft,
            isBudgeted: test.isBudgeted, random: test.random)
        #expect(RetrySettings().decide(question) == test.expected)
    }

    @Test func ceilingsDoubleUpTo32Seconds() {
        let settings = RetrySettings()
        let ceilings = (1...8).map { settings.ceiling(beforeRetry: $0) }
        #expect(ceilings == [1, 2, 4, 8, 16, 32, 32, 32].map { .seconds($0) })
        #expect(settings.ceiling(beforeRetry: .max) == .seconds(32))
        #expect(settings.ceiling(beforeRetry: .min) == .seconds(1))
    }

    @Test func absurdSettingsDoNotTrap() {
        var settings = RetrySettings()
        settings.firstDelay = .seconds(Int64.max)
        settings.maxDelay = .seconds(Int64.max)
        settings.minThrottleDelay = .seconds(Int64.max)
        settings.maxThrottleDelay = .seconds(-1)
        settings.maxAttempts = .max
        for kind in Failure.Kind.allCases {
            let question = RetryQuestion(
                attempts: .max - 1, failure: Failure(kind, retryAfter: .seconds(Int64.max)), isRepeatable: true,
                timeLeft: .seconds(1), isBudgeted: true, random: 0.9)
            guard case .giveUp = settings.decide(question) else { Issue.record("waits for ever"); return }
        }
        #expect(settings.problems(under: "/retry").map(\.pointer).contains("/retry/firstDelay"))
        #expect(RetrySettings().problems().isEmpty)
    }

    /// The wait lies between its bounds whatever the numbers.
    @Test func waitsAreBounded() {
        var settings = RetrySettings()
        settings.maxAttempts = 50
        for attempts in 1..<50 {
            for step in 0...20 {
                let question = RetryQuestion(
                    attempts: attempts, failure: Failure(.transient), isRepeatable: true, timeLeft: .seconds(1000),
                    isBudgeted: true, random: Double(step) / 20)
                guard case .wait(let wait) = settings.decide(question) else { Issue.record("gives up"); return }
                #expect(wait >= .zero && wait <= settings.ceiling(beforeRetry: attempts))
            }
        }
    }
}
