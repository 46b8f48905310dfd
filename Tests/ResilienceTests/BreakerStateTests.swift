import ResilienceTesting
import Testing

@testable import Resilience

@Suite struct BreakerStateTests {
    /// Lets a call through, and gives its outcome at the same moment.
    static func call(
        _ machine: inout BreakerState, _ outcome: BreakerOutcome, at seconds: Int
    ) -> [BreakerTransition] {
        let (admission, transition) = machine.admit(now: .seconds(seconds))
        guard case .admitted(let ticket) = admission else { return [] }
        let later = machine.record(outcome, of: ticket, now: .seconds(seconds))
        return [transition, later].compactMap { $0 }
    }

    static func opened(_ settings: BreakerSettings = BreakerSettings()) -> BreakerState {
        var machine = BreakerState(settings)
        for _ in 0..<5 { _ = call(&machine, .failure, at: 0) }
        return machine
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// What each second brings: `s`uccess, `f`ailure, `i`gnored, or a pause.
        var calls: String
        var opens: Bool
    }

    @Test(arguments: [
        Case(testDescription: "five failures", calls: "fffff", opens: true),
        Case(testDescription: "four are too few", calls: "ffff", opens: false),
        Case(testDescription: "half of ten", calls: "sssssfffff", opens: true),
        Case(testDescription: "less than half", calls: "ssssssfffff", opens: false),
        Case(testDescription: "ignored ones do not count", calls: "fiiiiiifiiff", opens: false),
        Case(
            testDescription: "spread over more than the window",
            calls: "f              f              f              f              f", opens: false),
        Case(
            testDescription: "successes before the window do not help",
            calls: "ssssssssss" + String(repeating: " ", count: 60) + "fffff", opens: true),
    ])
    func opensOnCountAndRate(_ test: Case) {
        var machine = BreakerState(BreakerSettings())
        for (second, letter) in test.calls.enumerated() {
            let outcomes: [Character: BreakerOutcome] = ["s": .success, "f": .failure, "i": .ignored]
            if let outcome = outcomes[letter] { _ = Self.call(&machine, outcome, at: second) }
        }
        #expect((machine.phase(now: .seconds(test.calls.count)) == .open) == test.opens)
    }

    @Test func anOpenCircuitNamesTheTimeLeft() {
        var machine = Self.opened()
        let refusal = CircuitOpen(timeLeft: .seconds(11), phase: .open)
        #expect(machine.admit(now: .seconds(4)).0 == .refused(refusal))
        #expect(machine.refusal(now: .seconds(4)) == refusal)
        #expect(machine.refusal(now: .seconds(15)) == nil)
        #expect(machine.phase(now: .seconds(15)) == .halfOpen)
    }

    @Test func oneProbeAtATime() {
        var machine = Self.opened()
        let (admission, transition) = machine.admit(now: .seconds(15))
        #expect(transition == BreakerTransition(from: .open, to: .halfOpen, at: .seconds(15)))
        guard case .admitted(let probe) = admission else { Issue.record("no probe"); return }
        #expect(machine.admit(now: .seconds(16)).0 == .refused(CircuitOpen(timeLeft: .zero, phase: .halfOpen)))
        let closed = machine.record(.success, of: probe, now: .seconds(17))
        #expect(closed == BreakerTransition(from: .halfOpen, to: .closed, at: .seconds(17)))
        #expect(machine.phase(now: .seconds(17)) == .closed)
        // The failures from before are forgotten.
        #expect(Self.call(&machine, .failure, at: 18).isEmpty)
    }

    @Test func probesComeLessAndLessOften() {
        var machine = Self.opened()
        var probes: [Int] = []
        for second in 1...400 where machine.refusal(now: .seconds(second)) == nil {
            probes.append(second)
            #expect(Self.call(&machine, .failure, at: second).map(\.to) == [.halfOpen, .open])
        }
        #expect(probes == [15, 45, 105, 165, 225, 285, 345])
        #expect(Self.call(&machine, .success, at: 405).map(\.to) == [.halfOpen, .closed])
        // Opening again begins with the first interval.
        for _ in 0..<5 { _ = Self.call(&machine, .failure, at: 410) }
        #expect(machine.refusal(now: .seconds(410))?.timeLeft == .seconds(15))
    }

    @Test func intervalsMayBeFixed() {
        var settings = BreakerSettings()
        settings.probeGrowth = 1
        var machine = Self.opened(settings)
        let probes = (1...100).filter { !Self.call(&machine, .failure, at: $0).isEmpty }
        #expect(probes == [15, 30, 45, 60, 75, 90])
    }

    @Test func severalSuccessesMayBeAsked() {
        var settings = BreakerSettings()
        settings.successesToClose = 3
        settings.probes = 2
        var machine = Self.opened(settings)
        guard case .admitted(let one) = machine.admit(now: .seconds(15)).0,
            case .admitted(let two) = machine.admit(now: .seconds(15)).0
        else { Issue.record("no probes"); return }
        #expect(machine.refusal(now: .seconds(15)) != nil)
        #expect(machine.record(.success, of: one, now: .seconds(16)) == nil)
        #expect(machine.record(.ignored, of: two, now: .seconds(16)) == nil)
        #expect(Self.call(&machine, .success, at: 17).isEmpty)
        #expect(Self.call(&machine, .success, at: 18).map(\.to) == [.closed])
    }

    @Test func aLostProbeDoesNotLockTheCircuit() {
        var machine = Self.opened()
        guard case .admitted(let lost) = machine.admit(now: .seconds(15)).0 else { Issue.record("no probe"); return }
        #expect(machine.refusal(now: .seconds(134)) != nil)
        #expect(machine.refusal(now: .seconds(135)) == nil)
        guard case .admitted(let next) = machine.admit(now: .seconds(135)).0 else { Issue.record("no probe"); return }
        // It comes back after all: too late to have a say.
        #expect(machine.record(.failure, of: lost, now: .seconds(136)) == nil)
        #expect(machine.record(.success, of: next, now: .seconds(137))?.to == .closed)
    }

    @Test func outcomesFromBeforeAChangeDoNotCount() {
        var machine = BreakerState(BreakerSettings())
        guard case .admitted(let early) = machine.admit(now: .zero).0 else { Issue.record("refused"); return }
        for _ in 0..<5 { _ = Self.call(&machine, .failure, at: 1) }
        #expect(machine.record(.success, of: early, now: .seconds(2)) == nil)
        #expect(machine.phase(now: .seconds(2)) == .open)
        _ = Self.call(&machine, .success, at: 16)
        #expect(machine.phase(now: .seconds(16)) == .closed)
        #expect(machine.record(.failure, of: early, now: .seconds(17)) == nil)
    }

    @Test func absurdSettingsDoNotTrap() {
        var settings = BreakerSettings()
        settings.window = .seconds(-1)
        settings.probeInterval = .seconds(Int64.max)
        settings.longestProbeInterval = .seconds(-1)
        settings.probeGrowth = .max
        settings.probes = 0
        settings.failureRate = .nan
        settings.failureCount = -1
        var machine = BreakerState(settings)
        for second in 0..<50 { _ = Self.call(&machine, .failure, at: second) }
        #expect(settings.problems().count == 7)
        #expect(BreakerSettings().problems().isEmpty)
    }

    /// The window against a list of all outcomes: what is counted is never older than the span, and nothing younger
    /// than nine tenths of it is left out.
    @Test(arguments: 0..<20) func theWindowSlides(seed: UInt64) {
        var random = SeededRandom(seed)
        var window = OutcomeWindow(.seconds(60))
        var (all, now): ([(Duration, Bool)], Duration) = ([], .zero)
        for _ in 0..<500 {
            now += .milliseconds(Int.random(in: 0...4000, using: &random))
            let isFailure = Bool.random(using: &random)
            window.record(failure: isFailure, now: now)
            all.append((now, isFailure))
            let totals = window.totals(now: now)
            let (most, least) = (all.filter { $0.0 > now - .seconds(60) }, all.filter { $0.0 > now - .seconds(54) })
            #expect(totals.calls <= most.count && totals.calls >= least.count)
            #expect(totals.failures <= most.count { $0.1 } && totals.failures >= least.count { $0.1 })
        }
    }
}
