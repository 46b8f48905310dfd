public import AirlockCore

extension Sandbox {
    /// Runs one script to its end in a slot that waits for it; else as ``run(_:channel:)``.
    ///
    /// - Throws: `invalid_argument` for a request that the slot does not fit (``Slot/fits(_:)``); `internal_error` when it
    ///   was used already, or has ended while it waited, and when the host has no descriptor or thread left: of the script
    ///   nothing has run then, and it may be run elsewhere. `isolation_unavailable` when init lost its watch.
    public func run(
        _ request: SandboxRequest, in slot: Slot, channel: any GuestChannel
    ) async throws(AirlockError) -> SandboxOutcome {
        guard slot.fits(request) else {
            throw AirlockError(.invalidArgument, "the prepared sandbox was made for other limits, or another runtime")
        }
        return try await onThread { link in self.supervise(request, in: slot, channel: channel, link: link) }
    }

    private func supervise(
        _ request: SandboxRequest, in slot: Slot, channel: any GuestChannel, link: SupervisorLink
    ) -> Result<SandboxOutcome, AirlockError> {
        Result { () throws(AirlockError) in
            let filter = try filter(for: Kind(level: .full, profile: request.profile))
            guard slot.isWaiting, let waiting = slot.take() else {
                throw AirlockError(.internalError, "the prepared sandbox ended, or was taken, before it had a script")
            }
            defer { slot.ended() }
            let supervisor = Supervisor(
                request, channel: channel, link: link, child: waiting.child, scratch: nil, cgroup: waiting.cgroup.path,
                mayRaiseSignals: filter.mayRaiseSignals, lockedPayload: waiting.payload)
            var outcome = try supervisor.run()
            outcome.startPath = .warm
            outcome.isolation = report(for: request, cgroup: waiting.cgroup.layer, filter: filter, isWarm: true)
            outcome.isolation.limits = IsolationReport.HeldLimit.all(of: request, groups: waiting.cgroup.settings)
            return outcome
        }
    }
}
