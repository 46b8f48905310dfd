import AirlockCore
import Testing

@testable import Runner
@testable import Sandbox

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

    private final class SilentChannel: GuestChannel {
        func started(_ link: any GuestLink) {}
        func received(_ bytes: UnsafeRawBufferPointer) {}
        func ended() {}
    }

    /// A script's time is that since it was given to the sandbox, however long that took to make.
    @Test(arguments: [(StartPath.cold, 10_000), (.warm, 0)])
    func aScriptsTimeIsItsOwn(path: StartPath, latency: Int) throws {
        let channel = ChannelWatch(SilentChannel())
        let start = ContinuousClock.now - .milliseconds(20)
        var steps = StepWatch(start: start)
        channel.started(try SupervisorLink(clock: RunClock(start: .now)))
        let launched = try #require(channel.moments.launched)
        var outcome = SandboxOutcome(
            status: .succeeded, isolation: IsolationReport(level: .full, layers: []), usage: RunUsage(),
            startLatency: .milliseconds(latency), standardOutput: CapturedStream(), standardError: CapturedStream(),
            diskWasFull: false)
        outcome.startPath = path
        outcome.usage.wall = .milliseconds(latency + 7)
        steps.end(of: outcome, channel, at: start + .seconds(60))
        #expect(steps.timings.map(\.step) == ["launch", "interpreter", "script", "drain"])
        let reached = path == .warm ? launched : start + .milliseconds(latency)
        let drained = start + .seconds(60) - (reached + .milliseconds(7))
        let times = [launched - start, reached - launched, .milliseconds(7), drained]
        #expect(steps.timings.map(\.time) == times)
    }
}
