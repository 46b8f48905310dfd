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

    /// A waiting sandbox may be woken before the variables are looked at; one that is not needed after all waits on.
    @Test func anInvalidRequestTakesNoSlot() async throws {
        let (runner, driver) = (Self.warmRunner(fault: nil), CountingDriver())
        try await Self.waitForSlot(runner)
        let head = """
            # /// script
            # [tool.airlock]
            # title = "Days"
            # description = "Counts."
            # [tool.airlock.variables]
            # days = { type = "integer", description = "How many", minimum = 1, default = 2 }
            # ///
            print({{ days }})

            """
        var request = RunRequest(template: try Template(adHoc: "days", bytes: Array(head.utf8)), driver: driver)
        request.variables = VariableInputs(values: ["days": 0])
        request.limits.memory = .kibibytes(1)
        let served = runner.pools.reduce(0) { $0 + $1.served }
        for _ in 0..<20 {
            let result = await runner.run(request)
            #expect(result.status == .invalid && result.error?.message.contains("days") == true, "\(result)")
        }
        request.variables = VariableInputs()
        let refused = await runner.run(request)
        #expect(refused.status != .succeeded && refused.error?.message.contains("memory") == true, "\(refused)")
        #expect(runner.pools.reduce(0) { $0 + $1.served } == served)
        request.limits.memory = nil
        let result = await runner.run(request)
        #expect(result.status == .succeeded && result.startPath == .warm, "\(result.coldReason ?? "")")
        await runner.letCool()
    }
}
