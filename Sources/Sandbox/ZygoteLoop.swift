import AirlockCore
import AirlockLauncher
import Glibc

/// Launches a zygote and serves it until it ends, on one thread.
final class ZygoteLoop {
    typealias Instant = ContinuousClock.Instant

    /// How long the imports may take.
    private static let patience = Duration.seconds(60)
    /// Slots that are made at once: more would only wait for a processor.
    private static let maxAtOnce = 4
    private static let maxComplaintBytes = 4096
    /// A slot whose run is over has nothing more to do; should somebody have stopped it, it is killed.
    private static let leavingPatience = Duration.milliseconds(500)

    private let service: ZygoteService
    private let child: OwnedChild
    private let requests: OwnedDescriptor
    private let output: OwnedDescriptor
    private var complaint: [UInt8] = []
    private var outputIsOpen = true
    private let deadline: Instant
    private var isReady = false
    /// Without an answer yet, in the order in which they were asked for.
    private var asked: [SlotInMaking] = []
    private var preparing: [SlotInMaking] = []
    /// Whose runs are over.
    private var leaving: [(slot: any LeavingSlot, killAt: Instant)] = []

    /// The zygote's init.
    private struct OwnedChild: ~Copyable {
        let pid: pid_t
        let pidfd: OwnedDescriptor
        let control: OwnedDescriptor
        let report: OwnedDescriptor
    }

    init(_ service: ZygoteService) throws(AirlockError) {
        self.service = service
        var zygote = airlock_zygote()
        var error: Int32 = 0
        let lists = UnsafeMutablePointer<airlock_plan_lists>.allocate(capacity: 1)
        defer { lists.deallocate() }
        var plan = airlock_empty_plan()
        let bytes = service.zygoteBytes
        let step: UInt32? = bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, airlock_read_plan(start, bytes.count, lists, &plan) else { return nil }
            airlock_inject(&plan, service.fault(of: "zygote"))
            return airlock_start_zygote(&plan, &zygote, &error)
        }
        guard let step else {
            throw AirlockError(.internalError, "the zygote's specification cannot be launched: it shows too many paths")
        }
        guard step == AIRLOCK_STEP_NONE.rawValue else { throw .launch(step: step, error: error) }
        child = OwnedChild(
            pid: zygote.child.pid, pidfd: OwnedDescriptor(zygote.child.pidfd),
            control: OwnedDescriptor(zygote.child.control), report: OwnedDescriptor(zygote.child.report))
        child.report.makeNonBlocking()
        requests = OwnedDescriptor(zygote.requests)
        output = OwnedDescriptor(zygote.output)
        deadline = .now + Self.patience
    }

    /// - Returns: why it ended; nothing of it is left then, nor of its slots.
    func run() -> AirlockError {
        let end = serve()
        // Init is the first process of the namespace that all slots' namespaces lie in: they end with it.
        _ = airlock_kill(child.pidfd.number)
        var status: Int32 = 0
        _ = retrying { waitpid(child.pid, &status, 0) }
        for slot in asked + preparing { slot.fail(end) }
        for (slot, _) in leaving {
            slot.awaitEnd()
            slot.hasEnded()
        }
        return end
    }

    private func serve() -> AirlockError {
        while true {
            let room = isReady ? max(0, Self.maxAtOnce - asked.count - preparing.count) : 0
            let (orders, left, mayEnd) = service.takeOrders(room)
            let killAt = Instant.now + Self.leavingPatience
            leaving += left.map { ($0, killAt) }
            for order in orders { ask(order) }
            if mayEnd, asked.isEmpty, preparing.isEmpty { return ZygoteService.closed }
            let own = [
                service.eventDescriptor, requests.number, child.pidfd.number, outputIsOpen ? output.number : -1,
                service.timerDescriptor,
            ]
            var polled = own.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let making = preparing
            polled += making.map { pollfd(fd: $0.reportDescriptor, events: Int16(POLLIN), revents: 0) }
            polled += leaving.map { pollfd(fd: $0.slot.pidfd, events: Int16(POLLIN), revents: 0) }
            _ = poll(&polled, nfds_t(polled.count), timeout)
            if polled[3].revents != 0 { readOutput() }
            if polled[1].revents != 0, !takeAnswer() { return reasonOfEnd }
            if polled[2].revents != 0 { return reasonOfEnd }
            let now = Instant.now
            if !isReady, now >= deadline { return tooSlow }
            for (slot, entry) in zip(making, polled.dropFirst(own.count)) where entry.revents != 0 {
                slot.readReport(service)
            }
            for slot in making { slot.checkDeadline(now) }
            preparing.removeAll { $0.isDone }
            takeLeave(of: polled.suffix(leaving.count).map { $0.revents != 0 }, now)
        }
    }

    /// - Parameter haveEnded: which of the slots that leave are gone.
    private func takeLeave(of haveEnded: [Bool], _ now: Instant) {
        var staying: [(slot: any LeavingSlot, killAt: Instant)] = []
        for ((slot, killAt), hasEnded) in zip(leaving, haveEnded) {
            if hasEnded {
                slot.hasEnded()
            } else if now >= killAt {
                slot.kill()
                staying.append((slot, now + Self.leavingPatience))
            } else {
                staying.append((slot, killAt))
            }
        }
        leaving = staying
    }

    private var timeout: Int32 {
        let deadlines = preparing.map(\.deadline) + leaving.map(\.killAt) + (isReady ? [] : [deadline])
        guard let next = deadlines.min() else { return -1 }
        return Int32(clamping: max(0, Int((next - .now).inMilliseconds.rounded(.up))))
    }

    private func ask(_ order: ZygoteService.Order) {
        var child = airlock_child()
        var streams = airlock_streams()
        var error: Int32 = 0
        let bytes = service.slotBytes(order.limits)
        let step = airlock_ask_for_slot(
            requests.number, bytes, bytes.count, order.inHurry, order.processor ?? -1, service.fault(of: "slot"),
            &child, &streams, &error)
        guard step == AIRLOCK_STEP_NONE.rawValue else {
            return order.answer(.failure(.launch(step: step, error: error)))
        }
        asked.append(SlotInMaking(order, child: child, streams: streams))
    }

    /// - Returns: `false` when there is none: the zygote is gone.
    private func takeAnswer() -> Bool {
        var answer = airlock_slot_answer()
        var pidfd: Int32 = -1
        guard airlock_take_slot_answer(requests.number, &answer, &pidfd) else { return false }
        guard isReady else {
            isReady = true
            return true
        }
        guard !asked.isEmpty else { return false }
        let slot = asked.removeFirst()
        if answer.step == AIRLOCK_STEP_NONE.rawValue {
            slot.begin(pidfd: pidfd, service: service)
        } else {
            slot.fail(.launch(step: answer.step, error: answer.error))
        }
        if !slot.isDone { preparing.append(slot) }
        return true
    }

    // MARK: The end

    private func readOutput() {
        var chunk = [UInt8](repeating: 0, count: 4096)
        let count = retrying { read(output.number, &chunk, chunk.count) }
        if count == 0 { outputIsOpen = false }
        if count > 0 { complaint += chunk[..<min(count, Self.maxComplaintBytes - complaint.count)] }
    }

    /// Init's record of a step that failed, or the interpreter's last words.
    private var reasonOfEnd: AirlockError {
        var source = pollfd(fd: child.pidfd.number, events: Int16(POLLIN), revents: 0)
        _ = poll(&source, 1, 1000)
        var record = airlock_report()
        let size = MemoryLayout<airlock_report>.size
        while withUnsafeMutableBytes(of: &record, { read(child.report.number, $0.baseAddress, size) }) == size {
            if record.event == AIRLOCK_EVENT_FAILED.rawValue { return .launch(step: record.step, error: record.error) }
        }
        if outputIsOpen { readOutput() }
        let words = String(decoding: complaint, as: UTF8.self).split(separator: "\n").last.map(String.init)
        return AirlockError(
            .interpreterUnavailable, "the zygote of \(service.runtime.executable) ended",
            hint: "Runs start cold without one; set AIRLOCK_PYTHON to another interpreter if this goes on.",
            cause: words)
    }

    private var tooSlow: AirlockError {
        AirlockError(
            .interpreterUnavailable, "the zygote's imports took longer than \(Self.patience.shortText)",
            hint: "Leave slow packages out of the template's dependencies, or do less at once.")
    }
}
