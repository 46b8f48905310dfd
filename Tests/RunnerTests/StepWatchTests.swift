import AirlockCore
import Sandbox
import Testing

@testable import Runner

@Suite struct StepWatchTests {
    private let start = ContinuousClock.now

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

    @Test func stepsFollowWithoutAGap() {
        var steps = StepWatch(start: start)
        steps.end("a", at: at(3))
        // A clock of another thread that was read before.
        steps.end("b", at: at(1))
        steps.end("c", at: at(10))
        #expect(steps.timings.map(\.step) == ["a", "b", "c"])
        #expect(steps.timings.map(\.time) == [.milliseconds(3), .zero, .milliseconds(7)])
    }
}
