import AirlockCore
import AirlockLauncher
import Glibc

/// Watches one run from launch to its end. On one thread at a time; a child of this process's own, on a thread that lives
/// as long as the child: the kernel ties its parent-death signal to that thread (prctl(2), PR_SET_PDEATHSIG).
final class Supervisor {
    typealias Instant = ContinuousClock.Instant

    private let request: SandboxRequest
    private let channel: any GuestChannel
    private let link: SupervisorLink
    private let scratch: ScratchDirectory?
    private let child: LaunchedChild
    private let cgroup: String?
    private let mayRaiseSignals: Bool
    /// From the start to the end.
    private var earlyWatch: EarlyWatch?
    /// As long as its script stays there.
    private var post: SlotPost?
    private var channelHasEnded = false
    /// An end that it asked for then is not carried out at once: see `finish`.
    private var channelHasLastWord = false
    /// Until the child closes its end.
    private var repliesAreRead = true

    private var standardOutput: BoundedCapture
    private var standardError: BoundedCapture
    private var outgoing = OutgoingBytes()
    /// What is read goes through it. Not zeroed: a small run touches little of it.
    private var chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 65536, alignment: 16)
    /// Of init and of what it reaped.
    private var initUsage = rusage()
    /// Before this nobody listens to what the script prints: it lies in the pipe, and each line would take the processor
    /// from the script, to be read by a host that waits for its end anyway.
    private var listensFrom: Instant
    /// Init reads what the script took, and says so in some microseconds.
    private var endingAt: Instant?
    private var nextScratchCheck: Instant
    private let scratchWatch: ScratchWatch
    private var nextPageTableCheck: Instant
    private var pageTableWatch: PageTableWatch
    private var evidence = Evidence()

    /// So long is it worth while to stay awake for init's last record.
    private static let lastRecord = Duration.microseconds(200)
    /// For so long after the start.
    private static let firstLines = Duration.milliseconds(1)

    /// Supervises a child that was launched for this request, in portable isolation with this scratch directory.
    ///
    /// - Parameters:
    ///   - cgroup: the run's own control group, if it has one.
    ///   - mayRaiseSignals: whether the filter lets the script send signals to itself.
    ///   - lockedPayload: the script's process, of a slot: it was locked down before there was a script.
    init(
        _ request: SandboxRequest, channel: any GuestChannel, link: SupervisorLink, child: consuming LaunchedChild,
        scratch: ScratchDirectory?, cgroup: String?, mayRaiseSignals: Bool, lockedPayload: pid_t? = nil
    ) {
        if let lockedPayload {
            evidence.payload = lockedPayload
            evidence.lockedAt = .now
        }
        self.cgroup = cgroup
        self.mayRaiseSignals = mayRaiseSignals
        self.request = request
        self.channel = channel
        self.link = link
        pageTableWatch = PageTableWatch(memory: request.limits.memory, initProcess: child.pid)
        self.child = child
        self.scratch = scratch
        standardOutput = BoundedCapture(limit: request.limits.output)
        standardError = BoundedCapture(limit: request.limits.output)
        scratchWatch = ScratchWatch(
            maxBytes: request.limits.disk.bytes, maxFiles: SandboxLimits.maxScratchFiles)
        listensFrom = .now
        nextScratchCheck = .now + scratchWatch.pause(bytes: 0, files: 0, took: .zero)
        nextPageTableCheck = .now + PageTableWatch.interval
    }

    deinit { chunk.deallocate() }

    /// Serves the child until it is gone and reaped.
    func run() throws(AirlockError) -> SandboxOutcome {
        begin()
        _ = serve()
        return try finish()
    }

    /// Gives the child its script.
    ///
    /// - Parameter post: a slot's.
    func begin(at post: SlotPost? = nil) {
        let now = Instant.now
        listensFrom = now + Self.firstLines
        self.post = post
        if !child.isOwn { Processors.noteHost() }
        earlyWatch = EarlyWatch(isApart: post.map { $0.processor != Processors.current } ?? false, at: now)
        link.open(child.replies.number)
        channel.started(link)
    }

    /// Once the end is known: what came of the run. Of a slot init is left then, and may be a script that was killed in its
    /// last call: what the kernel then takes apart, memory, namespaces and mounts, takes longer than most scripts.
    func finish() throws(AirlockError) -> SandboxOutcome {
        let now = ContinuousClock.now
        earlyWatch = nil
        link.close()
        // In its last call a script was read to the end. What a handler of its writes after that is no part of the run.
        if evidence.record?.in_last_call != 1 { drain() }
        // What was found in its words counts however it ended. Only the end of its words tells whether it left half a frame
        // behind, which is a reason only where it seemed to succeed.
        if !channelHasEnded { takeLastWord() }
        endChannel()
        if evidence.record?.wait_status == 0 { takeLastWord() }
        if let record = evidence.record, record.event == AIRLOCK_EVENT_FAILED.rawValue, evidence.hostCause == nil {
            throw .launch(step: record.step, error: record.error)
        }
        evidence.ranOutOfMemory = CgroupScope.ranOutOfMemory(in: cgroup)
        // This may last until the kernel is done with what is left. The next run is to find this memory, not new one.
        chunk.deallocate()
        chunk = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        let judgement = Judgement(
            evidence: evidence, limits: request.limits, clock: link.clock, now: now, initUsage: initUsage,
            mayRaiseSignals: mayRaiseSignals)
        return judgement.outcome(standardOutput: standardOutput.stream, standardError: standardError.stream)
    }

    /// What the loop waits for, in the order in which it is seen to.
    private enum Source: Int, CaseIterable { case report, initProcess, event, output, errors, requests, replies }

    /// The loop: until init's record is in and, of a child of our own, init is gone.
    ///
    /// - Parameter patience: how long at most, and not while the script waits for an answer, which other tasks may have to
    ///   give; `nil` for as long as it takes.
    /// - Returns: whether the end is known.
    func serve(for patience: Duration? = nil) -> Bool {
        let deadline = patience.map { Instant.now + $0 }
        let longest = patience.map(milliseconds) ?? .max
        // Made once: a call on its way through costs little more than what this loop does.
        let nothing = pollfd(fd: -1, events: Int16(POLLIN), revents: 0)
        var sources = [pollfd](repeating: nothing, count: Source.allCases.count)
        func watch(_ source: Source, _ descriptor: Int32) { sources[source.rawValue].fd = descriptor }
        watch(.report, child.report.number)
        watch(.initProcess, child.pidfd.number)
        watch(.event, link.eventDescriptor)
        watch(.requests, child.requests.number)
        sources[Source.replies.rawValue].events = Int16(POLLOUT)
        var briefWait = BriefWait()
        var wasAsked = false
        var isListening = false
        while true {
            let hasSent = obeyLink()
            let now = ContinuousClock.now
            checkLimits(now)
            if let deadline, now >= deadline || link.clock.isPaused {
                endEarlyWatch()
                return false
            }
            if !isListening, now >= listensFrom {
                isListening = true
                endEarlyWatch()
                watch(.output, child.output.number)
                watch(.errors, child.errors.number)
            }
            watch(.replies, !outgoing.isEmpty && repliesAreRead ? child.replies.number : -1)
            // Those of a negative number are passed over (poll(2)).
            func isReady(_ wait: Int32) -> Bool { poll(&sources, nfds_t(sources.count), wait) > 0 }
            let isAnswered = wasAsked && hasSent
            wasAsked = false
            if isAnswered { briefWait.answered(at: now) }
            if staysAwake(at: now) {
                guard isReady(0) else {
                    sched_yield()
                    continue
                }
            } else if !isAnswered || !briefWait.watch(from: now, { isReady(0) }) {
                guard isReady(link.willWait() ? min(timeout(at: now), longest) : 0) else { continue }
            }
            var isGone = false
            for source in Source.allCases where sources[source.rawValue].revents != 0 {
                switch source {
                case .report: if !readReport() { watch(.report, -1) }
                case .initProcess: isGone = true
                case .event: break
                case .output: if !readOutput() { watch(.output, -1) }
                case .errors: if !readErrors() { watch(.errors, -1) }
                case .requests:
                    wasAsked = true
                    let now = Instant.now
                    earlyWatch?.spoke(at: now)
                    briefWait.asked(at: now)
                    if !readRequests() { watch(.requests, -1) }
                case .replies:
                    if !outgoing.write(to: child.replies.number) { repliesAreRead = false }
                    if outgoing.isEmpty { link.caughtUp() }
                }
            }
            if isGone || !child.isOwn && hasEnded { break }
        }
        while readReport() {}
        var status: Int32 = 0
        if child.isOwn { _ = retrying { wait4(child.pid, &status, 0, &initUsage) } }
        // Somebody killed init. The kernel ends its script with it, but only a PID namespace ends first.
        if evidence.record == nil, scratch != nil, let payload = evidence.payload { airlock_await_end(payload, 1000) }
        return true
    }

    /// - Returns: whether the script was sent something.
    private func obeyLink() -> Bool {
        let asked = link.take()
        for bytes in asked.outgoing { outgoing.append(bytes) }
        if let end = asked.end, !channelHasLastWord { endRun(.asked(end.status, reason: end.reason)) }
        return asked.hasSent
    }

    /// Whether the script will end, or say something, so soon that to sleep until then would take longer.
    private func staysAwake(at now: Instant) -> Bool {
        if let endingAt, now < endingAt + Self.lastRecord { return true }
        if earlyWatch?.isAwake(at: now, hasBegun: { unread(in: child.replies.number) == 0 }) == true { return true }
        endEarlyWatch()
        return false
    }

    /// From here on the script may need another processor than the one that it began on.
    private func endEarlyWatch() {
        earlyWatch?.stop()
        post.take()?.leave()
    }

    /// Bytes that lie in a pipe.
    private func unread(in pipe: Int32) -> Int32 {
        var count: Int32 = 0
        return ioctl(pipe, UInt(FIONREAD), &count) == 0 ? count : 0
    }

    /// Whether init has said how the script ended: has reaped it and all that it left, or kills it in its last call.
    private var hasEnded: Bool { evidence.record?.event == AIRLOCK_EVENT_ENDED.rawValue }

    /// Of init: readable once nothing is left of a slot, whose namespaces end before its init does.
    var pidfd: Int32 { child.pidfd.number }

    /// Ends init, and with it all that is left of its namespace.
    func kill() { _ = airlock_kill(child.pidfd.number) }

    /// The script says no more.
    private func endChannel() {
        guard !channelHasEnded else { return }
        channelHasEnded = true
        channel.ended()
        channelHasLastWord = link.take().end != nil
    }

    /// A reason to end the run that the channel found when the script had ended by itself. It is too late to cancel then.
    private func takeLastWord() {
        guard evidence.hostCause == nil, hasEnded, evidence.record?.cause == AIRLOCK_CAUSE_NONE.rawValue,
            let end = link.take().end, end.status != .cancelled
        else { return }
        evidence.hostCause = .asked(end.status, reason: end.reason)
    }

    // MARK: Limits

    private func endRun(_ cause: HostCause, _ limitReason: String? = nil) {
        guard evidence.hostCause == nil, evidence.record == nil else { return }
        evidence.hostCause = cause
        evidence.limitReason = limitReason
        evidence.endedAt = .now
        // Init kills the script, reaps it and reports its usage.
        var byte: UInt8 = 0x6B
        _ = PipeWriting.withoutSignal { write(child.control.number, &byte, 1) }
    }

    private func checkLimits(_ now: Instant) {
        let clock = link.clock
        if let deadline = clock.deadline(scriptWall: request.limits.wall), now >= deadline { endRun(.limit(.wall)) }
        if now >= clock.start + request.limits.total { endRun(.limit(.total)) }
        if standardOutput.stream.isCut || standardError.stream.isCut { endRun(.limit(.output)) }
        if let scratch, now >= nextScratchCheck {
            let usage = scratch.usage(maxEntries: SandboxLimits.maxScratchFiles)
            let hidden = evidence.payload.map { scratch.deletedBytes(of: $0) } ?? 0
            let bytes = usage.bytes + hidden
            if scratchWatch.isExceeded(bytes: bytes, files: usage.entries) { endRun(.limit(.disk)) }
            let end = Instant.now
            nextScratchCheck = end + scratchWatch.pause(bytes: bytes, files: usage.entries, took: end - now)
        }
        if now >= nextPageTableCheck {
            if evidence.payload != nil, pageTableWatch.isExceeded() {
                endRun(.limit(.memory), "the script's page tables took more than \(ByteCount(pageTableWatch.maxBytes))")
            }
            nextPageTableCheck = now + PageTableWatch.interval
        }
        // Init did not obey within half a second: with it goes its whole namespace, and its children by their
        // parent-death signal.
        if let endedAt = evidence.endedAt, now >= endedAt + .milliseconds(500) {
            _ = airlock_kill(child.pidfd.number)
        }
    }

    /// Milliseconds to the next deadline.
    private func timeout(at now: Instant) -> Int32 {
        let clock = link.clock
        var next = clock.start + request.limits.total
        if let wall = clock.deadline(scriptWall: request.limits.wall) { next = min(next, wall) }
        if scratch != nil { next = min(next, nextScratchCheck) }
        next = min(next, nextPageTableCheck)
        if now < listensFrom { next = min(next, listensFrom) }
        // Once the run was ended, the other deadlines lie in the past.
        if let endedAt = evidence.endedAt { next = max(endedAt + .milliseconds(500), now + .milliseconds(20)) }
        return milliseconds(next - now)
    }

    private func milliseconds(_ time: Duration) -> Int32 {
        Int32(clamping: max(0, Int(time.inMilliseconds.rounded(.up))))
    }

    // MARK: Bytes

    /// Reads what is there, up to a bound, so that one flooded stream cannot starve the others.
    ///
    /// - Returns: `false` at the end of the stream.
    private func readSome(_ descriptor: Int32, _ take: (Supervisor, UnsafeRawBufferPointer) -> Void) -> Bool {
        for _ in 0..<4 {
            let count = retrying { read(descriptor, chunk.baseAddress, chunk.count) }
            if count == 0 { return false }
            if count < 0 { return errno == EAGAIN }
            take(self, UnsafeRawBufferPointer(rebasing: chunk[..<count]))
            if count < chunk.count { return true }
        }
        return true
    }

    private func readOutput() -> Bool {
        readSome(child.output.number) { supervisor, bytes in supervisor.standardOutput.append(bytes) }
    }

    private func readErrors() -> Bool {
        readSome(child.errors.number) { supervisor, bytes in supervisor.standardError.append(bytes) }
    }

    private func readRequests() -> Bool {
        // After the host's word nothing is looked at any more: parsing it would only hold up the verdict.
        readSome(child.requests.number) { supervisor, bytes in
            if supervisor.evidence.hostCause == nil, !supervisor.channelHasEnded { supervisor.channel.received(bytes) }
        }
    }

    private func readReport() -> Bool {
        var record = airlock_report()
        let size = MemoryLayout<airlock_report>.size
        let count = withUnsafeMutableBytes(of: &record) { read(child.report.number, $0.baseAddress, size) }
        // Records are smaller than PIPE_BUF and so never cut (pipe(7)).
        guard count == size else { return count < 0 && errno == EINTR }
        switch airlock_event(rawValue: record.event) {
        case AIRLOCK_EVENT_STARTED: evidence.payload = record.payload
        case AIRLOCK_EVENT_LOCKED: evidence.lockedAt = .now
        case AIRLOCK_EVENT_ENDING:
            let now = Instant.now
            endingAt = now
            earlyWatch?.spoke(at: now)
            drain()
            // What was found in it ends the run yet.
            _ = obeyLink()
            endChannel()
        case AIRLOCK_EVENT_ENDED, AIRLOCK_EVENT_FAILED: evidence.record = record
        case AIRLOCK_EVENT_TRACE: readTrace(of: record.syscall, bytes: Int(record.text_bytes))
        default: break
        }
        return true
    }

    /// The text behind a record, which was written together with it.
    private func readTrace(of call: Int32, bytes: Int) {
        guard bytes <= AIRLOCK_TRACE_BYTES else { return }
        var text = [UInt8](repeating: 0, count: bytes)
        guard retrying({ read(child.report.number, &text, bytes) }) == bytes else { return }
        evidence.traces.append(
            RefusalTrace(call: call, line: RefusalTrace.line(in: text, script: request.scriptName)))
    }

    /// What the child wrote before its end is still in the pipes; nobody writes any more, so this ends.
    private func drain() {
        drain(child.output.number, readOutput)
        drain(child.errors.number, readErrors)
        drain(child.requests.number, readRequests)
    }

    private func drain(_ descriptor: Int32, _ read: () -> Bool) {
        for _ in 0..<64 {
            guard hasInput(descriptor), read() else { return }
        }
    }

    private func hasInput(_ descriptor: Int32) -> Bool {
        var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&source, 1, 0) > 0 && Int32(source.revents) & POLLIN != 0
    }
}
