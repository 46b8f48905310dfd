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

    /// Launches a sandbox; what is in it waits for its script.
    ///
    /// - Throws: `isolation_unavailable` naming the step that failed; nothing is left behind then. Steps that init
    ///   takes report over the pipe instead.
    init(
        _ specification: LaunchSpecification, cgroup: Int32 = -1, fault: LaunchFault
    ) throws(AirlockError) {
        let null = OwnedDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))
        guard null.number >= 0 else { throw .file("/dev/null") }
        let nullInput = try null.raised()
        let output = try Pipe.make()
        let errors = try Pipe.make()
        let replies = try Pipe.make()
        let requests = try Pipe.make()
        let plan = LaunchPlan(
            specification,
            descriptors: .init(
                nullInput: nullInput.number, output: output.write.number, errors: errors.write.number,
                replies: replies.read.number, requests: requests.write.number),
            cgroup: cgroup, fault: fault)
        var child = airlock_child()
        var error: Int32 = 0
        let step = withUnsafePointer(to: plan.plan) { airlock_launch($0, &child, &error) }
        guard step == AIRLOCK_STEP_NONE.rawValue else { throw .launch(step: step, error: error) }
        pid = child.pid
        pidfd = OwnedDescriptor(child.pidfd)
        control = OwnedDescriptor(child.control)
        report = OwnedDescriptor(child.report)
        self.output = output.read
        self.errors = errors.read
        self.requests = requests.read
        self.replies = replies.write
        self.output.makeNonBlocking()
        self.errors.makeNonBlocking()
        self.requests.makeNonBlocking()
        self.report.makeNonBlocking()
        self.replies.makeNonBlocking()
    }

    /// Ends a child that nobody will supervise. When this returns, nothing of it is left.
    consuming func discard() {
        _ = airlock_kill(pidfd.number)
        var status: Int32 = 0
        _ = retrying { waitpid(pid, &status, 0) }
    }
}
