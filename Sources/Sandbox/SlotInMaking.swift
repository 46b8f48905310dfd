import AirlockCore
import AirlockLauncher
import Glibc

/// A slot between the request for it and its lock-down. Lives on its zygote's thread.
final class SlotInMaking {
    private static let patience = Duration.seconds(10)

    private let order: ZygoteService.Order
    private var child: airlock_child
    private let streams: airlock_streams
    private var cgroup: CgroupScope?
    private var payload: pid_t = 0
    private(set) var isDone = false
    let deadline = ContinuousClock.now + SlotInMaking.patience

    init(_ order: ZygoteService.Order, child: airlock_child, streams: airlock_streams) {
        self.order = order
        self.child = child
        self.streams = streams
    }

    var reportDescriptor: Int32 { child.report }

    /// Init waits until it is where it belongs.
    func begin(pidfd: Int32, service: ZygoteService) {
        child.pidfd = pidfd
        let group = CgroupScope.make(
            limits: order.limits, profile: service.profile, environment: service.sandbox.environment)
        guard pidfd >= 0, let pid = Self.number(of: pidfd) else {
            return failIfLiving(AirlockError(.internalError, "a slot's process cannot be told: is /proc mounted?"))
        }
        child.pid = pid
        if let path = group.path, !DelegatedCgroup.write(String(pid), to: path + "/cgroup.procs") {
            return failIfLiving(.launch(step: AIRLOCK_STEP_CLONE.rawValue, error: errno))
        }
        cgroup = consume group
        let error = airlock_begin_slot(child.control)
        if error != 0 { failIfLiving(.launch(step: AIRLOCK_STEP_WAIT_FOR_HOST.rawValue, error: error)) }
    }

    /// What fails here because init has ended already is not the cause: that stands in its record.
    private func failIfLiving(_ error: AirlockError) {
        var sources = [child.pidfd, child.report].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        if poll(&sources, 2, 0) <= 0 { fail(error) }
    }

    /// The number of the process that a pidfd stands for (pidfd_open(2), proc_pid_fdinfo(5)).
    private static func number(of pidfd: Int32) -> pid_t? {
        let lines = readFile("/proc/self/fdinfo/\(pidfd)", maxBytes: 4096).map { String(decoding: $0, as: UTF8.self) }
        let line = lines?.split(separator: "\n").first { $0.hasPrefix("Pid:") }
        return line?.split(separator: "\t").last.flatMap { pid_t($0) }.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Reads one record of init's.
    func readReport(_ service: ZygoteService) {
        var record = airlock_report()
        let size = MemoryLayout<airlock_report>.size
        let count = retrying { withUnsafeMutableBytes(of: &record) { read(child.report, $0.baseAddress, size) } }
        switch airlock_event(rawValue: record.event) {
        case AIRLOCK_EVENT_STARTED where count == size: payload = record.payload
        case AIRLOCK_EVENT_LOCKED where count == size: hand(to: service)
        case AIRLOCK_EVENT_FAILED where count == size: fail(.launch(step: record.step, error: record.error))
        default: fail(neverReady)
        }
    }

    func checkDeadline(_ now: ContinuousClock.Instant) {
        if !isDone, now >= deadline { fail(neverReady) }
    }

    private func hand(to service: ZygoteService) {
        var post: SlotPost?
        if let processor = order.processor {
            // Nobody could let its script go from there.
            guard let found = SlotPost(on: processor, scriptOf: child.pid) else { return fail(neverReady) }
            if found.isKept { post = found }
        }
        guard payload > 0, let group = takeGroup() else { return fail(neverReady) }
        isDone = true
        service.slotMade()
        let layers = service.sandbox.report(
            for: SandboxRequest(
                runtime: service.runtime, isolation: .full, profile: service.profile, limits: order.limits),
            cgroup: group, filter: service.filter, isWarm: true)
        let waiting = Slot.Waiting(
            child: LaunchedChild(child, streams, isOwn: false), cgroup: group, payload: payload)
        order.answer(
            .success(
                Slot(
                    waiting, runtime: service.runtime, profile: service.profile, limits: order.limits,
                    isolation: layers, post: post, service: service)))
    }

    private func takeGroup() -> CgroupScope? {
        cgroup.take()
    }

    /// The interpreter's own words, if it had any.
    private var neverReady: AirlockError {
        var text = [UInt8](repeating: 0, count: 4096)
        let count = read(streams.errors, &text, text.count)
        let words = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: "\n").last
        return AirlockError(
            .interpreterUnavailable, "a slot did not get ready for its script", cause: words.map(String.init))
    }

    /// Ends what there is of it.
    func fail(_ error: AirlockError) {
        guard !isDone else { return }
        isDone = true
        if child.pidfd >= 0 {
            LaunchedChild(child, streams, isOwn: false).discard()
        } else {
            // Closing its control pipe ends an init that waits for the host.
            _ = LaunchedChild(child, streams, isOwn: false)
        }
        _ = takeGroup()
        order.answer(.failure(error))
    }
}
