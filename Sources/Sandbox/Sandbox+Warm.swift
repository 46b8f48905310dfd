public import AirlockCore

extension Sandbox {
    /// Runs one script to its end in a slot that waits for it; else as ``run(_:channel:)``.
    ///
    /// - Throws: `invalid_argument` for a request that the slot does not fit (``Slot/fits(_:)``); `internal_error` when it
    ///   was used already, or has ended while it waited, and when the host has no descriptor or thread left: of the script
    ///   nothing has run then, and the channel was not started: it may be run elsewhere. `isolation_unavailable` when init
    ///   lost its watch; the channel was started then, and the script may have run.
    public func run(
        _ request: SandboxRequest, in slot: Slot, channel: any GuestChannel
    ) async throws(AirlockError) -> SandboxOutcome {
        guard slot.fits(request) else {
            throw AirlockError(.invalidArgument, "the prepared sandbox was made for other limits, or another runtime")
        }
        return try await onThread { link, deliver in
            self.supervise(request, in: slot, channel: channel, link: link, deliver)
        }
    }

    /// Delivers once what came of the run, and returns when nothing of the slot is left.
    private func supervise(
        _ request: SandboxRequest, in slot: Slot, channel: any GuestChannel, link: SupervisorLink, _ deliver: Delivery
    ) {
        let filter: SeccompFilter
        do throws(AirlockError) {
            filter = try self.filter(for: Kind(level: .full, profile: request.profile))
        } catch {
            return deliver(.failure(error))
        }
        guard slot.isWaiting, let waiting = slot.take() else {
            let message = "the prepared sandbox ended, or was taken, before it had a script"
            return deliver(.failure(AirlockError(.internalError, message)))
        }
        defer { slot.ended() }
        let cgroup = waiting.cgroup
        let supervisor = Supervisor(
            request, channel: channel, link: link, child: waiting.child, scratch: nil, cgroup: cgroup.path,
            mayRaiseSignals: filter.mayRaiseSignals, lockedPayload: waiting.payload)
        do throws(AirlockError) {
            var outcome = try supervisor.run()
            outcome.startPath = .warm
            outcome.isolation = report(for: request, cgroup: cgroup.layer, filter: filter, isWarm: true)
            outcome.isolation.limits = IsolationReport.HeldLimit.all(of: request, groups: cgroup.settings)
            deliver(.success(outcome))
        } catch {
            deliver(.failure(error))
        }
        supervisor.awaitEnd()
        // It can be removed only now.
        cgroup.end()
    }
}
