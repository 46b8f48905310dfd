public import AirlockCore
internal import EventSpool
internal import Resilience

extension PostHogDriver {
    /// Reads events for ``accept(_:within:)``.
    public var eventReader: CaptureEventReader {
        CaptureEventReader(client.configuration.capture, now: client.clock.unixTime)
    }

    /// Accepts events: when it returns, they are on the disk, and will be sent by this process or another.
    ///
    /// They are sent in the background, a batch at a time, as soon as there are enough of them or some time has passed.
    ///
    /// - Parameter timeout: how long to wait for room where too many wait already; default 30 s.
    /// - Throws: `quota_exceeded` where there is no room, `file_failed`, `upstream_failed` without a project key. None of
    ///   them was accepted then.
    public func accept(
        _ events: [CaptureEvent], within timeout: Duration = .seconds(30)
    ) async throws(AirlockError) {
        try await self.events.accept(events, within: timeout)
    }

    /// What became of the events so far.
    public var captureReport: CaptureReport { get async { await events.state } }

    /// Sends the events that wait. What is not sent in time stays on the disk.
    ///
    /// - Parameter timeout: default ``CaptureSettings/flushTime``.
    @discardableResult public func flush(within timeout: Duration? = nil) async -> CaptureReport {
        await events.flush(within: timeout ?? client.configuration.capture.flushTime)
    }

    /// Sends the events that other processes left when they ended, and that wait in no living one.
    ///
    /// - Parameter progress: told the report so far.
    /// - Returns: how the events fared, and how many processes have some of their own.
    public func sendLeft(
        within timeout: Duration, progress: @escaping @Sendable (CaptureReport) -> Void = { _ in }
    ) async throws(AirlockError) -> (report: CaptureReport, inUse: Int) {
        let deadline = client.clock.now + timeout
        let (spools, inUse) = try EventCapture.places(client).left()
        let captures = spools.map { EventCapture(client, spool: $0) }
        var reports: [CaptureReport] = []
        for capture in captures { reports.append(await capture.state) }
        for (index, capture) in captures.enumerated() {
            guard !Task.isCancelled else { break }
            reports[index] = await capture.flush(within: deadline - client.clock.now)
            progress(CaptureReport(reports))
        }
        return (CaptureReport(reports), inUse)
    }
}

extension CaptureReport {
    /// The sum of several.
    init(_ reports: [CaptureReport]) {
        self.init()
        for report in reports {
            accepted += report.accepted
            recovered += report.recovered
            sent += report.sent
            refused += report.refused
            pending += report.pending
            batches += report.batches
            damagedBytes += report.damagedBytes
            refusals += report.refusals.prefix(max(0, Self.maxRefusals - refusals.count))
            refusedFile = refusedFile ?? report.refusedFile
            obstacle = obstacle ?? report.obstacle
        }
    }
}
