import AirlockCore
import DriverKit
import Foundation
import Runner
import Synchronization
import Templating
import Testing

/// What becomes of runs in slots that fail them.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WarmRunTests {
    private static func warmRunner(fault: String?) -> Runner {
        var environment = [
            "AIRLOCK_CACHE": NSTemporaryDirectory() + "/airlock-tests-cache-\(geteuid())-runner",
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        ]
        environment["AIRLOCK_FAIL_AT"] = fault
        let runner = Runner(environment: environment)
        var settings = PoolSettings()
        (settings.target, settings.maxSlots) = (1, 2)
        runner.keepWarm(settings)
        return runner
    }

    private static func run(_ runner: Runner, _ driver: CountingDriver) async throws -> RunResult {
        let script = "import airlock\nairlock.call('count')\n"
        let template = try Template(adHoc: "counts", bytes: Array(script.utf8))
        return await runner.run(RunRequest(template: template, driver: driver))
    }

    /// The first run of a kind starts cold, and sets things going.
    private static func waitForSlot(_ runner: Runner) async throws {
        _ = try await run(runner, CountingDriver())
        while !runner.pools.contains(where: { $0.waiting > 0 }) { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func aRunInASlotCallsOnce() async throws {
        let (runner, driver) = (Self.warmRunner(fault: nil), CountingDriver())
        try await Self.waitForSlot(runner)
        let result = try await Self.run(runner, driver)
        #expect(result.status == .succeeded && result.startPath == .warm, "\(result.reason ?? "")")
        #expect(driver.calls.withLock { $0 } == 1)
        await runner.letCool()
    }

    /// Init loses its watch after the script has run: nobody knows how the script ended, but that it may have done all
    /// that it does is known.
    @Test func aScriptThatMayHaveRunIsNotRunAgain() async throws {
        let (runner, driver) = (Self.warmRunner(fault: "slot.monitor:2"), CountingDriver())
        try await Self.waitForSlot(runner)
        let result = try await Self.run(runner, driver)
        #expect(result.status != .succeeded && result.error?.code == .isolationUnavailable, "\(result)")
        #expect(driver.calls.withLock { $0 } == 1)
        await runner.letCool()
    }

    /// A script that calls again and again shares a processor with the thread that answers it, but only as long as it does so.
    @Test func whoCallsAndCallsRunsOnOneProcessor() async throws {
        let (runner, driver) = (Self.warmRunner(fault: nil), CountingDriver())
        try await Self.waitForSlot(runner)
        let script = """
            import airlock, os, time
            def processors(): return len(os.sched_getaffinity(0))
            seen = [processors()]
            for _ in range(100): airlock.call('count')
            seen.append(processors())
            silence = time.monotonic() + 10
            while processors() != seen[0] and time.monotonic() < silence: time.sleep(0.005)
            seen.append(processors())
            airlock.result(seen)
            """
        let template = try Template(adHoc: "calls", bytes: Array(script.utf8))
        var seen: [Int] = []
        // Another test's run may have the processor, or take so long to answer that there is no hurry.
        for _ in 0..<100 where seen.isEmpty || seen[0] > 1 && seen[1] != 1 {
            let result = await runner.run(RunRequest(template: template, driver: driver))
            #expect(result.status == .succeeded, "\(result.reason ?? "")")
            seen = (result.result?.arrayValue ?? []).compactMap(\.intValue)
            try #require(seen.count == 3)
            #expect(seen[0] == seen[2])
        }
        #expect(seen[1] == 1)
        await runner.letCool()
    }
}
