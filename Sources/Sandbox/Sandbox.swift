public import AirlockCore
import AirlockLauncher
import Glibc
import Synchronization

/// Runs scripts in isolation: one child, one script, once.
///
/// Safe to use from several tasks at once. A filter is compiled once, with the first run of its level and profile.
public final class Sandbox: Sendable {
    struct Kind: Hashable {
        var level: IsolationReport.Level
        var profile: SandboxProfile
        var reportsLastCall = false

        /// Of a slot. With one thread its last call is its end; with several it is not the end of what the others do.
        static func warm(_ profile: SandboxProfile) -> Kind {
            Kind(level: .full, profile: profile, reportsLastCall: profile == .strict)
        }
    }

    private let rules: SeccompRules
    private let filters = Mutex<[Kind: SeccompFilter]>([:])
    let environment: [String: String]
    let landlockABI: Int32
    let fault: String?
    private let headStart: HeadStart?

    /// - Parameters:
    ///   - profiles: seccomp profiles by file name; ``SeccompRules`` says which are used.
    ///   - environment: the host's, for `AIRLOCK_CGROUP` and the cache directory; nothing of it reaches a child.
    ///   - headStart: a sandbox that was launched before this one was made; the first run that fits it takes it.
    /// - Throws: `invalid_argument` for a faulty profile, `isolation_unavailable` on a kernel without what every level
    ///   of isolation needs.
    public init(
        profiles: [String: [UInt8]], environment: [String: String], headStart: HeadStart? = nil
    ) throws(AirlockError) {
        self.headStart = headStart
        fault = environment[AIRLOCK_FAIL_AT]
        rules = try SeccompRules(files: profiles)
        self.environment = environment
        landlockABI = min(airlock_landlock_abi(), 7)
        guard landlockABI > 0 else {
            throw AirlockError(
                .isolationUnavailable, "this kernel has no Landlock, which every level of isolation needs",
                hint: "Use Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK and 'landlock' among the lsm= modules.")
        }
    }

    /// Compiles the filter of a level before a run asks for it; a faulty profile is that run's to report.
    package func compileFilter(for level: IsolationReport.Level) {
        _ = try? filter(for: Kind(level: level, profile: .strict))
    }

    /// The filter of a level and profile, compiled with the first run of it.
    func filter(for kind: Kind) throws(AirlockError) -> SeccompFilter {
        let outcome = filters.withLock { filters -> Result<SeccompFilter, AirlockError> in
            if let filter = filters[kind] { return .success(filter) }
            return Result { () throws(AirlockError) in
                let filter = try SeccompFilter(
                    profile: try rules.profile(kind.profile, at: kind.level), startup: rules.startup,
                    reportsLastCall: kind.reportsLastCall)
                filters[kind] = filter
                return filter
            }
        }
        return try outcome.get()
    }

    /// Runs one child to its end.
    ///
    /// How the child ended is data, not an error. Cancelling the task ends the run as `cancelled`; when this returns,
    /// the child is reaped and nothing of it is left.
    ///
    /// - Throws: `isolation_unavailable` or `interpreter_unavailable` when the run could not start; `invalid_argument`
    ///   for `box` in portable isolation; `internal_error` when the host has no descriptor or thread left for it.
    public func run(
        _ request: SandboxRequest, channel: any GuestChannel
    ) async throws(AirlockError) -> SandboxOutcome {
        let link = try SupervisorLink(clock: RunClock(start: .now))
        let outcome = await withTaskCancellationHandler {
            await Self.onThread { self.supervise(request, channel: channel, link: link) }
        } onCancel: {
            link.end(.cancelled, reason: "the run was cancelled")
        }
        return try outcome.get()
    }

    /// Channels parse and compile what scripts ask on this thread, recursively: as much as a main thread has. Only what is
    /// touched takes memory.
    private static let stackBytes = 8 << 20

    /// Runs `body` on a thread of its own.
    static func onThread(
        _ body: @escaping @Sendable () -> Result<SandboxOutcome, AirlockError>
    ) async -> Result<SandboxOutcome, AirlockError> {
        await withCheckedContinuation { continuation in
            do throws(AirlockError) {
                try DetachedThread.start(stackBytes: stackBytes) { continuation.resume(returning: body()) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }

    private func supervise(
        _ request: SandboxRequest, channel: any GuestChannel, link: SupervisorLink
    ) -> Result<SandboxOutcome, AirlockError> {
        Result { () throws(AirlockError) in
            try Self.check(request.profile, at: request.isolation)
            let filter = try filter(for: Kind(level: request.isolation, profile: request.profile))
            let cgroup = CgroupScope.make(
                limits: request.limits, profile: request.profile, environment: environment)
            let scratch =
                request.isolation == .full
                ? nil
                : try ScratchDirectory(
                    in: RuntimeStore(environment: environment).directory + "/scratch",
                    owner: LaunchSpecification.hostIdentity)
            let specification = LaunchSpecification(
                request, filter: filter, scratchOnHost: scratch?.path, landlockABI: landlockABI)
            let bytes = specification.bytes
            // Portable isolation's scratch directory is another with each run, and a group has to be there first.
            let canRecur = specification.namespaces != 0 && cgroup.descriptor < 0
            let child: LaunchedChild
            if let early = headStart?.take(for: bytes, canRecur: canRecur) {
                child = early
            } else {
                child = try LaunchedChild(specification: bytes, cgroup: cgroup.descriptor, fault: fault)
            }
            let supervisor = Supervisor(
                request, channel: channel, link: link, child: child, scratch: scratch, cgroup: cgroup.path,
                mayRaiseSignals: filter.mayRaiseSignals)
            var outcome = try supervisor.run()
            outcome.isolation = report(for: request, cgroup: cgroup, filter: filter)
            return outcome
        }
    }

    /// What bounds and ends a tree of processes is its PID namespace.
    package static func check(_ profile: SandboxProfile, at level: IsolationReport.Level) throws(AirlockError) {
        guard profile == .box, level == .portable else { return }
        throw AirlockError(
            .invalidArgument,
            "the profile 'box' needs full isolation: without namespaces nothing would bound its processes or end them all",
            at: .argument("--profile"),
            hint:
                "Leave out --isolation portable, or use --profile data. 'airlock doctor' says what full isolation needs."
        )
    }

    private static func shown(in profile: SandboxProfile) -> String {
        switch profile {
        case .strict: "the interpreter only"
        case .data: "the interpreter and its packages"
        case .box: "the interpreter, its packages, /usr/bin and what is there for it"
        }
    }

    /// The layers of a run that was launched: each failed step would have prevented it, so what is planned is active.
    func report(
        for request: SandboxRequest, cgroup: borrowing CgroupScope, filter: SeccompFilter, isWarm: Bool = false
    ) -> IsolationReport {
        let isFull = request.isolation == .full
        let portable = "left out by portable isolation"
        func layer(_ name: String, _ active: Bool, _ detail: String) -> IsolationReport.Layer {
            .init(
                name: name, active: active, detail: active ? detail : portable,
                remedy: active ? nil : "Use --isolation full where the host allows user namespaces.")
        }
        let files = SeccompRules.files(request.profile, at: request.isolation).map { String($0.dropLast(5)) }
        return IsolationReport(
            level: request.isolation, profile: request.profile,
            layers: [
                layer(
                    "namespaces", isFull,
                    isWarm
                        ? "user, mount, pid, ipc; net, uts, cgroup of its zygote's"
                        : "user, mount, pid, net, ipc, uts, cgroup"),
                layer(
                    "private_root", isFull,
                    "read-only, \(Self.shown(in: request.profile)); scratch is a tmpfs of \(request.limits.disk)"),
                layer(
                    "privileges", true,
                    "no_new_privs, no capabilities, host uid \(LaunchSpecification.hostIdentity.uid)"),
                layer("landlock", true, "ABI \(landlockABI)"),
                layer(
                    "rlimits", true, "AS, DATA, CPU, FSIZE, NOFILE, NPROC, STACK, CORE, MEMLOCK, MSGQUEUE, SIGPENDING"),
                cgroup.layer,
                layer(
                    "seccomp", true,
                    "profile \(request.profile.rawValue) (\(files.joined(separator: ", "))), "
                        + "\(filter.program.count) instructions, refusals counted"
                ),
                layer("supervision", true, "timers on a pidfd, bounded capture, death with the host"),
            ], limits: IsolationReport.HeldLimit.all(of: request, groups: cgroup.settings))
    }
}
