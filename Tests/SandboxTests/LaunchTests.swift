import AirlockCore
import AirlockLauncher
import EmbeddedFiles
import Foundation
import Testing

@testable import Sandbox

/// Launches with the real interpreter; what the scripts of other suites do is looked at there.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LaunchTests {
    /// A channel that sends nothing, so that the guest waits for its script.
    final class SilentChannel: GuestChannel {
        func started(_ link: any GuestLink) {}
        func received(_ bytes: UnsafeRawBufferPointer) {}
        func ended() {}
    }

    private func sandbox() throws -> Sandbox {
        try Sandbox(profiles: EmbeddedFiles.files(in: .profiles), environment: [:])
    }

    private func request(_ isolation: IsolationReport.Level) throws -> SandboxRequest {
        let cache = "/tmp/airlock-tests-cache-\(geteuid())-launch"
        let runtime = try RuntimeStore(environment: ["AIRLOCK_CACHE": cache])
            .python(guest: EmbeddedFiles.files(in: .guest), environment: [:])
        var limits = SandboxLimits()
        limits.wall = .seconds(2)
        return SandboxRequest(runtime: runtime, isolation: isolation, limits: limits)
    }

    @Test(arguments: IsolationReport.Level.allCases)
    func aGuestThatWaitsForeverIsEnded(isolation: IsolationReport.Level) async throws {
        let outcome = try await sandbox().run(try request(isolation), channel: SilentChannel())
        #expect(outcome.status == .limitExceeded)
        #expect(outcome.limit == .wall)
        #expect(outcome.startLatency != nil, "it locked itself down before it waited")
        #expect(outcome.usage.peakResidentBytes > 1 << 20, "the usage comes from the kernel")
    }

    @Test(arguments: IsolationReport.Level.allCases)
    func cancellingEndsTheRun(isolation: IsolationReport.Level) async throws {
        var patient = try request(isolation)
        patient.limits.wall = .seconds(60)
        let (sandbox, request) = (try sandbox(), patient)
        let task = Task { try await sandbox.run(request, channel: SilentChannel()) }
        task.cancel()
        #expect(try await task.value.status == .cancelled)
    }

    #if DEBUG
        static let steps = (AIRLOCK_STEP_CLONE.rawValue..<AIRLOCK_STEP_MONITOR.rawValue)
        /// Steps of namespaces, which portable isolation does not take.
        static let fullOnly: Set<UInt32> = Set(
            [
                AIRLOCK_STEP_ID_MAP, AIRLOCK_STEP_OPEN_SOURCE, AIRLOCK_STEP_PROCESS_TABLE, AIRLOCK_STEP_PRIVATE_MOUNTS,
                AIRLOCK_STEP_ROOT, AIRLOCK_STEP_BIND, AIRLOCK_STEP_SCRATCH, AIRLOCK_STEP_PIVOT, AIRLOCK_STEP_HOSTNAME,
                AIRLOCK_STEP_OLD_ROOT,
            ].map(\.rawValue))

        /// Every step of the launch is made to fail: nothing runs, the error names the step, nobody is left.
        @Test(arguments: IsolationReport.Level.allCases)
        func everyStepFailsClosed(isolation: IsolationReport.Level) async throws {
            let sandbox = try sandbox()
            for step in Self.steps where isolation == .full || !Self.fullOnly.contains(step) {
                var faulty = try request(isolation)
                faulty.failAt = step
                // Where there is one process of one thread, there is no table of them.
                if step == AIRLOCK_STEP_PROCESS_TABLE.rawValue { faulty.profile = .box }
                let name = String(cString: airlock_step_name(step))
                let message = await failure(of: faulty, in: sandbox)
                #expect(message?.contains("'\(name)'") == true, "step \(name): \(message ?? "the run went on")")
            }
        }

        /// - Returns: why the run could not start; `nil` when it could.
        private func failure(of request: SandboxRequest, in sandbox: Sandbox) async -> String? {
            do throws(AirlockError) {
                _ = try await sandbox.run(request, channel: SilentChannel())
                return nil
            } catch {
                return error.message
            }
        }
    #endif
}
