import AirlockCore
import AirlockLauncher
import Glibc

/// A launched init, and the host's ends of all pipes to it and to the script.
struct LaunchedChild: ~Copyable {
    let pid: pid_t
    let pidfd: OwnedDescriptor
    /// One byte ends the run; closing it does so too.
    let control: OwnedDescriptor
    let report: OwnedDescriptor
    let output: OwnedDescriptor
    let errors: OwnedDescriptor
    let requests: OwnedDescriptor
    let replies: OwnedDescriptor
    /// Whether it is a child of this process, which then has to reap it: a slot is its zygote's.
    let isOwn: Bool

    /// Launches a sandbox; what is in it waits for its script.
    ///
    /// - Parameters:
    ///   - specification: the bytes of a ``LaunchSpecification``.
    ///   - fault: a place that is made to fail, as `airlock_inject` has it.
    /// - Throws: `isolation_unavailable` naming the step that failed; nothing is left behind then. Steps that init
    ///   takes report over the pipe instead.
    init(specification: [UInt8], cgroup: Int32 = -1, fault: String? = nil) throws(AirlockError) {
        var child = airlock_child()
        var streams = airlock_streams()
        var error: Int32 = 0
        let lists = UnsafeMutablePointer<airlock_plan_lists>.allocate(capacity: 1)
        defer { lists.deallocate() }
        var plan = airlock_empty_plan()
        let step: UInt32? = specification.withUnsafeBufferPointer { bytes in
            // An array's elements lie at a multiple of 16.
            guard let start = bytes.baseAddress, airlock_read_plan(start, bytes.count, lists, &plan) else { return nil }
            plan.cgroup = cgroup
            airlock_inject(&plan, fault)
            return airlock_start(&plan, &child, &streams, &error)
        }
        guard let step else {
            throw AirlockError(
                .internalError, "the sandbox's specification cannot be launched: it shows too many paths",
                hint: "Set AIRLOCK_PYTHON to an interpreter whose library lies in fewer directories.")
        }
        guard step == AIRLOCK_STEP_NONE.rawValue else { throw .launch(step: step, error: error) }
        self.init(child, streams)
    }

    init(_ child: airlock_child, _ streams: airlock_streams, isOwn: Bool = true) {
        self.isOwn = isOwn
        pid = child.pid
        pidfd = OwnedDescriptor(child.pidfd)
        control = OwnedDescriptor(child.control)
        report = OwnedDescriptor(child.report)
        output = OwnedDescriptor(streams.output)
        errors = OwnedDescriptor(streams.errors)
        requests = OwnedDescriptor(streams.requests)
        replies = OwnedDescriptor(streams.replies)
        report.makeNonBlocking()
    }

    /// Ends a child that nobody will supervise. When this returns, nothing of it is left.
    consuming func discard() {
        _ = airlock_kill(pidfd.number)
        if isOwn {
            var status: Int32 = 0
            _ = retrying { waitpid(pid, &status, 0) }
        } else {
            // Its namespace ends before it does.
            var end = pollfd(fd: pidfd.number, events: Int16(POLLIN), revents: 0)
            _ = retrying { poll(&end, 1, -1) }
        }
    }
}
