internal import AirlockCore
internal import EventSpool
internal import Resilience

/// Accepts events, keeps them on the disk, and sends them until PostHog says that it has them.
actor EventCapture {
    let client: PostHogClient
    let settings: CaptureSettings
    var spool: Spool?
    var report = CaptureReport()
    /// PostHog does not want to hear of us before this.
    var notBefore = Duration.zero
    var maxBatchBytes: Int
    var refusalsInRow = 0
    private var isFinal = false
    /// Calls since the last that went well.
    private var failures = 0
    private var sending: Task<Void, Never>?
    private var timer: Task<Void, Never>?

    /// What did not go away is tried again after this time.
    private static let retryInterval = Duration.seconds(30)

    /// - Parameter spool: what another process left; without one, a free one is opened for the first event.
    init(_ client: PostHogClient, spool: Spool? = nil) {
        self.client = client
        self.spool = spool
        settings = client.configuration.capture
        maxBatchBytes = settings.maxBatchSize.bytes
        if let spool { Self.note(spool, in: &report) }
    }

    private static func note(_ spool: Spool, in report: inout CaptureReport) {
        report.recovered += spool.recoveredRecords
        report.damagedBytes += spool.damagedBytes
    }

    /// The spools of the project that the configuration names: below a folder that tells ingestion host and key, so that no
    /// event ever goes to another project than the one it was accepted for.
    static func places(_ client: PostHogClient) throws(AirlockError) -> SpoolPlaces {
        let settings = client.configuration.capture
        guard let key = client.configuration.projectKey else {
            throw AirlockError(
                .upstreamFailed, "there is no project API key, which sending events needs",
                hint: "Set POSTHOG_PROJECT_API_KEY, the phc_… of the project's settings.")
        }
        guard let root = settings.spool else {
            throw AirlockError(
                .fileFailed, "there is no place to keep events until PostHog has them",
                hint: "Set AIRLOCK_SPOOL to a directory that can be written, or HOME.")
        }
        let destination = SHA256.hexDigest(Array("\(client.ingestionText)\n\(key.reveal())".utf8)).prefix(16)
        return SpoolPlaces(root: "\(root)/\(destination)", settings: settings.spoolSettings)
    }

    private func opened() throws(AirlockError) -> Spool {
        if let spool { return spool }
        let opened = try Self.places(client).free()
        Self.note(opened, in: &report)
        spool = opened
        return opened
    }

    /// Puts events on the disk. When it returns, they will be sent, by this process or another.
    ///
    /// - Parameter timeout: how long to wait for room, where there is none.
    /// - Throws: `quota_exceeded` where there is no room, `file_failed`; none of them was accepted then.
    func accept(_ events: [CaptureEvent], within timeout: Duration) async throws(AirlockError) {
        guard !events.isEmpty else { return }
        let spool = try opened()
        let bytes = events.reduce(0) { $0 + $1.json.count }
        if !spool.hasRoom(records: events.count, bytes: bytes), spool.pendingRecords > 0 {
            _ = await flush(within: timeout)
        }
        try spool.append(events.map(\.json))
        report.accepted += events.count
        guard sending == nil else { return }
        if spool.pendingRecords >= settings.maxBatchEvents {
            startSending()
        } else {
            sendLater(settings.gathering)
        }
    }

    /// What became of the events so far.
    var state: CaptureReport {
        var report = report
        report.pending = spool?.pendingRecords ?? 0
        return report
    }

    /// Sends what waits, until all is sent, something stands in the way that time does not mend, or the time is up.
    func flush(within timeout: Duration) async -> CaptureReport {
        let deadline = client.clock.now + min(max(timeout, .zero), .seconds(86400 * 365))
        while let spool, spool.pendingRecords > 0, client.clock.now < deadline {
            if notBefore > client.clock.now {
                guard notBefore < deadline else { break }
                do { try await client.clock.sleep(until: notBefore) } catch { break }
            }
            await finish(sending ?? startSending(by: deadline), by: deadline)
            guard report.obstacle != nil else { continue }
            guard !isFinal, !Task.isCancelled else { break }
        }
        if let spool, spool.pendingRecords > 0, client.clock.now >= deadline,
            report.obstacle?.code ?? .cancelled == .cancelled,
            !Task.isCancelled
        {
            report.obstacle = AirlockError(
                .timedOut, "not all events were sent within \(timeout.shortText)", hint: "Give it more time.")
        }
        do throws(AirlockError) { try spool?.tidy() } catch { report.obstacle = report.obstacle ?? error }
        return state
    }

    /// Waits for a task, and cancels it at the deadline or with the caller.
    private func finish(_ task: Task<Void, Never>, by deadline: Duration) async {
        let clock = client.clock
        let watch = Task(executorPreference: clock.taskExecutor) {
            do { try await clock.sleep(until: deadline) } catch { return }
            task.cancel()
        }
        await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        watch.cancel()
    }

    /// Gives the spool back, with what waits in it.
    func close() async {
        timer?.cancel()
        sending?.cancel()
        await sending?.value
        timer?.cancel()
        (timer, spool) = (nil, nil)
    }

    private func sendLater(_ wait: Duration) {
        guard timer == nil else { return }
        let clock = client.clock
        // Weakly: who waits for company keeps nothing open.
        timer = Task(executorPreference: clock.taskExecutor) { [weak self] in
            do { try await clock.sleep(until: clock.now + wait) } catch { return }
            await self?.tick()
        }
    }

    private func tick() {
        timer = nil
        if sending == nil, let spool, spool.pendingRecords > 0 { startSending() }
    }

    @discardableResult private func startSending(by deadline: Duration? = nil) -> Task<Void, Never> {
        let task = Task(executorPreference: client.clock.taskExecutor) { await self.send(by: deadline) }
        sending = task
        return task
    }

    private func send(by deadline: Duration?) async {
        (report.obstacle, isFinal) = (nil, false)
        do throws(Obstacle) {
            try await drain(by: deadline)
            failures = 0
        } catch {
            report.obstacle = error.error
            isFinal = error.isFinal
            // A call is several attempts already; here, too, each wait is twice the one before, up to 32 s.
            let wait = max(error.wait ?? .zero, .seconds(1 << min(failures, 5)))
            failures += 1
            notBefore = client.clock.now + wait
        }
        sending = nil
        if report.obstacle != nil, !isFinal { sendLater(max(Self.retryInterval, notBefore - client.clock.now)) }
    }
}
