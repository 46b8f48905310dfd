public import AirlockCore
import Synchronization

extension Sandbox {
    /// How long the caller's own thread serves a run before it leaves that to a thread made for it, which takes longer than
    /// most scripts. So long whoever shares the thread has to wait; a call that has to wait is left to the other at once.
    private static let patience = Duration.milliseconds(2)

    /// Runs one script to its end in a slot that waits for it; else as ``run(_:channel:)``. When this returns, the script
    /// does nothing any more, but the kernel may still be taking apart what is left of its process.
    ///
    /// - Parameters:
    ///   - whenLong: is called where the run goes on after what most scripts take, for what is in no hurry before that.
    ///   - whenGone: is called once, on any thread, when nothing is left of the slot; also where this throws.
    /// - Throws: `invalid_argument` for a request that the slot does not fit (``Slot/fits(_:)``); `internal_error` when it
    ///   was used already, or has ended while it waited, and when the host has no descriptor left: of the script nothing has
    ///   run then, and the channel was not started: it may be run elsewhere. `isolation_unavailable` when init lost its
    ///   watch, `internal_error` without a thread for a long run; the channel was started then, and the script may have run.
    public func run(
        _ request: SandboxRequest, in slot: Slot, channel: any GuestChannel, whenLong: () -> Void = {},
        whenGone: @escaping @Sendable () -> Void = {}
    ) async throws(AirlockError) -> SandboxOutcome {
        let link: SupervisorLink
        let run: SlotRun
        do throws(AirlockError) {
            guard slot.fits(request) else {
                throw AirlockError(
                    .invalidArgument, "the prepared sandbox was made for other limits, or another runtime")
            }
            link = try SupervisorLink(clock: RunClock(start: .now))
            run = try begin(request, in: slot, channel: channel, link: link, whenGone)
        } catch {
            whenGone()
            throw error
        }
        let outcome = await withTaskCancellationHandler {
            run.begin()
            if run.serve(for: Self.patience) { return run.finish() }
            whenLong()
            return await Self.onThread {
                _ = run.serve()
                return run.finish()
            }
        } onCancel: {
            link.end(.cancelled, reason: "the run was cancelled")
        }
        run.leave()
        return try outcome.get()
    }

    private func begin(
        _ request: SandboxRequest, in slot: Slot, channel: any GuestChannel, link: SupervisorLink,
        _ whenGone: @escaping @Sendable () -> Void
    ) throws(AirlockError) -> SlotRun {
        let filter = try filter(for: .warm(request.profile))
        guard slot.isWaiting, let waiting = slot.take() else {
            throw AirlockError(.internalError, "the prepared sandbox ended, or was taken, before it had a script")
        }
        let cgroup = waiting.cgroup
        let supervisor = Supervisor(
            request, channel: channel, link: link, child: waiting.child, scratch: nil, cgroup: cgroup.path,
            mayRaiseSignals: filter.mayRaiseSignals, lockedPayload: waiting.payload)
        let isolation = slot.isolation(of: request, groups: cgroup.settings)
        return SlotRun(supervisor, slot: slot, cgroup: cgroup, isolation: isolation, whenGone)
    }
}

/// A run in a slot.
///
/// Unchecked: one thread at a time has its supervisor: the caller's, then the one that takes the run over, then, when that
/// is done, the zygote's.
private final class SlotRun: LeavingSlot, @unchecked Sendable {
    private let supervisor: Supervisor
    private let slot: Slot
    private let cgroup: Mutex<CgroupScope?>
    private let whenGone: @Sendable () -> Void
    private let isolation: IsolationReport

    init(
        _ supervisor: Supervisor, slot: Slot, cgroup: consuming CgroupScope, isolation: IsolationReport,
        _ whenGone: @escaping @Sendable () -> Void
    ) {
        self.supervisor = supervisor
        self.slot = slot
        self.cgroup = Mutex(consume cgroup)
        self.whenGone = whenGone
        self.isolation = isolation
    }

    func begin() { supervisor.begin(at: slot.post) }

    func serve(for patience: Duration? = nil) -> Bool { supervisor.serve(for: patience) }

    func finish() -> Result<SandboxOutcome, AirlockError> {
        Result { () throws(AirlockError) in
            var outcome = try supervisor.finish()
            outcome.startPath = .warm
            outcome.isolation = isolation
            return outcome
        }
    }

    func leave() { slot.seeOff(self) }

    // MARK: What is left of it

    var pidfd: Int32 { supervisor.pidfd }

    func kill() { supervisor.kill() }

    func hasEnded() {
        // It can be removed only now.
        cgroup.withLock { cgroup in
            let left = cgroup.take()
            _ = consume left
        }
        slot.ended()
        whenGone()
    }
}
