import AirlockCore
import AirlockLauncher
import Testing

@testable import Sandbox

/// Each place of each step, of a zygote's launch and of a slot's making, is made to fail: nothing runs, and the error
/// names the step.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ZygoteFaultTests {
    private static let notOfASlot: Set = [
        "open_source", "identity", "process_table", "root", "bind", "pivot", "hostname", "old_root", "exec",
    ]
    /// A zygote has no filter of its own.
    private static let notOfAZygote: Set = ["seccomp"]

    @Test(arguments: ["zygote", "slot"]) func everyPlaceFailsClosed(role: String) async throws {
        let exempt = role == "slot" ? Self.notOfASlot : Self.notOfAZygote
        for step in LaunchSteps.names {
            // The first place of this one is the host's, in a launch of its own.
            let first = role == "slot" && step == "wait_for_host" ? 1 : 0
            var place = first
            while place < 64, try await fails(at: "\(role).\(step):\(place)", step: step) { place += 1 }
            #expect(place < 64, "\(role).\(step) has no end")
            #expect((place == first) == exempt.contains(step), "\(role).\(step) has \(place) places")
        }
    }

    private func fails(at place: String, step: String) async throws -> Bool {
        let sandbox = try WarmPath.sandbox(fault: place)
        let zygote = try WarmPath.zygote(sandbox)
        do throws(AirlockError) {
            let slot = try await zygote.makeSlot(SandboxLimits())
            // The last place of the watch is after the end.
            slot.discard()
            return false
        } catch {
            #expect(error.message.contains("step '\(step)' failed"), "\(place): \(error)")
            return true
        }
    }
}
