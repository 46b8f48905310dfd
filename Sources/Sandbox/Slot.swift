public import AirlockCore
import AirlockLauncher
import Glibc
import Synchronization

/// An interpreter that was forked from a ``Zygote``, isolated and locked down before there is a script for it. It runs
/// one script, once.
public final class Slot: Sendable {
    /// What was made before the script came.
    struct Waiting: ~Copyable {
        let child: LaunchedChild
        let cgroup: CgroupScope
        /// The interpreter's process, as its init sees it.
        let payload: pid_t
    }

    public let runtime: PythonRuntime
    public let profile: SandboxProfile
    /// What it was made for: these limits hold from its first moment, and cannot be another run's.
    public let limits: SandboxLimits
    /// Of a run with these limits.
    private let isolation: IsolationReport
    /// `nil` where the kernel put it anywhere.
    let post: SlotPost?
    private static let maxRouses = 16
    private let rouses = Atomic(0)
    private let waiting: Mutex<Waiting?>
    /// Without its zygote a slot ends.
    private let service: ZygoteService

    init(
        _ waiting: consuming Waiting, runtime: PythonRuntime, profile: SandboxProfile, limits: SandboxLimits,
        isolation: IsolationReport, post: SlotPost?, service: ZygoteService
    ) {
        self.post = post
        self.runtime = runtime
        self.profile = profile
        self.limits = limits
        self.isolation = isolation
        self.service = service
        self.waiting = Mutex(consume waiting)
    }

    /// Ends it if no run took it.
    deinit { discard() }

    /// Whether a run could take it: `false` once one did, and when it has ended of itself, which takes the end of its
    /// zygote or somebody's kill.
    public var isWaiting: Bool { waiting.withLock { $0?.isAlive ?? false } }

    /// Its init, as the host numbers it; `nil` once it was taken.
    var initProcess: pid_t? { waiting.withLock { $0?.child.pid } }

    /// Whether this could be the sandbox of such a run: everything that is settled when a slot is made has to be as the
    /// run asks, so it is a matter of the runtime, the profile, full isolation, no seed (PYTHONHASHSEED is read at the
    /// start) and all limits but `wall`, `total` and `output`, which the host watches.
    public func fits(_ request: SandboxRequest) -> Bool {
        var own = limits
        (own.wall, own.total, own.output) = (request.limits.wall, request.limits.total, request.limits.output)
        return request.isolation == .full && request.seed == nil && request.profile == profile
            && request.runtime == runtime && own == request.limits
    }

    /// What holds a run in it. Made with the slot, as far as the run's own limits allow: it is a good deal of text.
    ///
    /// - Parameter groups: the settings of the slot's control group.
    func isolation(of request: SandboxRequest, groups: [String: String]) -> IsolationReport {
        var isolation = isolation
        if request.limits != limits { isolation.limits = IsolationReport.HeldLimit.all(of: request, groups: groups) }
        return isolation
    }

    /// Ends it if no run took it. When this returns, nothing of it is left.
    public func discard() {
        guard let waiting = take() else { return }
        waiting.end()
        service.slotEnded()
    }

    /// The sandbox, once. Whoever takes it tells the service when it has ended.
    func take() -> Waiting? {
        waiting.withLock { waiting in
            let taken = consume waiting
            waiting = nil
            return taken
        }
    }

    /// Wakes its interpreter, which then looks out for its script for some 300 µs: so what it takes to wake it passes while
    /// the request is looked at. A slot that is given no script after all goes on waiting. Does nothing where it would take
    /// the processor from the caller, where the slot may be anywhere, and after the first 16 times.
    public func rouse() {
        guard let post, post.processor != Processors.current,
            // What it takes until it has its script counts as the script's: no more than that.
            rouses.add(1, ordering: .relaxed).oldValue < Self.maxRouses
        else { return }
        waiting.withLock { waiting in
            guard let pipe = waiting?.child.replies.number else { return }
            var nothing: UInt32 = 0
            _ = PipeWriting.withoutSignal { write(pipe, &nothing, 4) }
        }
    }

    func ended() { service.slotEnded() }

    /// Hands over what is left of it once its run is over.
    func seeOff(_ left: any LeavingSlot) { service.see(off: left) }
}

extension Slot.Waiting {
    /// While it waits, init has nothing to report, and lives.
    var isAlive: Bool {
        var sources = [
            pollfd(fd: child.pidfd.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: child.report.number, events: Int16(POLLIN), revents: 0),
        ]
        return poll(&sources, 2, 0) == 0
    }

    /// Its control group goes after it.
    consuming func end() { child.discard() }
}
