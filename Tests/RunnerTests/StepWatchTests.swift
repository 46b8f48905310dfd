import AirlockCore
import Glibc
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
    @Test(arguments: [StartPath.cold, .warm]) func aScriptsTimeIsItsOwn(path: StartPath) throws {
        let channel = ChannelWatch(SilentChannel())
        var steps = StepWatch()
        usleep(20_000)
        channel.started(try SupervisorLink(clock: RunClock(start: .now)))
        var outcome = SandboxOutcome(
            status: .succeeded, isolation: IsolationReport(level: .full, layers: []), usage: RunUsage(),
            startLatency: path == .warm ? .zero : .milliseconds(30), standardOutput: CapturedStream(),
            standardError: CapturedStream(), diskWasFull: false)
        outcome.startPath = path
        outcome.usage.wall = path == .warm ? .milliseconds(7) : .milliseconds(37)
        steps.end(of: outcome, channel, at: .now + .seconds(1))
        #expect(steps.timings.map(\.step) == ["launch", "interpreter", "script", "drain"])
        // Cold, its interpreter's start began with the launch; a busy machine may take longer for that than it is said to.
        let script = try #require(steps.timings.first { $0.step == "script" }).time
        #expect(path == .warm ? script == .milliseconds(7) : script <= .milliseconds(7), "\(script)")
    }
}
