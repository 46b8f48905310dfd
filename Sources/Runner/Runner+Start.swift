import AirlockCore
import EmbeddedFiles
import Sandbox

extension Runner {
    /// Runs it cold; with `AIRLOCK_START=warm`, where there is a warm path, in a slot of a zygote that is made for this run
    /// alone. That is slower than either, and for the tests: so they reach the warm path through the command.
    func start(
        _ request: SandboxRequest, in sandbox: Sandbox, channel: any GuestChannel
    ) async throws(AirlockError) -> SandboxOutcome {
        guard environment["AIRLOCK_START"] == "warm", request.isolation == .full, request.profile != .box,
            request.seed == nil
        else { return try await sandbox.run(request, channel: channel) }
        let zygote = try Zygote(
            sandbox: sandbox, runtime: request.runtime, profile: request.profile,
            extension: EmbeddedFiles.zygoteExtension)
        let outcome: Result<SandboxOutcome, AirlockError>
        do throws(AirlockError) {
            let slot = try await zygote.makeSlot(request.limits)
            outcome = .success(try await sandbox.run(request, in: slot, channel: channel))
        } catch {
            outcome = .failure(error)
        }
        await zygote.drain()
        return try outcome.get()
    }
}
