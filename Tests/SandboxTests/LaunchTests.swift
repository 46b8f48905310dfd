import AirlockCore
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

    /// Calls itself until four megabytes of its thread's stack are used, then ends the run.
    final class DescendingChannel: GuestChannel {
        static let depth = 4096

        func started(_ link: any GuestLink) {
            link.end(.upstreamFailed, reason: "\(descend(Self.depth))")
        }

        private func descend(_ depth: Int) -> Int {
            guard depth > 0 else { return 0 }
            return withUnsafeTemporaryAllocation(byteCount: 1024, alignment: 16) { frame in
                frame.initializeMemory(as: UInt8.self, repeating: 1)
                return descend(depth - 1) + Int(frame[depth % 1024])
            }
        }

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

    /// Queries of scripts are parsed there, and nest.
    @Test func theSupervisingThreadHasRoomForRecursion() async throws {
        let outcome = try await sandbox().run(try request(.full), channel: DescendingChannel())
        #expect(outcome.status == .upstreamFailed && outcome.reason == "\(DescendingChannel.depth)")
    }

    @Test func withoutAThreadTheRunFailsInsteadOfBlocking() {
        #expect(throws: AirlockError.self) { try DetachedThread.start(stackBytes: 1 << 50) {} }
    }
}
