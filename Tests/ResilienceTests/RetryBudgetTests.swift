import AirlockCore
import Resilience
import ResilienceTesting
import Testing

@Suite struct RetryBudgetTests {
    @Test func startsFullAndRunsDry() {
        var budget = RetryBudget(now: .zero)
        let taken = (0..<20).count { _ in budget.withdraw(now: .zero) }
        #expect(taken == 10)
    }

    @Test func callsPayForRetries() {
        var budget = RetryBudget(now: .zero)
        while budget.withdraw(now: .zero) {}
        for _ in 0..<4 { budget.recordCall(now: .zero) }
        #expect(budget.isAvailable(now: .zero) == false)
        // 5 × 0.2 is 1 up to rounding, so a sixth call makes sure.
        for _ in 0..<2 { budget.recordCall(now: .zero) }
        #expect(budget.withdraw(now: .zero) == true)
        #expect(budget.withdraw(now: .zero) == false)
    }

    @Test func timePaysALittle() {
        var budget = RetryBudget(now: .zero)
        while budget.withdraw(now: .zero) {}
        #expect(budget.isAvailable(now: .seconds(9)) == false)
        #expect(budget.withdraw(now: .seconds(11)) == true)
        // A clock that goes back pays nothing, and takes nothing.
        #expect(budget.isAvailable(now: .seconds(1)) == false)
    }

    @Test func savesUpNoMoreThanItsCapacity() {
        var budget = RetryBudget(now: .zero)
        for _ in 0..<10_000 { budget.recordCall(now: .seconds(1_000_000)) }
        let taken = (0..<100).count { _ in budget.withdraw(now: .seconds(1_000_000)) }
        #expect(taken == 10)
    }

    /// In any span, retries ≤ capacity + share × calls + floor × seconds, whatever the order of things.
    @Test(arguments: 0..<20) func holdsOverRandomSchedules(seed: UInt64) {
        var random = SeededRandom(seed)
        var settings = RetryBudget.Settings()
        settings.share = Double.random(in: 0...1, using: &random)
        settings.floorPerSecond = Double.random(in: 0...2, using: &random)
        settings.capacity = Double(Int.random(in: 1...20, using: &random))
        var budget = RetryBudget(settings, now: .zero)
        var now = Duration.zero
        // What a span from its beginning to now has seen, for each beginning so far.
        var spans: [(start: Duration, calls: Int, retries: Int)] = []
        for step in 0..<400 {
            now += .milliseconds(Int.random(in: 0...300, using: &random))
            if step.isMultiple(of: 7) { spans.append((now, 0, 0)) }
            let isCall = Bool.random(using: &random)
            if isCall { budget.recordCall(now: now) }
            let isRetry = !isCall && budget.withdraw(now: now)
            for index in spans.indices {
                if isCall { spans[index].calls += 1 }
                if isRetry { spans[index].retries += 1 }
                let seconds = Double((now - spans[index].start) / .milliseconds(1)) / 1000
                let most =
                    settings.capacity + settings.share * Double(spans[index].calls) + settings.floorPerSecond * seconds
                #expect(Double(spans[index].retries) <= most + 1e-6)
            }
        }
    }

    @Test func absurdSettingsAreNamed() {
        var settings = RetryBudget.Settings()
        settings.share = .nan
        settings.capacity = -1
        #expect(settings.problems(under: "/budget").map(\.pointer) == ["/budget/share", "/budget/capacity"])
        var budget = RetryBudget(settings, now: .zero)
        budget.recordCall(now: .seconds(5))
        #expect(budget.withdraw(now: .seconds(6)) == false)
    }
}
