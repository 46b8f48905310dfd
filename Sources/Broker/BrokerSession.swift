public import AirlockCore
public import DriverKit
internal import Synchronization

/// The broker of one run: performs what ``BrokerState`` decides.
///
/// A frame is parsed on the thread that delivers it, so that a script that sends faster than the host reads is held
/// back by its own pipe, and nothing has to be queued; a frame's size bounds the time that takes. Driver calls run as
/// tasks and are cancelled when the run ends. The task of a short request begins on that thread too, and so a call that
/// never has to wait is answered there: a change of threads and back would take longer than all the rest of its way.
public final class BrokerSession: GuestChannel {
    private struct Shell {
        var state: BrokerState
        var link: (any GuestLink)?
        var tasks: [Int: Task<Void, Never>] = [:]
        /// When each of these is given up.
        var deadlines: [Int: Duration] = [:]
        /// The one timer, and what it waits for.
        var timer: (moment: Duration, task: Task<Void, Never>)?
        var actions: [BrokerAction] = []
        var isPerforming = false
        /// A call could not be recorded: nothing is answered any more.
        var isMute = false
    }

    private let shell: Mutex<Shell>
    private let executor: CallExecutor
    private let startBytes: [UInt8]
    private let observer: BrokerObserver
    private let clock: BrokerClock
    private let origin: Mutex<Duration>

    /// Drivers are told a call's timeout and give it up themselves, with a better message; the broker gives up on one
    /// that does not, this much later.
    static let timeoutGrace = Duration.milliseconds(500)

    public init(
        driver: any DataDriver, start: ScriptStart, grants: Grants = Grants(), limits: BrokerLimits = BrokerLimits(),
        observer: BrokerObserver = BrokerObserver(), clock: BrokerClock = .continuous
    ) {
        shell = Mutex(
            Shell(
                state: BrokerState(
                    limits: limits, grants: grants, methods: driver.methods, awaitsCode: start.asksForCode)))
        executor = CallExecutor(driver: driver, grants: grants)
        startBytes = start.bytes(frameBytes: limits.frameBytes)
        self.observer = observer
        self.clock = clock
        origin = Mutex(clock.now())
    }

    /// What is known so far; complete once ``ended()`` has returned.
    public var report: BrokerReport { shell.withLock { $0.state.report } }

    /// The failure of the data source that reached the script, if no other error reached it later.
    public var lastUpstreamError: AirlockError? { shell.withLock { $0.state.report.lastUpstreamError } }

    public func started(_ link: any GuestLink) {
        let now = clock.now()
        origin.withLock { $0 = now }
        shell.withLock { $0.link = link }
        link.send(startBytes)
    }

    public func received(_ bytes: UnsafeRawBufferPointer) {
        apply { state, now in state.received(bytes, now: now) }
    }

    public func ended() {
        apply { state, now in state.ended(now: now) }
        shell.withLock { shell in
            shell.timer?.task.cancel()
            shell.timer = nil
        }
    }

    /// The time since the start.
    private var now: Duration { clock.now() - origin.withLock { $0 } }

    /// Lets the state machine take an event, and performs what it asks for.
    private func apply(_ event: (inout BrokerState, Duration) -> [BrokerAction]) {
        let now = now
        let isFirst = shell.withLock { shell in
            shell.actions += event(&shell.state, now)
            defer { shell.isPerforming = shell.isPerforming || !shell.actions.isEmpty }
            return !shell.isPerforming && !shell.actions.isEmpty
        }
        if isFirst { performAll() }
    }

    /// One thread at a time performs actions, so that they keep their order, and none does so under the lock, so that
    /// a link or an observer may call back.
    private func performAll() {
        while true {
            let (actions, link) = shell.withLock { shell -> ([BrokerAction], (any GuestLink)?) in
                defer { shell.actions = [] }
                shell.isPerforming = !shell.actions.isEmpty
                return (shell.actions, shell.link)
            }
            if actions.isEmpty { return }
            for action in actions { perform(action, link) }
        }
    }

    private func perform(_ action: BrokerAction, _ link: (any GuestLink)?) {
        switch action {
        case .record(let record): self.record(record)
        case .send(let frame): if !shell.withLock({ $0.isMute }) { link?.send(frame) }
        case .pauseScriptClock: link?.pauseScriptClock()
        case .resumeScriptClock: link?.resumeScriptClock()
        case .end(let status, let reason): link?.end(status, reason: reason)
        case .start(let call): start(call)
        case .cancel(let key): finish(key)
        case .show(let progress): observer.progress(progress)
        case .log(let line): observer.log(line)
        case .output(let output): observer.output(output)
        }
    }

    private func record(_ record: CallRecord) {
        do throws(AirlockError) {
            try observer.call(record)
        } catch {
            shell.withLock { $0.isMute = true }
            // Appends to what is being performed, by this thread.
            apply { state, now in
                var actions: [BrokerAction] = []
                let cause = error.cause.map { ": \($0)" } ?? ""
                state.end(.internalError, "a call could not be recorded: \(error.message)\(cause)", now, &actions)
                return actions
            }
        }
    }

    // MARK: Calls

    /// A driver reads what it is asked before it first waits, and the thread that delivers frames has other duties.
    static let maxBytesAnsweredAtOnce = 8192
    static let maxCellsWrittenAtOnce = 10_000

    private func start(_ call: BrokerCall) {
        let deadline = now + call.options.timeout + BrokerSession.timeoutGrace
        let work = begin(call)
        // The call may have been answered already: then there is nothing left to remember.
        let isOpen = shell.withLock { shell in
            guard shell.state.isOpen(call.key) else { return false }
            shell.tasks[call.key] = work
            shell.deadlines[call.key] = deadline
            return true
        }
        if isOpen { wind(to: deadline) } else { work.cancel() }
    }

    private func begin(_ call: BrokerCall) -> Task<Void, Never> {
        // SE-0472; without it every call changes threads.
        #if compiler(>=6.2)
            if call.requestBytes <= BrokerSession.maxBytesAnsweredAtOnce {
                return Task.immediate { await self.run(call) }
            }
        #endif
        return Task { await self.run(call) }
    }

    private func run(_ call: BrokerCall) async {
        await observer.around(call.work.method) {
            let answer = await self.answer(call)
            self.apply { state, now in state.answered(call.key, answer, now: now) }
        }
        finish(call.key)
    }

    private func finish(_ key: Int) {
        let task = shell.withLock { shell in
            shell.deadlines[key] = nil
            return shell.tasks.removeValue(forKey: key)
        }
        task?.cancel()
    }

    /// Sees to it that the timer goes off then, or before. There is one for all calls, and it is not stopped when a call is
    /// answered: one for each would cost a small call more than its way there and back.
    private func wind(to deadline: Duration) {
        let pause = deadline - now
        shell.withLock { shell in
            if shell.state.isOver { return }
            if let timer = shell.timer, timer.moment <= deadline { return }
            shell.timer?.task.cancel()
            let task = Task {
                do { try await self.clock.sleep(pause) } catch { return }
                self.giveUp(at: deadline)
            }
            shell.timer = (deadline, task)
        }
    }

    /// The timer has gone off.
    private func giveUp(at moment: Duration) {
        let (late, next) = shell.withLock { shell -> ([Int], Duration?) in
            if shell.timer?.moment == moment { shell.timer = nil }
            let late = shell.deadlines.filter { $0.value <= moment }.keys.sorted()
            return (late, shell.deadlines.values.filter { $0 > moment }.min())
        }
        for key in late { apply { state, now in state.timedOut(key, now: now) } }
        if let next { wind(to: next) }
    }

    private func answer(_ call: BrokerCall) async -> CallAnswer {
        do throws(AirlockError) {
            let outcome = try await executor.run(call)
            // To write it takes milliseconds: not where frames are delivered.
            if outcome.cellCount > BrokerSession.maxCellsWrittenAtOnce { await Task.yield() }
            let rows = outcome.rowCount(of: call)
            guard let left = shell.withLock({ $0.state.reserve(rows: rows, for: call.key) }) else {
                return .failure(AirlockError(.cancelled, "the call is no longer waited for"))
            }
            return outcome.encoded(for: call, rows: left.rows, maxBytes: left.bytes)
        } catch {
            return .failure(error)
        }
    }
}
